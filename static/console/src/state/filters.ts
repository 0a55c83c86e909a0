/** A filter in words, part by part. Pure. */
import type { FilterView, ListChoices, TeamRow } from '../../../shared/wire';
import type { Language } from '../language/language';
import { channelWords, reasonWords } from './words';

export const ORDERS = ['newest', 'oldest', 'waiting', 'priority'] as const;
export const STATUSES = ['snoozed', 'closed', 'blocked'] as const;
export const MODES = ['bot', 'waiting', 'human'] as const;
export const REASONS = ['urgent', 'no_answer', 'asked', 'hot_lead', 'bot_failed', 'agent'] as const;
export const CHANNELS = ['messenger', 'instagram', 'whatsapp', 'sms', 'telegram', 'webchat'] as const;

interface Part {
  words: string;
  /** The filter without it. */
  rest: FilterView;
}

interface Known {
  me: string | undefined;
  choices: ListChoices;
  teams: readonly TeamRow[];
  language: Language;
}

export function filterParts(filter: FilterView, { me, choices, teams, language }: Known): Part[] {
  const { t, coded } = language;
  const parts: Part[] = [];
  const without = (name: keyof FilterView): FilterView => {
    const rest = { ...filter };
    delete rest[name];
    return { ...rest, labels: rest.labels ?? [], unanswered: rest.unanswered ?? false };
  };
  const add = (words: string | undefined, rest: FilterView) => words !== undefined && parts.push({ words, rest });
  if (filter.channel) add(channelWords(filter.channel, language), without('channel'));
  if (filter.account) add(choices.accounts.find(({ id }) => id === filter.account)?.name ?? filter.account, without('account'));
  if (filter.bot) add(t('theBotNamed', { name: filter.bot }), without('bot'));
  if (filter.mode) add(coded(`mode_${filter.mode}`) ?? filter.mode, without('mode'));
  if (filter.reason) add(reasonWords(filter.reason, language), without('reason'));
  if (filter.assignee) add(filter.assignee === me ? t('mine') : t('withAnAgent'), without('assignee'));
  if (filter.team) add(teams.find(({ id }) => id === filter.team)?.name ?? t('team'), without('team'));
  if (filter.unanswered) add(t('onlyUnanswered'), { ...filter, unanswered: false });
  for (const label of filter.labels) add(label, { ...filter, labels: filter.labels.filter((other) => other !== label) });
  if (filter.attribute) add(`${filter.attribute.name}: ${filter.attribute.value}`, without('attribute'));
  if (filter.unread) add(t('onlyUnread'), without('unread'));
  if (filter.priority) add(coded(`priority_${filter.priority}`) ?? filter.priority, without('priority'));
  if (filter.status) add(coded(`status_${filter.status}`) ?? filter.status, without('status'));
  if (filter.order && filter.order !== 'newest') add(coded(`order_${filter.order}`) ?? filter.order, without('order'));
  return parts;
}
