/** What the console asks over plain HTTP: who am I, signing in and out, older history, colleagues, templates,
 * canned replies and drafts. */
import type { CannedRow, Colleague, EventView, Me, MentionRow, MessageDraft, TeamRow, TemplateRow } from '../../../shared/wire';
import { language, t } from '../language/now.svelte';
import { OLDER_EVENTS } from './protocol';

/** What the server answered when it was not a yes; `message` is fit to be read by a person, `detail` is in the server's own words. */
export class HttpProblem extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly detail = '',
  ) {
    super(message);
  }
}

/** Who is signed in. */
export const session = async (): Promise<Me> => (await call<{ agent: Me }>('GET', '/api/v1/session')).agent;

export const signIn = (email: string, password: string) => call<unknown>('POST', '/api/v1/session', { email, password });

export const signOut = () => call<unknown>('DELETE', '/api/v1/session');

export const invitation = (token: string) =>
  call<{ name: string; email: string }>('GET', `/api/v1/welcome?token=${encodeURIComponent(token)}`);

export const accept = (account: { token: string; name: string; email: string; password: string }) =>
  call<unknown>('POST', '/api/v1/welcome', account);

export const olderEvents = (conversation: string, before: number) =>
  call<{ events: EventView[]; more: boolean }>(
    'GET',
    `/api/v1/conversations/${encodeURIComponent(conversation)}/events?before=${before}&limit=${OLDER_EVENTS}`,
  );

export const cannedReplies = () => call<{ replies: CannedRow[] }>('GET', '/api/v1/canned-replies');

export const saveCanned = (name: string, text: string) =>
  call<undefined>('PUT', `/api/v1/canned-replies/${encodeURIComponent(name)}`, { text });

export const deleteCanned = (name: string) => call<undefined>('DELETE', `/api/v1/canned-replies/${encodeURIComponent(name)}`);

export const colleagues = async (): Promise<Colleague[]> =>
  (await call<{ colleagues: Colleague[] }>('GET', '/api/v1/colleagues')).colleagues;

export const teams = async (): Promise<TeamRow[]> => (await call<{ teams: TeamRow[] }>('GET', '/api/v1/teams')).teams;

export const saveTeam = (id: string, name: string, members: readonly string[]) =>
  call<undefined>('PUT', `/api/v1/teams/${encodeURIComponent(id)}`, { name, members });

export const deleteTeam = (id: string) => call<undefined>('DELETE', `/api/v1/teams/${encodeURIComponent(id)}`);

export const mentions = () => call<{ mentions: MentionRow[]; unseen: number }>('GET', '/api/v1/mentions');

export const seeMentions = (conversation: string, seq: number) => call<undefined>('POST', '/api/v1/mentions/seen', { conversation, seq });

export const templates = async (account: string): Promise<TemplateRow[]> =>
  (await call<{ templates: TemplateRow[] }>('GET', `/api/v1/accounts/${encodeURIComponent(account)}/templates`)).templates;

export const drafts = () => call<{ drafts: MessageDraft[] }>('GET', '/api/v1/drafts');

export const saveDraft = (conversation: string, text: string, note: boolean) =>
  call<undefined>('PUT', `/api/v1/drafts/${encodeURIComponent(conversation)}`, { text, note });

export async function call<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(path, {
    method,
    credentials: 'same-origin',
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  }).catch(() => {
    throw new HttpProblem(0, t('serverUnreachable'));
  });
  const text = await response.text();
  if (!response.ok) throw new HttpProblem(response.status, sentence(text, response.status), said(text).detail);
  return (text ? JSON.parse(text) : undefined) as Answer;
}

/** What a refusal says, for people. */
export function sentence(text: string, status: number): string {
  const { code, title, detail } = said(text);
  return language.now.coded(`problem_${code}`) ?? detail ?? title ?? t('serverAnswered', { status: String(status) });
}

function said(text: string): { code?: string; title?: string; detail?: string } {
  try {
    return JSON.parse(text) as object;
  } catch {
    return {};
  }
}
