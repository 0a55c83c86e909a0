/** Files that are about to be sent, by conversation, as long as the page lives: the server has them, or is getting them. */
import type { Uploaded } from '../../shared/wire';
import { upload } from './net/upload';

export interface Attached {
  readonly number: number;
  readonly name: string;
  /** From 0 to 1. */
  readonly done: number;
  readonly uploaded?: Uploaded;
  /** Why it cannot be sent, in words. */
  readonly problem?: string;
}

/** Each goes out as a message of its own. */
const FILES_MAX = 10;
/** So many that were sent are remembered, should they come back. */
const SENT_MAX = 50;

export class Attaching {
  #all = $state.raw<ReadonlyMap<string, readonly Attached[]>>(new Map());
  #stops = new Map<number, () => void>();
  #sent = new Map<string, Uploaded>();
  #number = 0;

  of(conversation: string): readonly Attached[] {
    return this.#all.get(conversation) ?? [];
  }

  add(conversation: string, files: Iterable<File>): void {
    for (const file of files) {
      if (this.of(conversation).length >= FILES_MAX) return;
      const number = ++this.#number;
      this.#set(conversation, [...this.of(conversation), { number, name: file.name, done: 0 }]);
      const { ended, stop } = upload(file, (done) => this.#change(conversation, number, { done }));
      this.#stops.set(number, stop);
      ended
        .then(
          (uploaded) => this.#change(conversation, number, { uploaded, done: 1 }),
          (problem: unknown) => this.#change(conversation, number, { problem: problem instanceof Error ? problem.message : String(problem) }),
        )
        .finally(() => this.#stops.delete(number));
    }
  }

  remove(conversation: string, number: number): void {
    this.#stops.get(number)?.();
    this.#set(conversation, this.of(conversation).filter((one) => one.number !== number));
  }

  /** What is ready goes with what is sent now. */
  take(conversation: string): Uploaded[] {
    const ready = this.of(conversation).flatMap(({ uploaded }) => uploaded ?? []);
    for (const uploaded of ready) this.#sent.set(uploaded.key, uploaded);
    for (const key of [...this.#sent.keys()].slice(0, -SENT_MAX)) this.#sent.delete(key);
    this.#set(conversation, this.of(conversation).filter(({ uploaded }) => !uploaded));
    return ready;
  }

  /** The message it was to go with had no effect: it may go with another. */
  back(conversation: string, key: string): void {
    const uploaded = this.#sent.get(key);
    if (!uploaded || this.of(conversation).some((one) => one.uploaded?.key === key)) return;
    this.#set(conversation, [...this.of(conversation), { number: ++this.#number, name: uploaded.name, done: 1, uploaded }]);
  }

  /** What a file that was sent from here is called. */
  nameOf(key: string): string {
    return this.#sent.get(key)?.name ?? '';
  }

  #change(conversation: string, number: number, change: Partial<Attached>): void {
    this.#set(conversation, this.of(conversation).map((one) => (one.number === number ? { ...one, ...change } : one)));
  }

  #set(conversation: string, files: readonly Attached[]): void {
    const all = new Map(this.#all);
    if (files.length > 0) all.set(conversation, files);
    else all.delete(conversation);
    this.#all = all;
  }
}
