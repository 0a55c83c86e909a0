/** Other apps that answer beside us on a channel. */
import type { AppRow } from '../../../shared/wire';
import { call } from './http';

export const appsBeside = async (account: string): Promise<AppRow[]> =>
  (await call<{ apps: AppRow[] }>('GET', `/api/v1/accounts/${encodeURIComponent(account)}/apps`)).apps;

export const passTo = (conversation: string, app: string) =>
  call<undefined>('POST', `/api/v1/conversations/${encodeURIComponent(conversation)}/pass`, { app });
