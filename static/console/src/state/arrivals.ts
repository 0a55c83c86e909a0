/** Who has just begun to wait for a human, or was just handed to us. Pure. */
import type { Row } from '../../../shared/wire';

/** Longer ago than this is no news: the screen was away, or another list was looked at. */
const NEWS_MS = 60_000;

export const waitKey = (row: Row): string => `${row.conversation} ${row.floor.since}`;

export function arrivals(known: ReadonlySet<string>, rows: readonly Row[], now: number): Row[] {
  return rows.filter((row) => !known.has(waitKey(row)) && now - row.floor.since < NEWS_MS);
}
