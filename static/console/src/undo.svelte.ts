/** What was done last, and the commands that take it back, for ten seconds. */
import type { Unsent } from './desk.svelte';
import type { Command } from './state/state';

const UNDO_MS = 10_000;

export interface Done {
  words: string;
  /** Nothing to take back: the words are all there is. */
  back: readonly (Unsent | Command)[];
  /** Something of it did not work. */
  trouble?: boolean;
}

export class Undo {
  done = $state.raw<Done>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ask: (command: Unsent | Command) => void;

  constructor(ask: (command: Unsent | Command) => void) {
    this.#ask = ask;
  }

  did(done: Done): void {
    this.forget();
    this.done = done;
    this.#timer = setTimeout(() => this.forget(), UNDO_MS);
  }

  takeBack(): void {
    const back = this.done?.back ?? [];
    this.forget();
    back.forEach(this.#ask);
  }

  forget(): void {
    clearTimeout(this.#timer);
    this.done = undefined;
  }
}
