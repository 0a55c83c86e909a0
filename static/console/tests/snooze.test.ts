/** A snooze ends when people are there again, by their own calendar. */
import { expect, test } from 'vitest';
import { fieldTime, snoozeChoices } from '../src/state/snooze';

const at = (text: string): number => new Date(text).getTime();
const names = (now: string): string[] => snoozeChoices(at(now)).map(({ name }) => name);

test('later today is a full hour, at least three away', () => {
  const [today, tomorrow] = snoozeChoices(at('2026-03-04T09:20:30'));
  expect([today?.name, today?.until]).toEqual(['today', at('2026-03-04T13:00:00')]);
  expect([tomorrow?.name, tomorrow?.until]).toEqual(['tomorrow', at('2026-03-05T09:00:00')]);
});

test('in the evening nothing is later today', () => {
  expect(names('2026-03-04T17:30:00')).toEqual(['today', 'tomorrow', 'monday']);
  expect(names('2026-03-04T20:30:00')).toEqual(['tomorrow', 'monday']);
});

test('next week is the coming Monday, and tomorrow is not said twice', () => {
  const monday = (now: string) => snoozeChoices(at(now)).find(({ name }) => name === 'monday')?.until;
  expect(monday('2026-03-04T10:00:00')).toBe(at('2026-03-09T09:00:00'));
  expect(monday('2026-03-09T10:00:00')).toBe(at('2026-03-16T09:00:00'));
  expect(names('2026-03-08T10:00:00')).toEqual(['today', 'tomorrow']);
});

test('a time fits into its field and comes back', () => {
  expect(fieldTime(at('2026-03-04T09:05:00'))).toBe('2026-03-04T09:05');
});
