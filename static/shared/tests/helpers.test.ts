import { expect, test } from 'vitest';
import { waitBefore } from '../backoff';
import { stretches } from '../links';
import { sentence } from '../sentence';

test('waits grow from half a second to thirty, each anywhere below its limit', () => {
  expect([0, 1, 2, 10, 99].map((attempt) => waitBefore(attempt, () => 1))).toEqual([500, 1000, 2000, 30_000, 30_000]);
  expect(waitBefore(5, () => 0)).toBe(0);
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
