/** The lists say who must act. */
import { expect, test } from 'vitest';
import type { Counts, Row, Tell } from '../../shared/wire';
import { EMPTY_INBOX, afterInbox, groups, reasonsToShow } from '../src/state/inbox';
import { floor, row } from './props';

const COUNTS: Counts = EMPTY_INBOX.counts;

function frame(rows: Row[], over: Partial<Extract<Tell, { type: 'inbox' }>> = {}): Extract<Tell, { type: 'inbox' }> {
  return { type: 'inbox', fresh: false, rows, gone: [], counts: COUNTS, ...over };
}

const held = (id: string) => floor({ mode: 'human', by: { id, name: id }, assignee: { id, name: id } });

test('of two rows of one conversation the one with the higher seq stays', () => {
  const first = afterInbox(EMPTY_INBOX, frame([row('c', { seq: 5, last_text: 'newer' })]));
  const second = afterInbox(first, frame([row('c', { seq: 4, last_text: 'late' })]));
  expect(second.rows.get('c')?.last_text).toBe('newer');
});

test('a fresh frame forgets all rows, and what is gone goes', () => {
  const first = afterInbox(EMPTY_INBOX, frame([row('a'), row('b')]));
  expect([...afterInbox(first, frame([], { gone: ['a'] })).rows.keys()]).toEqual(['b']);
  expect([...afterInbox(first, frame([row('z')], { fresh: true })).rows.keys()]).toEqual(['z']);
});

test('each conversation is with whoever must act', () => {
  const rows = [
    row('bot'),
    row('wait', { floor: floor({ mode: 'waiting' }) }),
    row('mine', { floor: held('ana'), last_at: 2 }),
    row('assigned', { floor: floor({ assignee: { id: 'ana', name: 'Ana' }, assigned: true }), last_at: 1 }),
    row('of a team', { floor: floor({ team: { id: 'sales', name: 'Sales' }, assigned: true }), last_at: -1 }),
    row('theirs', { floor: held('ben') }),
    row('outside', { floor: floor({ mode: 'human', by: { id: null, name: 'outside' } }) }),
  ];
  const lists = groups(afterInbox(EMPTY_INBOX, frame(rows)), 'ana');
  expect(lists.map(({ name, rows }) => [name, rows.map((row) => row.conversation)])).toEqual([
    ['waiting', ['wait']],
    ['mine', ['mine', 'assigned']],
    ['others', ['theirs', 'outside']],
    ['bot', ['bot', 'of a team']],
  ]);
});

test('who has waited longest is first; the bot’s newest is first', () => {
  const waiting = [row('b', { floor: floor({ mode: 'waiting', since: 20 }) }), row('a', { floor: floor({ mode: 'waiting', since: 10 }) })];
  const bots = [row('x', { last_at: 1 }), row('y', { last_at: 2 })];
  const [first, , , last] = groups(afterInbox(EMPTY_INBOX, frame([...waiting, ...bots])), 'ana');
  expect(first?.rows.map((row) => row.conversation)).toEqual(['a', 'b']);
  expect(last?.rows.map((row) => row.conversation)).toEqual(['y', 'x']);
});

test('counts reach beyond the window', () => {
  const inbox = afterInbox(EMPTY_INBOX, frame([row('a')], { counts: { ...COUNTS, bot: 214 } }));
  expect(groups(inbox, 'ana').at(-1)?.count).toBe(214);
});

test('reasons are offered with their counts, and the one looked at stays', () => {
  const counts = { ...COUNTS, reasons: { ...COUNTS.reasons, urgent: 2 } };
  expect(reasonsToShow(counts, undefined)).toEqual([['urgent', 2]]);
  expect(reasonsToShow(counts, 'asked')).toEqual([
    ['urgent', 2],
    ['asked', 0],
  ]);
});
