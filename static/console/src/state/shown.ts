/**
 * How much of a conversation is on the page at once. Whoever reads through ten thousand lines has some hundreds of them
 * before them at any time: what is far from there is let go of, and fetched again when they come back. Pure.
 */
import type { EventView } from '../../../shared/wire';
import type { Item } from './thread';

interface Bound {
  /** With more than this, so many are kept around what is read. */
  max: number;
  kept: number;
  /** When the newest is not among them, so much of it is kept for the way back. */
  newest: number;
}

/** Most events are a line. Where many are none, these have a bound of their own. */
export const LINES: Bound = { max: 400, kept: 300, newest: 80 };
export const EVENTS: Bound = { max: 1500, kept: 1000, newest: 300 };

/** What stays: from one event to before another. `newest`: from where the newest stays, if that is apart from it. */
export interface Kept {
  from: number;
  to: number;
  newest: number | undefined;
}

type Numbered = { seq: number };

/** Undefined: nothing need go. `reading` is the event that is looked at; without it, it is the newest. */
export function kept(lines: readonly Numbered[], events: readonly Numbered[], reading: number | undefined): Kept | undefined {
  if (lines.length > LINES.max) return around(lines, LINES, reading);
  if (events.length > EVENTS.max) return around(events, EVENTS, reading);
  return undefined;
}

function around(all: readonly Numbered[], { kept, newest }: Bound, reading: number | undefined): Kept {
  const found = reading === undefined ? -1 : all.findIndex(({ seq }) => seq >= reading);
  const middle = found < 0 ? all.length : found;
  const first = Math.min(Math.max(0, middle - kept / 2), all.length - kept);
  const far = all.length - newest;
  // What is near the newest goes on to it; up to three lines may be of one event.
  if (first + kept + 3 > far) return { from: all[first]!.seq, to: Infinity, newest: undefined };
  return { from: all[first]!.seq, to: all[first + kept]!.seq, newest: all[far]!.seq };
}

export const within = (events: readonly EventView[], { from, to }: Pick<Kept, 'from' | 'to'>): readonly EventView[] =>
  events.filter(({ seq }) => seq >= from && seq < to);

/** What tells lines apart: what is the same line stays where it is on the page. */
export const keyOf = (line: Line): string => `${line.kind}${line.kind === 'session' ? line.end : line.seq}`;

/** Where a session begins, if there are several. `end` is where the next one does. */
export interface Head {
  kind: 'session';
  seq: number;
  end: number;
  at: number;
  said: number;
  /** The first of those that are known. */
  first: boolean;
  open: boolean;
}

export type Line = Item | Head;

/** The lines as they are now. What has not changed is the very same object, so that nothing is painted again for it. */
export function reusing(before: readonly Line[], now: readonly Line[]): Line[] {
  const known = new Map(before.map((line) => [keyOf(line), line]));
  return now.map((line) => {
    const old = known.get(keyOf(line));
    return old && same(old, line) ? old : line;
  });
}

/** Lines are plain: words, numbers, and lists of such. */
function same(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  const [mine, its] = [Object.entries(one), Object.entries(other)];
  return mine.length === its.length && mine.every(([name, value]) => same(value, (other as Record<string, unknown>)[name]));
}
