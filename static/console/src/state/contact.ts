/** What the events tell about the contact beside the words: attributes, pages, notes. Pure. */
import type { EventView } from '../../../shared/wire';
import { sessions, type Session } from './sessions';

export interface Contact {
  attributes: Map<string, string>;
  /** Newest first. */
  pages: { seq: number; at: number; url: string; title: string }[];
  notes: Noted[];
}

export function contact(events: readonly EventView[]): Contact {
  const known: Contact = { attributes: new Map(), pages: [], notes: [] };
  for (const event of events) {
    if (event.kind === 'attribute_set') attributeSet(known.attributes, event.name, event.value);
    if (event.kind === 'page_viewed') known.pages.unshift(event);
    if (event.kind === 'note') known.notes.unshift({ seq: event.seq, at: event.at, name: event.agent.name, text: event.text });
  }
  return known;
}

export interface Noted {
  seq: number;
  at: number;
  name: string;
  text: string;
}

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
  notes: contact(events).notes,
  complete,
});

type Of<One> = One & { conversation: string };

/** Notes and sessions of all conversations of a person, the newest first. */
export function together(pasts: readonly Past[]): { notes: Of<Noted>[]; sessions: Of<Session>[]; complete: boolean } {
  const all = <One extends { at: number }>(of: (past: Past) => readonly One[]): Of<One>[] =>
    pasts.flatMap((past) => of(past).map((one) => ({ ...one, conversation: past.conversation }))).sort((a, b) => b.at - a.at);
  return { notes: all((past) => past.notes), sessions: all((past) => past.sessions), complete: pasts.every((past) => past.complete) };
}

function attributeSet(attributes: Map<string, string>, name: string, value: string): void {
  if (value === '') attributes.delete(name);
  else attributes.set(name, value);
}
