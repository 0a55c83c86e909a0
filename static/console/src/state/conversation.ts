/** One watched conversation: its events without a hole, and who has the floor. Pure. */
import type { EventView, Floor, Position, Tell } from '../../../shared/wire';
import { aboutWith, toldAbout, type About } from './contact';

export interface Conversation {
  generation: string;
  events: readonly EventView[];
  floor: Floor;
  /** Older events exist on the server. */
  more: boolean;
  /** Of the contact, from the whole of it. */
  about: About;
}

type Events = Extract<Tell, { type: 'events' }>;
type Reset = Extract<Tell, { type: 'reset' }>;

export function lastSeq(conversation: Conversation): number {
  return conversation.events.at(-1)?.seq ?? conversation.floor.seq;
}

export function position(conversation: Conversation): Position {
  return { generation: conversation.generation, seq: lastSeq(conversation) };
}

export function afterReset(tell: Reset): Conversation {
  const { generation, events, floor, more } = tell;
  return { generation, events, floor, more, about: aboutWith(toldAbout(tell.about), events) };
}

/** The conversation with what came, or `gap` when it does not continue exactly where this one ends. */
export function afterEvents(known: Conversation | undefined, tell: Events): Conversation | 'gap' {
  if (!known || known.generation !== tell.generation) return 'gap';
  const last = lastSeq(known);
  const fresh = tell.events.filter((event) => event.seq > last);
  if (!fresh.every((event, index) => event.seq === last + 1 + index)) return 'gap';
  return {
    ...known,
    events: fresh.length ? [...known.events, ...fresh] : known.events,
    floor: tell.floor.seq >= known.floor.seq ? tell.floor : known.floor,
    about: aboutWith(known.about, fresh),
  };
}

/** Without what was before `from`: whoever stays with a busy conversation for hours must not grow with it. */
export function afterTrim(known: Conversation, from: number): Conversation {
  const gone = known.events.filter(({ seq }) => seq < from);
  if (gone.length === 0) return known;
  return { ...known, events: known.events.slice(gone.length), more: true };
}

/** The conversation with an older page before what is known; a page that does not fit is left out. */
export function afterOlder(known: Conversation, page: readonly EventView[], more: boolean): Conversation {
  const first = known.events[0]?.seq ?? Infinity;
  const older = page.filter((event) => event.seq < first);
  if (older.length === 0) return { ...known, more: more && page.length === 0 ? false : more };
  if (older.at(-1)?.seq !== first - 1) return known;
  return { ...known, events: [...older, ...known.events], more };
}
