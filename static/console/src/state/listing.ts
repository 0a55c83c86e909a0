/**
 * A filtered list as far as it is known: pages fetched where somebody looks, and let go of where nobody does, so that a
 * million conversations scroll like a hundred. Pure.
 */
import type { FilterView, ListPage, Row } from '../../../shared/wire';

/** A page begins `after` a place that the page before named; its rows may have been let go of. */
interface Page {
  after: string | null;
  rows: readonly Row[] | undefined;
  count: number;
  /** What is known of it may be old. */
  stale: boolean;
}

export interface Listing {
  filter: FilterView;
  pages: readonly Page[];
  /** The page that is being fetched. */
  fetching: number | undefined;
  failed: boolean;
  /** The last page is known. */
  ended: boolean;
  /** False: older conversations may be missing yet. */
  complete: boolean;
}

/** Pages that stay in memory around the ones in sight. */
const KEPT_AROUND = 4;

export const NO_FILTER: FilterView = { labels: [], unanswered: false };

export function begin(filter: FilterView): Listing {
  return { filter, pages: [], fetching: undefined, failed: false, ended: false, complete: true };
}

/** How many rows are known to be there. */
export const length = ({ pages }: Listing): number => pages.reduce((sum, { count }) => sum + count, 0);

/** Which of the four states a list is in: they look like four different things. */
export function stateOf(listing: Listing): 'loading' | 'empty' | 'failed' | 'rows' {
  if (length(listing) > 0) return 'rows';
  if (listing.failed) return 'failed';
  return listing.ended ? 'empty' : 'loading';
}

/** The rows from `first` to before `last`; undefined where they have to be fetched. No conversation comes twice. */
export function slice({ pages }: Listing, first: number, last: number): (Row | undefined)[] {
  const rows: (Row | undefined)[] = [];
  const seen = new Set<string>();
  let at = 0;
  for (const { rows: known, count } of pages) {
    for (let index = Math.max(0, first - at); index < Math.min(count, last - at); index += 1) {
      const row = known?.[index];
      const again = row !== undefined && seen.has(row.conversation);
      if (row) seen.add(row.conversation);
      rows.push(again ? undefined : row);
    }
    at += count;
  }
  return rows;
}

/** A page without rows is in sight where its rows would be: an empty list may get some. */
const isInSight = (at: number, count: number, first: number, last: number): boolean => at < last && (at + count > first || (count === 0 && at >= first));

/** The page that should be fetched next for who sees the rows from `first` to before `last`; undefined: none. */
export function wanted(listing: Listing, first: number, last: number): number | undefined {
  const { pages, fetching, failed, ended } = listing;
  if (fetching !== undefined || failed) return undefined;
  let at = 0;
  for (const [number, { rows, count, stale }] of pages.entries()) {
    const inSight = isInSight(at, count, first, last);
    // One that was never fetched has no rows yet, but a beginning.
    const begun = count === 0 && !ended && last >= at && number === pages.length - 1;
    if ((rows === undefined || stale) && (inSight || begun)) return number;
    at += count;
  }
  return pages.length === 0 ? 0 : undefined;
}

/** Where the page of this number begins. */
export const beginning = ({ pages }: Listing, number: number): string | null => pages[number]?.after ?? null;

export const asked = (listing: Listing, number: number): Listing => ({ ...listing, fetching: number });

export const failed = (listing: Listing): Listing => ({ ...listing, fetching: undefined, failed: true });

export const again = (listing: Listing): Listing => ({ ...listing, failed: false });

/** What came for the page that was fetched. If it ends elsewhere than before, what follows it is fetched anew. */
export function came(listing: Listing, { rows, next, complete }: ListPage): Listing {
  const number = listing.fetching;
  if (number === undefined) return listing;
  const pages = [...listing.pages];
  const after = pages[number]?.after ?? null;
  pages[number] = { after, rows, count: rows.length, stale: false };
  const following = pages[number + 1];
  const ended = next === null || (listing.ended && following !== undefined);
  if (next === null) pages.length = number + 1;
  else if (following === undefined) pages.push({ after: next, rows: undefined, count: 0, stale: true });
  else if (following.after !== next) pages[number + 1] = { ...following, after: next, stale: true };
  return { ...listing, pages, fetching: undefined, failed: false, ended, complete };
}

/** What is in sight may have changed; what is far from it is let go of. */
export function refresh(listing: Listing, first: number, last: number): Listing {
  let at = 0;
  const ranges = listing.pages.map((page) => ({ page, from: at, to: (at += page.count) }));
  const inSight = ranges.findIndex(({ to }) => to > first);
  const pages = ranges.map(({ page, from, to }, number) => {
    if (isInSight(from, to - from, first, last)) return { ...page, stale: true };
    return Math.abs(number - inSight) > KEPT_AROUND && page.rows !== undefined ? { ...page, rows: undefined } : page;
  });
  return { ...listing, pages, failed: false };
}

/** What a filter asks for, as the address of a page. */
export function query(filter: FilterView, after: string | null, limit: number): string {
  const asked = new URLSearchParams();
  const { labels, unanswered, unread, attribute, ...rest } = filter;
  for (const [name, value] of Object.entries(rest)) if (value) asked.append(name, value);
  for (const label of labels) asked.append('label', label);
  if (unanswered) asked.append('unanswered', 'true');
  if (unread) asked.append('unread', 'true');
  if (attribute) {
    asked.append('attribute', attribute.name);
    asked.append('value', attribute.value);
  }
  if (after !== null) asked.append('after', after);
  asked.append('limit', String(limit));
  return asked.toString();
}

/** Whether it asks for anything at all. */
export const isOpen = (filter: FilterView): boolean => {
  const { labels, unanswered, order, ...rest } = filter;
  return labels.length === 0 && !unanswered && (order ?? 'newest') === 'newest' && Object.values(rest).every((value) => !value);
};

export const same = (one: FilterView, other: FilterView): boolean => query(one, null, 0) === query(other, null, 0);
