/** What the console asks when somebody looks for something: lists, searches, views, and parts of conversations. */
import type { EventView, FilterView, ListChoices, ListPage, SearchResults, ViewRow } from '../../../shared/wire';
import { query } from '../state/listing';
import { call } from './http';
import { HITS_FETCHED, OLDER_EVENTS, ROWS_FETCHED } from './protocol';

export const listPage = (filter: FilterView, after: string | null) =>
  call<ListPage>('GET', `/api/v1/conversations?${query(filter, after, ROWS_FETCHED)}`);

export const listChoices = () => call<ListChoices>('GET', '/api/v1/list-choices');

export function search(q: string, before: string | null): Promise<SearchResults> {
  const asked = new URLSearchParams({ q, limit: String(HITS_FETCHED) });
  if (before !== null) asked.append('before', before);
  return call<SearchResults>('GET', `/api/v1/search?${asked}`);
}

export const views = async (): Promise<ViewRow[]> => (await call<{ views: ViewRow[] }>('GET', '/api/v1/views')).views;

const viewPath = (id: string, shared: boolean): string => `/api/v1/${shared ? 'shared-views' : 'views'}/${encodeURIComponent(id)}`;

export const saveView = (id: string, shared: boolean, name: string, filter: FilterView) =>
  call<undefined>('PUT', viewPath(id, shared), { name, filter });

export const deleteView = (id: string, shared: boolean) => call<undefined>('DELETE', viewPath(id, shared));

/** A part of a conversation. */
export interface EventsPage {
  events: EventView[];
  more: boolean;
  newer: boolean;
  around: number | null;
}

export const eventsPart = (conversation: string, where: 'before' | 'after' | 'around' | 'at', place: number) =>
  call<EventsPage>('GET', `/api/v1/conversations/${encodeURIComponent(conversation)}/events?${where}=${Math.round(place)}&limit=${OLDER_EVENTS}`);
