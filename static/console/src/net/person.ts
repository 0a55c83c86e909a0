/** What the console asks about the person behind conversations. */
import type { PersonView } from '../../../shared/wire';
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

export const mergeWith = (conversation: string, other: string, id: string) =>
  call<undefined>('POST', path(conversation), { id, conversation: other });

export const undoMerge = (id: string) => call<undefined>('DELETE', `/api/v1/contact-merges/${encodeURIComponent(id)}`);
