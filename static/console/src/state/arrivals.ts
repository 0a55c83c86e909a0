/** Who has just begun to wait for a human, or was just handed or assigned to us. Pure. */
import type { Floor, Row } from '../../../shared/wire';

/** Longer ago than this is no news: the screen was away, or another list was looked at. */
const NEWS_MS = 60_000;

/** Whether it is ours: the agent's own, or assigned to a team that they are in. */
export type IsOurs = (floor: Floor) => boolean;

export const waitKey = (row: Row, ours: IsOurs): string => `${row.conversation} ${row.floor.since}${ours(row.floor) ? ' ours' : ''}`;

/** What is known of rows that have been seen: the keys, and which conversations they are of. */
export const seen = (rows: readonly Row[], ours: IsOurs): ReadonlySet<string> =>
  new Set(rows.flatMap((row) => [row.conversation, waitKey(row, ours)]));

/** News are those who began to wait or moved a moment ago, and those that had been seen and became ours. */
export function arrivals(known: ReadonlySet<string>, rows: readonly Row[], now: number, ours: IsOurs): Row[] {
  const recent = (row: Row) => now - row.floor.since < NEWS_MS || (ours(row.floor) && known.has(row.conversation));
  return rows.filter((row) => !known.has(waitKey(row, ours)) && recent(row));
}
