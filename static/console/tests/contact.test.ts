/** What is known of a contact: kinds of values, and what there was in all their conversations. */
import { expect, test } from 'vitest';
import type { EventView } from '../../shared/wire';
import { kindOf } from '../src/state/attribute';
import { past, together } from '../src/state/contact';
import { said } from './props';

const note = (seq: number, at: number, text: string): EventView => ({ seq, at, kind: 'note', agent: { id: 'ana', name: 'Ana' }, text });

test('notes and sessions of all conversations are told together, the newest first, each with where it was', () => {
  const one = past('a', [said(1, 'hi', 10), note(2, 20, 'old'), note(3, 40, 'new')], true);
  const other = past('b', [said(1, 'hi', 30), note(2, 35, 'elsewhere')], false);
  const told = together([one, other]);
  expect(told.notes.map(({ conversation, text }) => [conversation, text])).toEqual([['a', 'new'], ['b', 'elsewhere'], ['a', 'old']]);
  expect(told.sessions.map(({ conversation, seq }) => [conversation, seq])).toEqual([['b', 1], ['a', 1]]);
  expect(told.complete).toBe(false);
});

test('a value has the field that fits its name, or what stands there', () => {
  const kinds: [string, string, string][] = [
    ['email', '', 'email'], ['phone', '+351 1', 'tel'], ['website', '', 'url'], ['seats', '12', 'number'], ['rate', '2.5', 'number'],
    ['born', '1980-02-28', 'date'], ['vip', 'yes', 'yes_no'], ['shop', 'https://a.example/x', 'url'], ['city', 'Porto', 'text'],
    // A postcode that begins with a zero is no number, and neither is a policy.
    ['zip', '04109', 'text'], ['policy', '12-34', 'text'],
  ];
  for (const [name, value, kind] of kinds) expect([name, kindOf(name, value)]).toEqual([name, kind]);
});
