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
    expect({ id, ...segments(input.text) }).toEqual({ id, encoding: expected.encoding, count: expected.segments });
  }
});

test('an agent hears of it once it is more than one', () => {
  expect(segmentWords('Hello', english)).toBe('');
  expect(segmentWords('x'.repeat(161), english)).toBe('2 text messages');
  expect(segmentWords('你'.repeat(71), english)).toBe('2 text messages, for letters beyond the plain ones');
});
