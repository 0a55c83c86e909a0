/** What the widget remembers on this site: who the visitor is, what was said, and what has yet to arrive. */
import type { Look, Position, Uploaded, VisitorEvent, VisitorFloor } from '../../shared/wire';

/** A `say` or `tap` that the server has not acknowledged. */
export interface Unsent {
  id: string;
  text: string;
  option?: string;
  /** What was uploaded for it. */
  files?: Uploaded[];
  /** When it was written, which is the order it is sent in. */
  at: number;
}

export interface History {
  position: Position;
  events: VisitorEvent[];
  floor: VisitorFloor;
}

/** Events kept for the next page; older ones stay with the server. */
const EVENTS_MAX = 100;

/**
 * Over `localStorage`, or over nothing where the page or the browser forbids it. Every message has a key of its own,
 * so that tabs never overwrite each other's.
 */
export class Memory {
  #prefix: string;

  constructor(account: string) {
    this.#prefix = `switchboard:${account}:`;
  }

  get token(): string | null {
    return this.#read<string>('token') ?? null;
  }

  set token(token: string) {
    if (token !== this.token) this.#write('token', token);
  }

  get look(): Look | undefined {
    return this.#read<Look>('look');
  }

  set look(look: Look) {
    this.#write('look', look);
  }

  get history(): History | undefined {
    return this.#read<History>('history');
  }

  set history(history: History) {
    this.#write('history', { ...history, events: history.events.slice(-EVENTS_MAX) });
  }

  /** The last event the visitor has had before their eyes. */
  get seen(): number {
    return this.#read<number>('seen') ?? 0;
  }

  set seen(seq: number) {
    this.#write('seen', seq);
  }

  /** What was said stays with the server. */
  forgetHistory(): void {
    attempt(() => localStorage.removeItem(`${this.#prefix}history`));
    this.seen = 0;
  }

  forget(): void {
    for (const key of this.#keys('')) attempt(() => localStorage.removeItem(this.#prefix + key));
    this.setTab('greeted', false);
  }

  unsent(): Unsent[] {
    return this.#keys('unsent:')
      .flatMap((key) => this.#read<Unsent>(key) ?? [])
      .sort((a, b) => a.at - b.at);
  }

  keep(unsent: Unsent): void {
    this.#write(`unsent:${unsent.id}`, unsent);
  }

  arrived(id: string): void {
    attempt(() => localStorage.removeItem(`${this.#prefix}unsent:${id}`));
  }

  /** Whether something holds for this tab, such as the panel being open. */
  tab(name: string): boolean {
    return attempt(() => sessionStorage.getItem(this.#prefix + name)) === '1';
  }

  setTab(name: string, on: boolean): void {
    attempt(() => (on ? sessionStorage.setItem(this.#prefix + name, '1') : sessionStorage.removeItem(this.#prefix + name)));
  }

  #keys(kind: string): string[] {
    const start = this.#prefix + kind;
    const all = attempt(() => Object.keys(localStorage)) ?? [];
    return all.filter((key) => key.startsWith(start)).map((key) => key.slice(this.#prefix.length));
  }

  #read<Value>(key: string): Value | undefined {
    return attempt(() => JSON.parse(localStorage.getItem(this.#prefix + key) ?? 'null') as Value) ?? undefined;
  }

  #write(key: string, value: unknown): void {
    attempt(() => localStorage.setItem(this.#prefix + key, JSON.stringify(value)));
  }
}

function attempt<Value>(act: () => Value): Value | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}
