/** The shell around messages that did not go out: fetches them, and does what is decided about them. */
import type { DeliveryRow } from '../../shared/wire';
import { t } from './language/now.svelte';
import { failedPage, settle, settleMany, type Deed } from './net/failed';
import { HttpProblem } from './net/http';
import * as lists from './state/failed';

/** Pages without anything of the kind that is wanted, before the reader has to ask on. */
const EMPTY_PAGES_MAX = 5;
/** So many are sent again or left with one decision; more need another. */
const AT_ONCE_MAX = 1_000;

export class Failed {
  list = $state.raw(lists.begin('failed', undefined));
  /** What was done last, in words. */
  said = $state('');
  /** Something is being done about this one, or about all of an account. */
  busy = $state<string>();

  show(fate: lists.Fate, account: string | undefined): void {
    this.list = lists.begin(fate, account);
    void this.#fetch();
  }

  more(): void {
    this.list = lists.asked(this.list);
    void this.#fetch();
  }

  async settle(row: DeliveryRow, deed: Deed): Promise<void> {
    this.busy = lists.keyOf(row);
    try {
      await settle(row, deed);
      this.list = lists.without(this.list, row);
      this.said = deed === 'retry' ? t('didSendAgain', { count: 1 }) : t('didLeave', { count: 1 });
    } catch (problem) {
      this.said = words(problem);
    }
    this.busy = undefined;
  }

  /** The newest first, so many at most. */
  async settleAll(account: string, deed: Deed): Promise<void> {
    this.busy = account;
    const { fate } = this.list;
    let [done, refused, before]: [number, number, number | null] = [0, 0, null];
    try {
      do {
        const answer = await settleMany(account, fate, deed, before);
        [done, refused, before] = [done + ('left' in answer ? answer.left : answer.retried), refused + answer.refused, answer.next];
        this.said = this.#sum(deed, done, refused);
      } while (before !== null && done + refused < AT_ONCE_MAX);
    } catch (problem) {
      this.said = [this.#sum(deed, done, refused), words(problem)].join(' ');
    }
    this.busy = undefined;
    this.show(fate, this.list.account);
  }

  #sum(deed: Deed, done: number, refused: number): string {
    const did = deed === 'retry' ? t('didSendAgain', { count: done }) : t('didLeave', { count: done });
    return refused > 0 ? `${did} ${t('couldNot', { count: refused })}` : did;
  }

  async #fetch(): Promise<void> {
    for (let page = 0; page < EMPTY_PAGES_MAX; page++) {
      const { fate, account, next, rows } = this.list;
      try {
        const found = await failedPage(fate, account, next ?? undefined);
        if (this.list.fate !== fate || this.list.account !== account) return;
        this.list = lists.came(this.list, found);
      } catch (problem) {
        if (this.list.fate === fate && this.list.account === account) this.list = lists.failed(this.list, words(problem));
        return;
      }
      if (this.list.next === null || this.list.rows.length > rows.length) return;
      this.list = lists.asked(this.list);
    }
    this.list = { ...this.list, fetching: false };
  }
}

const words = (problem: unknown): string => (problem instanceof HttpProblem ? problem.message : t('didNotWork'));
