/** Until when a conversation can be snoozed, by the clock and the calendar of whoever asks. Pure. */
import { HOUR } from '../../../shared/time';

export type SnoozeName = 'today' | 'tomorrow' | 'monday';

export interface SnoozeChoice {
  name: SnoozeName;
  until: number;
}

/** What is later today is at least three hours away, on a full hour, and before the evening is over. */
export function snoozeChoices(now: number): SnoozeChoice[] {
  const later = new Date(now + 3 * HOUR);
  if (later.getMinutes() > 0 || later.getSeconds() > 0 || later.getMilliseconds() > 0) later.setHours(later.getHours() + 1, 0, 0, 0);
  const today = later.getTime() < morning(now, 1) - 11 * HOUR ? [{ name: 'today' as const, until: later.getTime() }] : [];
  const weekday = new Date(now).getDay();
  const toMonday = (8 - weekday) % 7 || 7;
  const monday = { name: 'monday' as const, until: morning(now, toMonday) };
  return [...today, { name: 'tomorrow', until: morning(now, 1) }, ...(toMonday > 1 ? [monday] : [])];
}

/** Nine o’clock, so many days from now. */
function morning(now: number, days: number): number {
  const day = new Date(now);
  day.setDate(day.getDate() + days);
  day.setHours(9, 0, 0, 0);
  return day.getTime();
}

/** For a field of a date and a time: `2026-03-04T09:00`, as the clock on the wall has it. */
export function fieldTime(at: number): string {
  const day = new Date(at);
  const two = (number: number) => String(number).padStart(2, '0');
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}T${two(day.getHours())}:${two(day.getMinutes())}`;
}
