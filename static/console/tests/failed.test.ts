/** Messages that did not go out. */
import { expect, test } from 'vitest';
import type { DeliveryRow } from '../../shared/wire';
import { asked, begin, byAccount, came, failed, mayCare, without } from '../src/state/failed';

const row = (number: number, over: Partial<DeliveryRow> = {}): DeliveryRow => ({
  number, conversation: `c${number}`, seq: 2, account: 'page', contact: 'Maria', text: 'hello', by: 'bot', said_at: 1, state: 'failed', error: 'No.', at: 2, ...over,
});

test('pages follow one another, and what happened between them comes once', () => {
  const first = came(begin('failed', undefined), { deliveries: [row(9), row(8)], next: 8 });
  expect(first.fetching).toBe(false);
  const second = came(asked(first), { deliveries: [row(8), row(7)], next: null });
  expect(second.rows.map(({ number }) => number)).toEqual([9, 8, 7]);
  expect(second.next).toBe(null);
});

test('what became of another kind meanwhile is not shown', () => {
  const list = came(begin('failed', undefined), { deliveries: [row(9), row(8, { state: 'unknown' })], next: null });
  expect(list.rows.map(({ number }) => number)).toEqual([9]);
});

test('a page that did not come leaves what is known, with words', () => {
  const list = failed(asked(came(begin('failed', undefined), { deliveries: [row(9)], next: 9 })), 'No connection.');
  expect([list.rows.length, list.problem, list.fetching, list.next]).toEqual([1, 'No connection.', false, 9]);
});

test('what somebody has seen to is gone; accounts come with their newest', () => {
  const list = came(begin('failed', undefined), { deliveries: [row(9), row(8, { account: 'sms' }), row(7)], next: null });
  expect(without(list, row(9)).rows.map(({ number }) => number)).toEqual([8, 7]);
  expect(byAccount(list.rows).map(({ account, rows }) => [account, rows.length])).toEqual([['page', 2], ['sms', 1]]);
});

test('only supervisors and administrators look after what others said', () => {
  expect(['agent', 'supervisor', 'admin', undefined].map(mayCare)).toEqual([false, true, true, false]);
});
