/** Keeps drafts on the server, so that they follow their agent to the next browser. One request at a time. */
import type { Draft } from '../state/state';
import { merged, same, unkept, type Kept } from '../state/drafts';
import { HttpProblem, drafts as fetchDrafts, saveDraft } from './http';

/** So long after the last key: a pause in writing, not each letter. */
const SAVE_AFTER_MS = 1200;
const AGAIN_AFTER_MS = 5000;

interface Desk {
  drafts(): ReadonlyMap<string, Draft>;
  replace(drafts: ReadonlyMap<string, Draft>): void;
  /** The server has these now. */
  kept(kept: Kept): void;
}

export class Keeper {
  #kept: Kept;
  #desk: Desk;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #busy = false;
  /** The wire is new: what was written elsewhere is not known yet. */
  #stale = true;
  #refused = new Map<string, Draft | undefined>();

  constructor(kept: Kept, desk: Desk) {
    this.#kept = kept;
    this.#desk = desk;
  }

  /** There is a wire (again). */
  opened(): void {
    this.#stale = true;
    this.#later(0);
  }

  /** Something was typed. */
  changed(): void {
    this.#later(SAVE_AFTER_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #later(wait: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#work(), wait);
  }

  async #work(): Promise<void> {
    if (this.#busy) return this.#later(AGAIN_AFTER_MS);
    this.#busy = true;
    try {
      if (this.#stale) await this.#fetch();
      for (const id of this.#unkept()) await this.#save(id);
    } catch {
      // Without the server nothing is lost: the browser has the words, and the next wire begins anew.
      this.#later(AGAIN_AFTER_MS);
    } finally {
      this.#busy = false;
    }
  }

  async #fetch(): Promise<void> {
    const { drafts: rows } = await fetchDrafts();
    const { drafts, kept } = merged(this.#desk.drafts(), this.#kept, rows);
    this.#stale = false;
    this.#keep(kept);
    this.#desk.replace(drafts);
  }

  #keep(kept: Kept): void {
    this.#kept = kept;
    this.#desk.kept(kept);
  }

  #unkept(): string[] {
    const drafts = this.#desk.drafts();
    return unkept(drafts, this.#kept).filter((id) => !this.#refused.has(id) || !same(this.#refused.get(id), drafts.get(id)));
  }

  async #save(id: string): Promise<void> {
    const draft = this.#desk.drafts().get(id);
    const { text, note } = draft ?? { text: '', note: false };
    try {
      await saveDraft(id, text, note);
      this.#refused.delete(id);
      const kept = new Map(this.#kept);
      if (text) kept.set(id, { text, note });
      else kept.delete(id);
      this.#keep(kept);
    } catch (problem) {
      const final = problem instanceof HttpProblem && problem.status >= 400 && problem.status < 500;
      if (!final) throw problem;
      // Too long for the server, for instance: it stays in this browser.
      this.#refused.set(id, draft);
    }
  }
}
