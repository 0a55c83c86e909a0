/** A conversation by its sessions: as the server counts them, and with every line in one. */
import { expect, test } from 'vitest';
import type { EventView } from '../../shared/wire';
import { DAY } from '../../shared/time';
import { bySession, sessions, withHeads } from '../src/state/sessions';
import { keyOf } from '../src/state/shown';
import { thread } from '../src/state/thread';
import { english } from './props';

const heard = (seq: number, at: number): EventView => ({ seq, at, kind: 'contact_said', text: 'hi', tapped: false, attachments: [], provider_at: null });
const bot = (seq: number, at: number): EventView =>
  ({ seq, at, kind: 'bot_said', text: 'Hello', options: [], attachments: [], why: '', trigger: null, widget: null, version: null }) as unknown as EventView;
const closed = (seq: number, at: number): EventView => ({ seq, at, kind: 'closed', by: { id: 'a', name: 'Ana' }, floor: null }) as EventView;

test('a quiet day or closing ends a session, and what is said next begins another', () => {
  const events = [heard(1, 5), bot(2, 6), heard(3, 5 + DAY), heard(4, 6 + 2 * DAY), closed(5, 7 + 2 * DAY), bot(6, 8 + 2 * DAY), heard(7, 9 + 2 * DAY)];
  expect(sessions(events).map(({ seq, said }) => [seq, said])).toEqual([[1, 3], [4, 2], [7, 1]]);
});

test('closing that was taken back ended nothing', () => {
  const undone = (why: string): EventView => ({ seq: 3, at: 7, kind: 'reopened', by: { id: 'a', name: 'Ana' }, why }) as EventView;
  expect(sessions([heard(1, 5), closed(2, 6), undone('undone'), heard(4, 8)]).map(({ seq }) => seq)).toEqual([1]);
  expect(sessions([heard(1, 5), closed(2, 6), undone('agent'), heard(4, 8)]).map(({ seq }) => seq)).toEqual([1, 4]);
});

test('of a part of a conversation the first session is what there is of it', () => {
  expect(sessions([bot(40, 5), bot(41, 3 * DAY), heard(42, 3 * DAY)]).map(({ seq }) => seq)).toEqual([40]);
  expect(sessions([])).toEqual([]);
});

test('every line stands in its session, and a session without lines is none', () => {
  const all = [{ seq: 1, at: 0, said: 1 }, { seq: 4, at: 0, said: 1 }, { seq: 9, at: 0, said: 0 }];
  const lines = [1, 2, 3, 4, 8].map((seq) => ({ seq }));
  expect(bySession(lines, all).map(({ lines }) => lines.map(({ seq }) => seq))).toEqual([[1, 2, 3], [4, 8]]);
});

test('when more of the beginning is known, every session ends where it did', () => {
  const events = [heard(1, 0), heard(2, 1), heard(3, 3 * DAY), bot(4, 3 * DAY), heard(5, 6 * DAY)];
  const ends = (from: number) => bySession(events.slice(from), sessions(events.slice(from))).map(({ end }) => end);
  expect(ends(2)).toEqual([5, Infinity]);
  expect(ends(1)).toEqual([3, 5, Infinity]);
  expect(ends(0)).toEqual([3, 5, Infinity]);
});

test('a session alone has no head; of one that is folded only the head is there', () => {
  const events = [heard(1, 0), heard(2, 1), heard(3, 3 * DAY)];
  const shown = (list: EventView[], ...folded: number[]) => withHeads(thread(list, english), sessions(list), new Set(folded)).map(keyOf);
  expect(shown(events.slice(0, 2), 1)).toEqual(['time1', 'message1', 'message2']);
  expect(shown(events)).toEqual(['session3', 'time1', 'message1', 'message2', 'sessionInfinity', 'time3', 'message3']);
  expect(shown(events, 1)).toEqual(['session3', 'sessionInfinity', 'time3', 'message3']);
});
