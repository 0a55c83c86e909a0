import { expect, test } from 'vitest';
import { waitBefore } from '../backoff';
import { stretches } from '../links';
import { sentence } from '../sentence';
import { HOUR, MINUTE, ago, clock, remaining } from '../time';

test('waits grow from half a second to thirty, each anywhere below its limit', () => {
  expect([0, 1, 2, 10, 99].map((attempt) => waitBefore(attempt, () => 1))).toEqual([500, 1000, 2000, 30_000, 30_000]);
  expect(waitBefore(5, () => 0)).toBe(0);
});

test('a count-down shows hours only when there are any', () => {
  expect(clock(252_000)).toBe('4:12');
  expect(clock(HOUR - 1)).toBe('59:59');
  expect(clock(HOUR + 14 * MINUTE + 58_000)).toBe('1:14:58');
  expect(clock(-5)).toBe('0:00');
});

test('what remains is short', () => {
  expect([42 * MINUTE, 10_000, 3 * HOUR, 48 * HOUR].map(remaining)).toEqual(['42 m', '1 m', '3 h', '2 d']);
});

test('how long ago is relative under a day', () => {
  const now = Date.UTC(2026, 1, 10, 12);
  expect([now - 1000, now - 5 * MINUTE, now - 3 * HOUR].map((at) => ago(at, now))).toEqual(['now', '5 m', '3 h']);
});

test('web addresses become links, nothing else does', () => {
  expect(stretches('see https://a.example/x, or javascript:alert(1)')).toEqual([
    { text: 'see ' },
    { text: 'https://a.example/x', href: 'https://a.example/x' },
    { text: ', or javascript:alert(1)' },
  ]);
});

test('a refusal reads as a sentence', () => {
  expect(['ana already has the floor', 'Wait.', ''].map(sentence)).toEqual(['Ana already has the floor.', 'Wait.', '']);
});
