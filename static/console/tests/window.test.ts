/** The console says in time when a channel will take no more. */
import { expect, test } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../shared/time';
import { english } from './props';
import { windowWords } from '../src/state/window';

const window = { open_until: DAY, people_until: 7 * DAY };
const text = (now: number): string | undefined => windowWords(window, now, english)?.text;

test('a window that is wide open needs no words', () => {
  expect(text(0)).toBeUndefined();
  expect(windowWords({ open_until: null, people_until: null }, 0, english)).toBeUndefined();
});

test('it says how long is left, for all and then for people', () => {
  expect(text(DAY - 3 * HOUR)).toBe('Window closes in 3h');
  expect(text(DAY - 30 * MINUTE)).toBe('Window closes in 30m');
  expect(text(DAY)).toBe('Only people may write, for 6d');
  expect(text(7 * DAY)).toBe('Window closed');
});

test('where people have no longer than bots it is simply closed', () => {
  expect(windowWords({ open_until: DAY, people_until: DAY }, DAY, english)?.tone).toBe('closed');
});
