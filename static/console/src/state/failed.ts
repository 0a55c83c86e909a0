/** Messages that did not go out, or of which nobody knows whether they did: what is in sight of them. Pure. */
import type { Deliveries, DeliveryRow } from '../../../shared/wire';

export type Fate = 'failed' | 'unknown';

export interface FailedList {
  fate: Fate;
  /** Of this account; undefined: of all. */
  account: string | undefined;
  rows: readonly DeliveryRow[];
  /** Older ones begin before this number; null: there are none; undefined: nobody has asked yet. */
  next: number | null | undefined;
  fetching: boolean;
  problem: string | undefined;
}

export const begin = (fate: Fate, account: string | undefined): FailedList => ({ fate, account, rows: [], next: undefined, fetching: true, problem: undefined });

export const asked = (list: FailedList): FailedList => ({ ...list, fetching: true, problem: undefined });

/** A page of them; what the server counts by number comes once, whatever happened between two pages. */
export function came(list: FailedList, { deliveries, next }: Deliveries): FailedList {
  const known = new Set(list.rows.map(keyOf));
  const fresh = deliveries.filter((row) => row.state === list.fate && !known.has(keyOf(row)));
  return { ...list, rows: [...list.rows, ...fresh], next, fetching: false };
}

export const failed = (list: FailedList, problem: string): FailedList => ({ ...list, fetching: false, problem });

/** Somebody has seen to it. */
export const without = (list: FailedList, gone: DeliveryRow): FailedList => ({ ...list, rows: list.rows.filter((row) => keyOf(row) !== keyOf(gone)) });

export const keyOf = ({ conversation, seq }: DeliveryRow): string => `${conversation}/${seq}`;

/** By account, in the order in which their newest one comes. */
export function byAccount(rows: readonly DeliveryRow[]): { account: string; rows: DeliveryRow[] }[] {
  const groups = new Map<string, DeliveryRow[]>();
  for (const row of rows) groups.set(row.account, [...(groups.get(row.account) ?? []), row]);
  return [...groups].map(([account, rows]) => ({ account, rows }));
}

/** Who looks after what others said. */
export const mayCare = (role: string | undefined): boolean => role === 'supervisor' || role === 'admin';
