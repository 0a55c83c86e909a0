/** What the console asks about the person behind conversations. */
import type { PersonView } from '../../../shared/wire';
import type { EventView } from '../../../shared/wire';
import { past, type Past } from '../state/contact';
import { call } from './http';

const path = (conversation: string): string => `/api/v1/conversations/${encodeURIComponent(conversation)}/contact`;

/** Attributes by which people are told apart. */
const TELLING = ['user_id', 'email', 'phone'];

/** `attributes`: what is known of them, to suggest who else they may be. */
export function person(conversation: string, attributes: ReadonlyMap<string, string>): Promise<PersonView> {
  const known = new URLSearchParams();
  for (const name of TELLING) {
    const value = attributes.get(name);
    if (value) known.append(name, value);
  }
  return call<PersonView>('GET', `${path(conversation)}?${known}`);
}

/** Events looked at of each conversation. */
const EVENTS = 500;

/** What there was in a conversation, as far as its newest events tell. */
export async function pastOf(conversation: string): Promise<Past> {
  const { events, more } = await call<{ events: EventView[]; more: boolean }>(
    'GET',
    `/api/v1/conversations/${encodeURIComponent(conversation)}/events?limit=${EVENTS}`,
  );
  return past(conversation, events, !more);
}

export const mergeWith = (conversation: string, other: string, id: string) =>
  call<undefined>('POST', path(conversation), { id, conversation: other });

export const undoMerge = (id: string) => call<undefined>('DELETE', `/api/v1/contact-merges/${encodeURIComponent(id)}`);
