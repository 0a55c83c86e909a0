/** The lists: who must act, and on what. Pure. */
import type { Counts, ReasonCounts, Row, Tell } from '../../../shared/wire';
import { rank } from './priority';

export interface Inbox {
  /** False until the first rows came: an empty list and an unknown one are not the same. */
  loaded: boolean;
  rows: ReadonlyMap<string, Row>;
  counts: Counts;
}

export type GroupName = 'waiting' | 'mine' | 'others' | 'bot';

export interface Group {
  name: GroupName;
  rows: Row[];
  /** How many there are, beyond the window too. */
  count: number;
}

const NO_REASONS: ReasonCounts = { urgent: 0, no_answer: 0, asked: 0, hot_lead: 0, bot_failed: 0, agent: 0 };

export const EMPTY_INBOX: Inbox = { loaded: false, rows: new Map(), counts: { waiting: 0, mine: 0, others: 0, bot: 0, snoozed: 0, closed: 0, blocked: 0, reasons: NO_REASONS } };

/** What the lists are after a frame. Of two rows of one conversation the one with the higher `seq` is newer. */
export function afterInbox(inbox: Inbox, tell: Extract<Tell, { type: 'inbox' }>): Inbox {
  const rows = new Map(tell.fresh ? [] : inbox.rows);
  for (const id of tell.gone) rows.delete(id);
  for (const row of tell.rows) {
    const known = rows.get(row.conversation);
    if (!known || row.seq >= known.seq) rows.set(row.conversation, row);
  }
  return { loaded: true, rows, counts: tell.counts };
}

export type Reason = keyof ReasonCounts;

/** The reasons for which somebody waits, and how many; the one that is looked at is always among them. */
export function reasonsToShow(counts: Counts, chosen: Reason | undefined): [Reason, number][] {
  const all = Object.entries(counts.reasons) as [Reason, number][];
  return all.filter(([reason, count]) => count > 0 || reason === chosen);
}

/** The rows by who must act: the most urgent and then the longest waiting first, then soonest unanswered, the bot's newest first. */
export function groups(inbox: Inbox, me: string | undefined): Group[] {
  const sorted: Record<GroupName, Row[]> = { waiting: [], mine: [], others: [], bot: [] };
  for (const row of inbox.rows.values()) sorted[groupOf(row, me)].push(row);
  sorted.waiting.sort((a, b) => rank(b.floor.priority) - rank(a.floor.priority) || a.floor.since - b.floor.since);
  sorted.mine.sort(unansweredThenNewest);
  sorted.others.sort(unansweredThenNewest);
  sorted.bot.sort((a, b) => b.last_at - a.last_at);
  return (['waiting', 'mine', 'others', 'bot'] as const).map((name) => ({
    name,
    rows: sorted[name],
    count: Math.max(inbox.counts[name], sorted[name].length),
  }));
}

function groupOf(row: Row, me: string | undefined): GroupName {
  if (row.floor.mode === 'waiting') return 'waiting';
  if (row.floor.mode !== 'human' && !row.floor.assignee) return 'bot';
  return row.floor.assignee?.id != null && row.floor.assignee.id === me ? 'mine' : 'others';
}

function unansweredThenNewest(a: Row, b: Row): number {
  return Number(b.unanswered > 0) - Number(a.unanswered > 0) || b.last_at - a.last_at;
}
