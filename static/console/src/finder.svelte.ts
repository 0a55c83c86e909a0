/** The shell around lists, searches and views: fetches what somebody looks at. */
import type { FilterView, ListChoices, ViewRow } from '../../shared/wire';
import { uuid } from '../../shared/uuid';
import { t } from './language/now.svelte';
import { deleteView, listChoices, listPage, saveView, search, views } from './net/finding';
import { HttpProblem } from './net/http';
import { LIST_AGAIN_MS, SEARCH_AFTER_MS } from './net/protocol';
import * as lists from './state/listing';
import * as searches from './state/search';

const NO_CHOICES: ListChoices = { accounts: [], bots: [], labels: [], attributes: [] };

export class Finder {
  /** The filtered list in sight; undefined: the lists by who must act. */
  listing = $state.raw<lists.Listing>();
  /** Undefined: nobody searches. */
  search = $state.raw<searches.Search>();
  views = $state.raw<readonly ViewRow[]>([]);
  choices = $state.raw<ListChoices>(NO_CHOICES);

  #sight: [number, number] = [0, 30];
  #typing: ReturnType<typeof setTimeout> | undefined;
  #again: ReturnType<typeof setInterval>;

  constructor() {
    this.#again = setInterval(() => {
      if (this.listing && document.visibilityState === 'visible') {
        this.listing = lists.refresh(this.listing, ...this.#sight);
        void this.#fetch();
      }
    }, LIST_AGAIN_MS);
  }

  stop(): void {
    clearInterval(this.#again);
    clearTimeout(this.#typing);
  }

  // --- Lists ---

  filter(filter: FilterView | undefined): void {
    this.#sight = [0, 30];
    this.listing = filter && lists.begin(filter);
    void this.#fetch();
  }

  /** Which rows somebody sees. */
  see(first: number, last: number): void {
    this.#sight = [first, last];
    void this.#fetch();
  }

  tryAgain(): void {
    if (this.listing) this.listing = lists.again(this.listing);
    void this.#fetch();
  }

  async #fetch(): Promise<void> {
    const listing = this.listing;
    const number = listing && lists.wanted(listing, ...this.#sight);
    if (!listing || number === undefined) return;
    const { filter } = listing;
    this.listing = lists.asked(listing, number);
    const page = await listPage(filter, lists.beginning(listing, number)).catch(() => undefined);
    // Somebody may have chosen another list meanwhile.
    if (this.listing?.filter !== filter) return;
    this.listing = page ? lists.came(this.listing, page) : lists.failed(this.listing);
    void this.#fetch();
  }

  // --- Searching ---

  type(query: string): void {
    this.search = searches.typed(this.search ?? searches.NO_SEARCH, query);
    clearTimeout(this.#typing);
    if (searches.isAsked(query)) this.#typing = setTimeout(() => void this.#search(null), SEARCH_AFTER_MS);
  }

  endSearch(): void {
    clearTimeout(this.#typing);
    this.search = undefined;
  }

  /** Fetches older hits, if there are any. */
  more(): void {
    const { next, fetching, failed } = this.search ?? searches.NO_SEARCH;
    if (next != null && !fetching && failed === undefined) void this.#search(next);
  }

  searchAgain(): void {
    void this.#search(this.search?.next ?? null);
  }

  async #search(before: string | null): Promise<void> {
    if (!this.search) return;
    const { query } = this.search;
    this.search = searches.asked(this.search);
    try {
      const results = await search(query, before);
      if (this.search) this.search = searches.came(this.search, query, before, results);
    } catch (problem) {
      const words = problem instanceof HttpProblem ? problem.message : t('didNotWork');
      if (this.search) this.search = searches.failed(this.search, query, words);
    }
  }

  // --- Views, and what can be chosen ---

  /** Without an answer, what was known stays; it is asked again with the next look. */
  async load(): Promise<void> {
    const [known, choices] = await Promise.allSettled([views(), listChoices()]);
    if (known.status === 'fulfilled') this.views = known.value;
    if (choices.status === 'fulfilled') this.choices = choices.value;
  }

  async save(name: string, shared: boolean, filter: FilterView): Promise<void> {
    await saveView(uuid(), shared, name, filter);
    await this.load();
  }

  async remove(view: ViewRow): Promise<void> {
    await deleteView(view.id, view.shared);
    await this.load();
  }
}
