/** A search, and parts of conversations that are read apart. */
import { expect, test } from 'vitest';
import type { HitView, SearchResults } from '../../shared/wire';
import { afterReset } from '../src/state/conversation';
import { holds, joins, withNewer, withOlder, withOnly, type Part } from '../src/state/part';
import { NO_SEARCH, asked, came, failed, isAsked, shownOf, typed } from '../src/state/search';
import { reset, row, said } from './props';

const hit = (seq: number): HitView => ({ conversation: 'c', seq, at: seq, name: 'Maria', channel: 'webchat', by: 'contact', agent: null, pieces: [{ text: 'a', hit: true }] });
const results = (seqs: number[], next: string | null, over: Partial<SearchResults> = {}): SearchResults => ({ contacts: [], hits: seqs.map(hit), next, complete: true, ...over });

test('what is searched for is in sight, waits, fails or is not there: four different things', () => {
  expect(shownOf(NO_SEARCH)).toBe('nothing asked');
  const search = asked(typed(NO_SEARCH, 'acc'));
  expect(shownOf(search)).toBe('loading');
  expect(shownOf(failed(search, 'acc', 'No.'))).toBe('failed');
  expect(shownOf(came(search, 'acc', null, results([], null)))).toBe('nothing found');
  expect(shownOf(came(search, 'acc', null, results([], null, { contacts: [row('c')] })))).toBe('results');
  expect([isAsked(' ?!'), isAsked('営'), isAsked('👍')]).toEqual([false, true, true]);
});

test('what was found stays while somebody types on, and late answers are passed over', () => {
  let search = came(asked(typed(NO_SEARCH, 'acc')), 'acc', null, results([9, 8], 'x'));
  search = typed(search, 'acci');
  expect([shownOf(search), search.hits.length]).toEqual(['results', 2]);
  expect(came(asked(search), 'acc', null, results([1], null)).hits.length).toBe(2);
  search = came(asked(search), 'acci', null, results([9], 'y'));
  expect(came(search, 'acci', 'x', results([1], null)).hits.map(({ seq }) => seq)).toEqual([9]);
  search = came(asked(search), 'acci', 'y', results([5, 4], null));
  expect([search.hits.map(({ seq }) => seq), search.next]).toEqual([[9, 5, 4], null]);
  expect(shownOf(failed(search, 'acci', 'No.'))).toBe('results');
  expect(typed(search, '')).toEqual({ ...NO_SEARCH, query: '' });
});

test('a part grows at both ends without a hole and joins the newest when it reaches it', () => {
  const page = (seqs: number[], more: boolean, newer: boolean) => ({ events: seqs.map((seq) => said(seq)), more, newer });
  let part: Part = { ...page([10, 11], true, true), around: 10 };
  const newest = afterReset(reset([20, 21].map((seq) => said(seq)), 'g', true) as Parameters<typeof afterReset>[0]);
  expect([holds(part.events, 11), holds(part.events, 12), joins(part, newest)]).toEqual([true, false, undefined]);
  part = withOlder(part, page([8, 9], true, true));
  part = withOlder(part, page([3, 4], true, true));
  part = withNewer(part, page([14, 15], true, true));
  expect(part.events.map(({ seq }) => seq)).toEqual([8, 9, 10, 11]);
  part = withNewer(part, page([12, 13, 14, 15, 16, 17, 18, 19, 20], true, true));
  expect(joins(part, newest)?.map(({ seq }) => seq)).toEqual([8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
});

test('what is let go of at an end of a part is known to be there', () => {
  const part: Part = { events: [10, 11, 12, 13].map((seq) => said(seq)), more: false, newer: false, around: 11 };
  const of = ({ events, more, newer }: Part) => [events.map(({ seq }) => seq), more, newer];
  expect(of(withOnly(part, { from: 10, to: Infinity }))).toEqual([[10, 11, 12, 13], false, false]);
  expect(of(withOnly(part, { from: 11, to: 13 }))).toEqual([[11, 12], true, true]);
});
