/** However long a conversation is, the page holds a part of it; and what has not changed is not painted again. */
import { expect, test } from 'vitest';
import type { EventView } from '../../shared/wire';
import type { Conversation } from '../src/state/conversation';
import { afterOlder, afterTrim } from '../src/state/conversation';
import { NOTHING_KNOWN } from '../src/state/contact';
import { joins, withNewer, withOlder, withOnly, type Part } from '../src/state/part';
import { sessions, withHeads } from '../src/state/sessions';
import { EVENTS, LINES, kept, reusing, type Line } from '../src/state/shown';
import { thread } from '../src/state/thread';
import { answered, english, floor, said } from './props';

const log = (from: number, to: number): EventView[] => Array.from({ length: to - from + 1 }, (_, index) => said(from + index));
const lines = (events: readonly EventView[]): Line[] => withHeads(thread(events, english), sessions(events), new Set());

test('who stays at the foot keeps the newest lines; few of them need no care', () => {
  const few = log(1, LINES.max);
  expect(kept(few, few, undefined)).toBeUndefined();
  const many = log(1, LINES.max + 1);
  expect(kept(many, many, undefined)).toEqual({ from: many.length - LINES.kept + 1, to: Infinity, newest: undefined });
});

test('events that are no lines are let go of, too', () => {
  const events = log(1, EVENTS.max + 1);
  expect(kept([], events, undefined)).toEqual({ from: events.length - EVENTS.kept + 1, to: Infinity, newest: undefined });
});

test('who reads far from the newest reads apart from it, and near it goes on to it', () => {
  const all = log(1, 2000);
  expect(kept(all, all, 1000)).toEqual({ from: 850, to: 1150, newest: 1921 });
  expect(kept(all, all, 1)).toEqual({ from: 1, to: 301, newest: 1921 });
  expect(kept(all, all, 1800)).toEqual({ from: 1650, to: Infinity, newest: undefined });
});

/** A reader of a long log: pages of a hundred, and what is far away let go of, as the screen does it. */
class Reading {
  known: Conversation;
  part: Part | undefined;
  at: number;
  most = 0;

  constructor(readonly all: EventView[]) {
    this.known = { generation: 'g', events: all.slice(-200), floor: floor({ seq: all.length }), more: true, about: NOTHING_KNOWN };
    this.at = all.length;
  }

  get events(): readonly EventView[] {
    return this.part?.events ?? this.known.events;
  }

  older(): void {
    const first = this.events[0]!.seq;
    const events = this.all.filter(({ seq }) => seq < first).slice(-100);
    const more = events[0]!.seq > 1;
    if (this.part) this.#set(withOlder(this.part, { events, more, newer: true }));
    else this.known = afterOlder(this.known, events, more);
    this.at = first;
    this.#bounded();
  }

  newer(): void {
    const last = this.events.at(-1)!.seq;
    const events = this.all.filter(({ seq }) => seq > last).slice(0, 100);
    this.at = last;
    this.#set(withNewer(this.part!, { events, more: true, newer: events.at(-1)!.seq < this.all.length }));
    this.#bounded();
  }

  #set(part: Part): void {
    const before = joins(part, this.known);
    this.part = before ? undefined : part;
    if (before) this.known = afterOlder(this.known, before, part.more);
  }

  #bounded(): void {
    this.most = Math.max(this.most, this.events.length);
    const keep = kept(thread(this.events, english), this.events, this.at);
    if (!keep) return;
    if (this.part) return this.#set(withOnly(this.part, keep));
    const { events, more } = this.known;
    this.known = afterTrim(this.known, keep.newest ?? keep.from);
    if (keep.newest !== undefined) this.#set(withOnly({ events, more, newer: false, around: this.at }, keep));
  }
}

test('ten thousand lines are read up to the first and down to the last without a hole, and with few at a time', () => {
  const reading = new Reading(log(1, 10_000));
  const whole = () => {
    const { events } = reading;
    expect(events.map(({ seq }) => seq)).toEqual(Array.from(events, (_, index) => events[0]!.seq + index));
    // The one before and the one after what is read are there.
    expect(events.some(({ seq }) => seq === reading.at)).toBe(true);
  };
  while (reading.events[0]!.seq > 1) {
    reading.older();
    whole();
  }
  let pages = 0;
  while (reading.part) {
    reading.newer();
    whole();
    expect(pages++).toBeLessThan(150);
  }
  expect(reading.events.at(-1)!.seq).toBe(10_000);
  expect(reading.known.events.length).toBeLessThanOrEqual(LINES.max);
  expect(reading.most).toBeLessThanOrEqual(2 * LINES.max);
});

test('what has not changed is the same, so that nothing is painted again', () => {
  const events = [...log(1, 50), answered(51)];
  const before = lines(events);
  const changes = (next: readonly EventView[]): string[] => {
    const now = reusing(before, lines(next));
    expect(now).toEqual(lines(next));
    return now.filter((line) => !before.includes(line)).map((line) => `${line.kind} ${line.seq}`);
  };
  expect(changes([...events])).toEqual([]);
  expect(changes([...events, answered(52, 'Later', 10_000_000)])).toEqual(['time 52', 'message 52']);
  // Only the last of a group tells the time; a receipt changes the message that it is of.
  expect(changes([...events, answered(52)])).toEqual(['message 51', 'message 52']);
  const receipt: EventView = { seq: 52, at: 0, kind: 'delivery', of: [51], state: 'sent', error: null, again_at: null };
  expect(changes([...events, receipt])).toEqual(['message 51']);
  expect(changes(events.slice(10)).length).toBeLessThan(3);
});
