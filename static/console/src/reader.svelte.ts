/** The shell around parts of conversations: fetches the part around a place, and grows it where it is read. */
import type { EventView } from '../../shared/wire';
import { eventsPart } from './net/finding';
import type { Conversation } from './state/conversation';
import { holds, joins, withNewer, withOlder, withOnly, type Part } from './state/part';
import type { Kept } from './state/shown';

interface Desk {
  known(conversation: string): Conversation | undefined;
  /** What stands before what is known of the newest. */
  older(conversation: string, events: readonly EventView[], more: boolean): void;
  trim(conversation: string, from: number): void;
}

/** Parts kept in memory, of different conversations. */
const PARTS_MAX = 4;

export class Reader {
  #parts = $state.raw<ReadonlyMap<string, Part>>(new Map());
  /** A place that somebody wants to see, and has not seen yet. */
  target = $state.raw<{ conversation: string; seq: number }>();

  constructor(readonly desk: Desk) {}

  part(conversation: string): Part | undefined {
    return this.#parts.get(conversation);
  }

  /** False: it could not be fetched. */
  async toSeq(conversation: string, seq: number): Promise<boolean> {
    const events = (this.part(conversation) ?? this.desk.known(conversation))?.events ?? [];
    if (holds(events, seq)) {
      this.target = { conversation, seq };
      return true;
    }
    return this.#go(conversation, 'around', seq);
  }

  toTime = (conversation: string, at: number): Promise<boolean> => this.#go(conversation, 'at', at);

  async #go(conversation: string, where: 'around' | 'at', place: number): Promise<boolean> {
    const page = await eventsPart(conversation, where, place).catch(() => undefined);
    const seq = page?.around ?? page?.events.at(-1)?.seq;
    if (!page || seq === undefined) return false;
    this.#set(conversation, { events: page.events, more: page.more, newer: page.newer, around: seq });
    this.target = { conversation, seq };
    return true;
  }

  toNewest(conversation: string): void {
    this.#set(conversation, undefined);
  }

  /** Fetches the page before the part, or after it. What is returned shows it, so that the reader's place can be kept. */
  async older(conversation: string): Promise<(() => void) | undefined> {
    const first = this.part(conversation)?.events[0]?.seq;
    if (first === undefined) return undefined;
    const page = await eventsPart(conversation, 'before', first);
    return () => this.#change(conversation, (part) => withOlder(part, page));
  }

  async newer(conversation: string): Promise<(() => void) | undefined> {
    const last = this.part(conversation)?.events.at(-1)?.seq;
    if (last === undefined) return undefined;
    const page = await eventsPart(conversation, 'after', last);
    return () => this.#change(conversation, (part) => withNewer(part, page));
  }

  /** Lets go of what is far from where the reader is. Far from the newest, they read apart from it. */
  keep(conversation: string, kept: Kept): void {
    const known = this.desk.known(conversation);
    if (this.part(conversation)) return this.#change(conversation, (part) => withOnly(part, kept));
    if (!known) return;
    const { events, more } = known;
    this.desk.trim(conversation, kept.newest ?? kept.from);
    if (kept.newest !== undefined) this.#set(conversation, withOnly({ events, more, newer: false, around: kept.from }, kept));
  }

  #change(conversation: string, change: (part: Part) => Part): void {
    const part = this.part(conversation);
    if (part) this.#set(conversation, change(part));
  }

  /** A part that has reached what is known of the newest is one with it. */
  #set(conversation: string, part: Part | undefined): void {
    const parts = new Map(this.#parts);
    const known = this.desk.known(conversation);
    const before = part && known && joins(part, known);
    if (part && before === undefined) parts.set(conversation, part);
    else parts.delete(conversation);
    // Whoever goes through many hits must not grow with them.
    for (const oldest of parts.keys()) if (parts.size > PARTS_MAX && oldest !== conversation) parts.delete(oldest);
    if (part && before && before.length > 0) this.desk.older(conversation, before, part.more);
    this.#parts = parts;
  }
}
