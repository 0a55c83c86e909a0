/** What the console asks about messages that did not go out. */
import type { Deliveries, DeliveryRow, LeftBe, Retried } from '../../../shared/wire';
import type { Fate } from '../state/failed';
import { call } from './http';

const PAGE = 100;

export function failedPage(fate: Fate, account: string | undefined, before: number | undefined): Promise<Deliveries> {
  const wanted = new URLSearchParams({ state: fate, limit: String(PAGE) });
  if (account !== undefined) wanted.set('account', account);
  if (before !== undefined) wanted.set('before', String(before));
  return call('GET', `/api/v1/deliveries?${wanted}`);
}

export type Deed = 'retry' | 'leave';

export const settle = ({ conversation, seq }: DeliveryRow, deed: Deed) =>
  call<unknown>('POST', `/api/v1/deliveries/${encodeURIComponent(conversation)}/${seq}/${deed}`);

/** At most a hundred at a time; `next` says where to go on. */
export const settleMany = (account: string, fate: Fate, deed: Deed, before: number | null) =>
  call<Retried | LeftBe>('POST', `/api/v1/deliveries/${deed}`, { account, state: fate, before });
