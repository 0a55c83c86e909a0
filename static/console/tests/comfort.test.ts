import { describe, expect, it } from 'vitest';
import { ACTS, keyOf } from '../src/keys';
import { arrivals, seen, type IsOurs } from '../src/state/arrivals';
import { commandsFor, fit, rowsFor } from '../src/state/commands';
import { DEFAULTS, understood } from '../src/state/settings';
import { floor, row } from './props';

describe('settings', () => {
  it('are what was stored, as far as it can be understood', () => {
    const stored = { theme: 'dark', size: 'huge', sound: true, notices: 'yes', keys: { take_over: 'q', note: 'long', extend: 7 }, more: 1 };
    expect(understood(stored)).toEqual({ ...DEFAULTS, theme: 'dark', sound: true, keys: { take_over: 'q' } });
    for (const nothing of [undefined, null, 'dark', 7, [], { keys: 'x' }]) expect(understood(nothing)).toEqual(DEFAULTS);
  });

  it('never give one key to two acts', () => {
    const { keys } = understood({ keys: { take_over: 'y', give_back: 'y', extend: 'y', next: 't' } });
    const all = ACTS.map(({ act }) => keyOf(act, keys));
    expect(new Set(all).size).toBe(all.length);
    expect(keys).toEqual({ take_over: 'y', next: 't' });
  });

  it('leave a chosen key to whom it was given before another act came with it', () => {
    const { keys } = understood({ keys: { take_over: 'z' } });
    const all = ACTS.map(({ act }) => keyOf(act, keys));
    expect([keys.take_over, new Set(all).size]).toEqual(['z', all.length]);
  });
});

describe('the command bar', () => {
  const commands = ['Take over', 'Give back to the bot', 'Bot stays silent one hour more', 'Write a note'].map((words) => ({ words, run: () => {} }));
  const names = (typed: string) => commandsFor(commands, typed).map(({ words }) => words);

  it('offers everything, then what begins so, then what has such words', () => {
    expect(names('')).toHaveLength(4);
    expect(names('bot')).toEqual(['Bot stays silent one hour more', 'Give back to the bot']);
    expect(names('hour bot')).toEqual(['Bot stays silent one hour more']);
    expect(names('ack')).toEqual(['Give back to the bot']);
    expect(names('xyz')).toEqual([]);
  });

  it('knows words of other alphabets', () => {
    expect(fit('Größe ändern', 'än')).toBe(1);
    expect(fit('営業時間', '時間')).toBe(2);
  });

  it('finds conversations by name before words, and none before something is typed', () => {
    const rows = [row('1', { name: 'Maria', last_text: 'About Ben' }), row('2', { name: 'Ben Okoro', last_text: 'Hi' }), row('3', { name: 'Zoe' })];
    expect(rowsFor(rows, 'ben').map(({ conversation }) => conversation)).toEqual(['2', '1']);
    expect(rowsFor(rows, ' ')).toEqual([]);
  });
});

describe('who begins to wait', () => {
  const nobodys = () => false;
  const waits = (id: string, since: number) => row(id, { floor: floor({ mode: 'waiting', since }) });

  it('is news once, and only while it is new', () => {
    const now = 100_000;
    const rows = [waits('a', 99_000), waits('b', 30_000), waits('c', 98_000)];
    const known = seen([rows[2]!], nobodys);
    expect(arrivals(known, rows, now, nobodys).map(({ conversation }) => conversation)).toEqual(['a']);
  });

  it('is news again when it becomes ours, however long it has waited', () => {
    const [before, after] = [waits('a', 1_000), waits('a', 1_000)];
    after.floor.assignee = { id: 'ana', name: 'Ana' };
    const ours: IsOurs = ({ assignee }) => assignee?.id === 'ana';
    expect(arrivals(seen([before], ours), [after], 900_000, ours)).toHaveLength(1);
    expect(arrivals(seen([after], ours), [after], 900_000, ours)).toHaveLength(0);
    expect(arrivals(seen([], ours), [after], 900_000, ours)).toHaveLength(0);
  });

  it('is news again after having been with somebody', () => {
    expect(arrivals(seen([waits('a', 50_000)], nobodys), [waits('a', 90_000)], 100_000, nobodys)).toHaveLength(1);
  });
});
