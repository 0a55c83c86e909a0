/** A filtered list: windows of it are known, never the whole. */
import { expect, test } from 'vitest';
import type { ListPage } from '../../shared/wire';
import { NO_FILTER, again, asked, begin, beginning, came, failed, isOpen, length, query, refresh, same, slice, stateOf, wanted, type Listing } from '../src/state/listing';
import { filterParts } from '../src/state/filters';
import { english, row } from './props';

const page = (ids: string[], next: string | null): ListPage => ({ rows: ids.map((id) => row(id)), next, complete: true });
const ids = (listing: Listing, first = 0, last = 1000) => slice(listing, first, last).map((row) => row?.conversation);

/** Fetches whatever is wanted, from a list of a hundred thousand rows, 50 at a time. */
function look(listing: Listing, first: number, last: number, total = 100_000): Listing {
  for (let number = wanted(listing, first, last); number !== undefined; number = wanted(listing, first, last)) {
    const from = Number(beginning(listing, number) ?? 0);
    const to = Math.min(from + 50, total);
    const rows = Array.from({ length: to - from }, (_, index) => `c${from + index}`);
    listing = came(asked(listing, number), page(rows, to < total ? String(to) : null));
  }
  return listing;
}

test('only what is in sight is fetched, and what is far from it is let go of', () => {
  let listing = look(begin(NO_FILTER), 0, 30);
  expect(length(listing)).toBe(50);
  for (let first = 0; first < 5_000; first += 40) listing = refresh(look(listing, first, first + 30), first, first + 30);
  expect(ids(listing, 4_960, 4_962)).toEqual(['c4960', 'c4961']);
  const kept = listing.pages.filter(({ rows }) => rows !== undefined).length;
  expect(kept).toBeLessThan(12);
  expect(ids(listing, 0, 2)).toEqual([undefined, undefined]);
  expect(ids(look(listing, 0, 30), 0, 2)).toEqual(['c0', 'c1']);
});

test('loading, nothing matches, cannot fetch and rows are four different things', () => {
  const listing = begin(NO_FILTER);
  expect(stateOf(listing)).toBe('loading');
  const broken = failed(asked(listing, 0));
  expect([stateOf(broken), wanted(broken, 0, 30), wanted(again(broken), 0, 30)]).toEqual(['failed', undefined, 0]);
  const empty = came(asked(listing, 0), page([], null));
  expect([stateOf(empty), empty.ended, wanted(empty, 0, 30)]).toEqual(['empty', true, undefined]);
  expect(stateOf(came(asked(listing, 0), page(['a'], null)))).toBe('rows');
});

test('a page without rows is gone past, to the end', () => {
  let listing = came(asked(begin(NO_FILTER), 0), page([], 'x'));
  expect([stateOf(listing), wanted(listing, 0, 30), beginning(listing, 1)]).toEqual(['loading', 1, 'x']);
  listing = came(asked(listing, 1), page(['a'], 'y'));
  listing = came(asked(listing, 2), page([], null));
  expect([ids(listing), stateOf(listing), listing.ended]).toEqual([['a'], 'rows', true]);
});

test('when a page ends elsewhere, what follows it is fetched anew and nobody comes twice', () => {
  let listing = came(asked(begin(NO_FILTER), 0), page(['a', 'b'], '2'));
  listing = came(asked(listing, 1), page(['c', 'd'], null));
  listing = refresh(listing, 0, 3);
  expect(wanted(listing, 0, 3)).toBe(0);
  listing = came(asked(listing, 0), page(['c', 'a'], '1'));
  expect(ids(listing)).toEqual(['c', 'a', undefined, 'd']);
  expect([wanted(listing, 0, 3), beginning(listing, 1)]).toEqual([1, '1']);
  listing = came(asked(listing, 1), page(['b', 'd'], null));
  expect(ids(listing)).toEqual(['c', 'a', 'b', 'd']);
});

test('a filter is an address, and says in words what it asks for, each part with a way out', () => {
  const filter = { ...NO_FILTER, bot: 'harbor', labels: ['a & b', 'vip'], unanswered: true, assignee: 'ana', attribute: { name: 'city', value: 'Lisbon' } };
  expect(query(filter, '7.1.0', 50)).toBe('bot=harbor&assignee=ana&label=a+%26+b&label=vip&unanswered=true&attribute=city&value=Lisbon&after=7.1.0&limit=50');
  const choices = { accounts: [], bots: [], labels: [], attributes: [] };
  const parts = filterParts(filter, { me: 'ana', choices, teams: [], language: english });
  expect(parts.map(({ words }) => words)).toEqual(['Bot harbor', 'With me', 'Unanswered', 'a & b', 'vip', 'city: Lisbon']);
  expect(query(parts[3]!.rest, null, 1)).not.toContain('%26');
  expect(query(parts[0]!.rest, null, 1)).not.toContain('bot');
  expect([isOpen(NO_FILTER), isOpen({ ...NO_FILTER, order: 'newest' }), isOpen(filter)]).toEqual([true, true, false]);
  expect([same(filter, { ...filter }), same(filter, NO_FILTER)]).toEqual([true, false]);
});

test('a list that was empty is read again, too', () => {
  const empty = came(asked(begin(NO_FILTER), 0), { rows: [], next: null, complete: true });
  expect([stateOf(empty), wanted(empty, 0, 30)]).toEqual(['empty', undefined]);
  const again = refresh(empty, 0, 30);
  expect(wanted(again, 0, 30)).toBe(0);
  expect(stateOf(came(asked(again, 0), { rows: [row('c')], next: null, complete: true }))).toBe('rows');
});
