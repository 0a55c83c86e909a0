/** A search as far as its answers have come. Pure. */
import type { HitView, Row, SearchResults } from '../../../shared/wire';

export interface Search {
  query: string;
  contacts: readonly Row[];
  hits: readonly HitView[];
  /** Where to go on; null: that was all; undefined: nothing is known yet. */
  next: string | null | undefined;
  fetching: boolean;
  failed: string | undefined;
  /** False: older words may be missing yet. */
  complete: boolean;
}

/** As the server counts. */
export const QUERY_CHARS_MAX = 200;

export const NO_SEARCH: Search = { query: '', contacts: [], hits: [], next: undefined, fetching: false, failed: undefined, complete: true };

/** Whether there is a word in it. */
export const isAsked = (query: string): boolean => /[\p{L}\p{N}\p{So}]/u.test(query);

/** Somebody types on: what was found stays in sight until something else is. */
export const typed = (search: Search, query: string): Search =>
  isAsked(query) ? { ...search, query, next: undefined, failed: undefined } : { ...NO_SEARCH, query };

export const asked = (search: Search): Search => ({ ...search, fetching: true, failed: undefined });

/** What came for a query; what came too late, for another one, is passed over. */
export function came(search: Search, query: string, before: string | null, results: SearchResults): Search {
  if (query !== search.query) return search;
  const { next, complete } = results;
  if (before === null) return { query, contacts: results.contacts, hits: results.hits, next, fetching: false, failed: undefined, complete };
  if (before !== search.next) return search;
  return { ...search, hits: [...search.hits, ...results.hits], next, fetching: false, complete };
}

export const failed = (search: Search, query: string, words: string): Search =>
  query === search.query ? { ...search, fetching: false, failed: words } : search;

export type Shown = 'nothing asked' | 'loading' | 'nothing found' | 'failed' | 'results';

export function shownOf(search: Search): Shown {
  if (!isAsked(search.query)) return 'nothing asked';
  if (search.failed !== undefined && search.next === undefined) return 'failed';
  if (search.hits.length + search.contacts.length > 0) return 'results';
  return search.next === null ? 'nothing found' : 'loading';
}
