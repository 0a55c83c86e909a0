/** Drafts of one agent in several browsers: what the server has, what was typed here, and what follows. Pure. */
import type { MessageDraft } from '../../../shared/wire';
import type { Draft } from './state';

/** What the server was last known to have, by conversation. */
export type Kept = ReadonlyMap<string, Draft>;

export const same = (one: Draft | undefined, other: Draft | undefined): boolean =>
  (one?.text ?? '') === (other?.text ?? '') && ((one?.text ?? '') === '' || one?.note === other?.note);

/** Conversations whose draft here is not what the server has. */
export function unkept(drafts: ReadonlyMap<string, Draft>, kept: Kept): string[] {
  const all = new Set([...drafts.keys(), ...kept.keys()]);
  return [...all].filter((id) => !same(drafts.get(id), kept.get(id)));
}

/** The server has these: what was not touched here becomes what it is there. */
export function merged(
  drafts: ReadonlyMap<string, Draft>,
  kept: Kept,
  rows: readonly MessageDraft[],
): { drafts: ReadonlyMap<string, Draft>; kept: Kept } {
  const there = new Map(rows.map(({ conversation, text, note }): [string, Draft] => [conversation, { text, note }]));
  const touched = new Set(unkept(drafts, kept));
  const next = new Map(drafts);
  for (const id of new Set([...kept.keys(), ...there.keys()])) {
    if (touched.has(id)) continue;
    const draft = there.get(id);
    if (draft) next.set(id, draft);
    else next.delete(id);
  }
  return { drafts: next, kept: there };
}
