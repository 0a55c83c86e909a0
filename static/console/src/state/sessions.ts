/** A conversation by its sessions: stretches that a quiet day ended, or an agent. Pure; the server counts alike. */
import type { EventView } from '../../../shared/wire';
import { DAY } from '../../../shared/time';
import type { Line } from './shown';
import type { Item } from './thread';

export interface Session {
  /** Its first event, of those that are known. */
  seq: number;
  at: number;
  /** Messages, whoever wrote them. */
  said: number;
}

const MESSAGES: ReadonlySet<string> = new Set(['contact_said', 'bot_said', 'agent_said', 'outside_said']);

/** Oldest first. Of the oldest, the beginning may not be known. */
export function sessions(events: readonly EventView[]): Session[] {
  const found: Session[] = [];
  /** The contact's last word or look; none: there was none yet. */
  let active: number | undefined;
  let over = false;
  for (const event of events) {
    let begins = found.length === 0;
    if (event.kind === 'contact_said' || event.kind === 'came_by' || event.kind === 'page_viewed') {
      begins ||= over || (active !== undefined && event.at - active > DAY);
      [active, over] = [event.at, false];
    } else if (event.kind === 'closed') {
      over = true;
    } else if (event.kind === 'reopened' && event.why === 'undone') {
      over = false;
    }
    if (begins) found.push({ seq: event.seq, at: event.at, said: 0 });
    if (MESSAGES.has(event.kind)) found.at(-1)!.said++;
  }
  return found;
}

/**
 * The lines, each session under its head. One session alone needs none; of one that is folded only the head is there.
 * `end` is where the next begins: it stays the same when more of the beginning becomes known.
 */
export function withHeads(lines: readonly Item[], all: readonly Session[], folded: ReadonlySet<number>): Line[] {
  const parts = bySession(lines, all);
  if (parts.length < 2) return [...lines];
  return parts.flatMap(({ session: { seq, at, said }, end, lines }, index): Line[] => {
    const open = !folded.has(seq);
    return [{ kind: 'session', seq, end, at, said, first: index === 0, open }, ...(open ? lines : [])];
  });
}

/** The lines of each session, in order. Without lines there is none. */
export function bySession<One extends { seq: number }>(
  lines: readonly One[],
  all: readonly Session[],
): { session: Session; end: number; lines: One[] }[] {
  const parts = all.map((session, index) => ({ session, end: all[index + 1]?.seq ?? Infinity, lines: [] as One[] }));
  let at = 0;
  for (const line of lines) {
    while (at < parts.length && line.seq >= parts[at]!.end) at++;
    parts[at]?.lines.push(line);
  }
  return parts.filter(({ lines }) => lines.length > 0);
}
