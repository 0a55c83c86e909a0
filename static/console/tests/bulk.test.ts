/** One act for several conversations: picked by range, told once, taken back once. */
import { expect, test } from 'vitest';
import { after, begun, isOver, told, type Part } from '../src/state/batch';
import { groups, EMPTY_INBOX } from '../src/state/inbox';
import { NONE, SELECTED_MAX, picked } from '../src/state/selection';
import type { Command } from '../src/state/state';
import { floor, row } from './props';

const order = ['a', 'b', 'c', 'd', 'e'];

test('a range goes from the row picked before, in either direction', () => {
  const one = picked(NONE, 'd', order, false);
  expect([...picked(one, 'b', order, true).ids].sort()).toEqual(['b', 'c', 'd']);
  expect([...picked(picked(one, 'e', order, true), 'd', order, false).ids]).toEqual(['e']);
  expect([...picked(NONE, 'c', order, true).ids]).toEqual(['c']);
});

test('no act is for more than so many', () => {
  const many = Array.from({ length: 500 }, (_, index) => `c${index}`);
  const all = picked(picked(NONE, 'c0', many, false), 'c499', many, true);
  expect(all.ids.size).toBe(SELECTED_MAX);
  expect(picked(all, 'c499', many, false).ids.size).toBe(SELECTED_MAX);
});

const close = (cid: string): Command => ({ type: 'close', conversation: cid, cid });
const part = (cid: string): Part => ({ command: close(cid), name: cid.toUpperCase(), back: { type: 'reopen', conversation: cid, cid: `${cid}-back`, undo: true } });

test('what failed is told by name, and only what took effect is taken back', () => {
  let batch = begun(['a', 'b', 'c'].map(part));
  batch = after(after(batch, 'a', true), 'b', 'It is closed already.');
  expect(isOver(batch)).toBe(false);
  batch = after(batch, 'c', true);
  const { done, back, failed } = told(batch);
  expect([isOver(batch), done, back.map(({ conversation }) => conversation)]).toEqual([true, 2, ['a', 'c']]);
  expect(failed).toEqual([{ name: 'B', why: 'It is closed already.' }]);
});

test('of those who wait the most urgent comes first, then the longest', () => {
  const waits = (id: string, since: number, priority: string) => row(id, { floor: floor({ mode: 'waiting', since, priority }) });
  const rows = [waits('long', 1, 'none'), waits('urgent', 9, 'urgent'), waits('low', 5, 'low'), waits('urgent too', 3, 'urgent')];
  const inbox = { ...EMPTY_INBOX, rows: new Map(rows.map((one) => [one.conversation, one])) };
  expect(groups(inbox, 'ana')[0]?.rows.map(({ conversation }) => conversation)).toEqual(['urgent too', 'urgent', 'low', 'long']);
});
