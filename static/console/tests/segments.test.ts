/** Segments are counted as the server counts them. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { segments, segmentWords } from '../src/state/segments';
import { english } from './props';

interface Case {
  id: string;
  input: { text: string };
  expected: { encoding: string; segments: number };
}

test('the vectors are counted', () => {
  const file = new URL('../../../tests/vectors/sms_segments.json', import.meta.url);
  const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: Case[] };
  expect(cases).toHaveLength(15);
  for (const { id, input, expected } of cases) {
    const { encoding, count, used, room } = segments(input.text);
    expect({ id, encoding, count }).toEqual({ id, encoding: expected.encoding, count: expected.segments });
    expect(used, id).toBeLessThanOrEqual(room);
  }
});

test('an agent hears of it once it is more than one, or nearly', () => {
  expect(segmentWords('Hello', english)).toBe('');
  expect(segmentWords('x'.repeat(128), english)).toBe('');
  expect(segmentWords('x'.repeat(129), english)).toBe('1 text message · 129 of 160');
  expect(segmentWords('x'.repeat(161), english)).toBe('2 text messages · 161 of 306');
  expect(segmentWords('你'.repeat(71), english)).toBe('2 text messages, for letters beyond the plain ones · 71 of 134');
  expect(segmentWords('€'.repeat(81), english)).toBe('2 text messages · 162 of 306');
});
