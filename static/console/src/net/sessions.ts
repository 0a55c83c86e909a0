/** Where people are signed in, and the end of it. */
import type { PersonRow, SessionRow } from '../../../shared/wire';
import { call } from './http';

export const sessions = async (): Promise<SessionRow[]> => (await call<{ sessions: SessionRow[] }>('GET', '/api/v1/sessions')).sessions;

export const endSession = (id: string) => call<undefined>('DELETE', `/api/v1/sessions/${encodeURIComponent(id)}`);

/** All but the one that asks. */
export const endOtherSessions = async (): Promise<number> => (await call<{ ended: number }>('DELETE', '/api/v1/sessions')).ended;

export const people = async (): Promise<PersonRow[]> => (await call<{ people: PersonRow[] }>('GET', '/api/v1/people')).people;

/** `lock`: and only a new link lets them in again. */
export const signOutEverywhere = async (person: string, lock: boolean): Promise<number> =>
  (await call<{ ended: number }>('DELETE', `/api/v1/people/${encodeURIComponent(person)}/sessions?lock=${lock}`)).ended;
