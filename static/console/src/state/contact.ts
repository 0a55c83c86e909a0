/** What the events tell about the contact beside the words: attributes, pages, notes. Pure. */
import type { EventView } from '../../../shared/wire';

export interface Contact {
  attributes: Map<string, string>;
  /** Newest first. */
  pages: { seq: number; at: number; url: string; title: string }[];
  notes: { seq: number; at: number; name: string; text: string }[];
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

function attributeSet(attributes: Map<string, string>, name: string, value: string): void {
  if (value === '') attributes.delete(name);
  else attributes.set(name, value);
}
