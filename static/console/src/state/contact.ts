/** What is known of a contact, whatever part of the thread is loaded: attributes, pages, notes. Pure. */
import type { AboutView, EventView } from '../../../shared/wire';
import { sessions, type Session } from './sessions';

/** As of an event: what the server told, and what came since. */
export interface About {
  seq: number;
  attributes: ReadonlyMap<string, string>;
  /** Newest first. */
  notes: readonly Noted[];
  pages: readonly Page[];
}

export interface Noted {
  seq: number;
  at: number;
  name: string;
  text: string;
}

export interface Page {
  seq: number;
  at: number;
  url: string;
  title: string;
}

/** As many as the server tells. */
const NOTES_MAX = 50;
const PAGES_MAX = 30;

export const NOTHING_KNOWN: About = { seq: 0, attributes: new Map(), notes: [], pages: [] };

/** None is told by a node of an older version, while all are being renewed: then only what is loaded tells. */
export const toldAbout = (told: AboutView | undefined): About =>
  told === undefined
    ? NOTHING_KNOWN
    : {
        seq: told.seq,
        attributes: new Map(told.attributes.map(({ name, value }) => [name, value])),
        notes: told.notes.flatMap(noted),
        pages: told.pages.flatMap(paged),
      };

/** With what these events tell; those it was told with count once. */
export function aboutWith(about: About, events: readonly EventView[]): About {
  const fresh = events.filter(({ seq }) => seq > about.seq);
  if (fresh.length === 0) return about;
  const latest = fresh.toReversed();
  return {
    seq: latest[0]!.seq,
    attributes: fresh.reduce(attributesWith, about.attributes),
    notes: [...latest.flatMap(noted), ...about.notes].slice(0, NOTES_MAX),
    pages: [...latest.flatMap(paged), ...about.pages].slice(0, PAGES_MAX),
  };
}

function attributesWith(known: ReadonlyMap<string, string>, event: EventView): ReadonlyMap<string, string> {
  if (event.kind !== 'attribute_set') return known;
  const attributes = new Map(known);
  if (event.value === '') attributes.delete(event.name);
  else attributes.set(event.name, event.value);
  return attributes;
}

const noted = (event: EventView): Noted[] =>
  event.kind === 'note' ? [{ seq: event.seq, at: event.at, name: event.agent.name, text: event.text }] : [];

const paged = (event: EventView): Page[] =>
  event.kind === 'page_viewed' ? [{ seq: event.seq, at: event.at, url: event.url, title: event.title }] : [];

/** What there was in a conversation, as far as these events tell. */
export interface Past {
  conversation: string;
  sessions: readonly Session[];
  notes: readonly Noted[];
  /** There is nothing before. */
  complete: boolean;
}

export const past = (conversation: string, events: readonly EventView[], complete: boolean): Past => ({
  conversation,
  sessions: sessions(events),
  notes: events.toReversed().flatMap(noted),
  complete,
});

type Of<One> = One & { conversation: string };

/** Notes and sessions of all conversations of a person, the newest first. */
export function together(pasts: readonly Past[]): { notes: Of<Noted>[]; sessions: Of<Session>[]; complete: boolean } {
  const all = <One extends { at: number }>(of: (past: Past) => readonly One[]): Of<One>[] =>
    pasts.flatMap((past) => of(past).map((one) => ({ ...one, conversation: past.conversation }))).sort((a, b) => b.at - a.at);
  return { notes: all((past) => past.notes), sessions: all((past) => past.sessions), complete: pasts.every((past) => past.complete) };
}
