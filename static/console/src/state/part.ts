/** A part of a conversation that is read apart from its newest: around a day, or around what was found. Pure. */
import type { EventView } from '../../../shared/wire';
import type { Conversation } from './conversation';
import { within, type Kept } from './shown';

export interface Part {
  events: readonly EventView[];
  /** Older and newer events exist on the server. */
  more: boolean;
  newer: boolean;
  /** What is looked at in it. */
  around: number;
}

interface Page {
  events: readonly EventView[];
  more: boolean;
  newer: boolean;
}

/** Whether an event is among those. */
export const holds = (events: readonly EventView[], seq: number): boolean =>
  events.length > 0 && events[0]!.seq <= seq && seq <= events.at(-1)!.seq;

/** The part with a page before it; one that does not fit is left out. */
export function withOlder(part: Part, page: Page): Part {
  const first = part.events[0]?.seq ?? Infinity;
  const older = page.events.filter(({ seq }) => seq < first);
  if (older.length === 0) return { ...part, more: page.more && page.events.length > 0 };
  return older.at(-1)!.seq === first - 1 ? { ...part, events: [...older, ...part.events], more: page.more } : part;
}

export function withNewer(part: Part, page: Page): Part {
  const last = part.events.at(-1)?.seq ?? 0;
  const newer = page.events.filter(({ seq }) => seq > last);
  if (newer.length === 0) return { ...part, newer: page.newer && page.events.length > 0 };
  return newer[0]!.seq === last + 1 ? { ...part, events: [...part.events, ...newer], newer: page.newer } : part;
}

/** The part without what is far from where it is read. */
export function withOnly(part: Part, kept: Pick<Kept, 'from' | 'to'>): Part {
  const events = within(part.events, kept);
  return {
    ...part,
    events,
    more: part.more || events[0]?.seq !== part.events[0]?.seq,
    newer: part.newer || events.at(-1)?.seq !== part.events.at(-1)?.seq,
  };
}

/** Once it reaches what is known of the newest, the two are one: this is what of the part stands before it. */
export function joins(part: Part, { events }: Conversation): readonly EventView[] | undefined {
  const first = events[0]?.seq;
  const last = part.events.at(-1)?.seq;
  if (first === undefined || last === undefined || last < first - 1) return undefined;
  return part.events.filter(({ seq }) => seq < first);
}
