/** What is known of a contact: kinds of values, and what there was in all their conversations. */
import { expect, test } from 'vitest';
import type { EventView } from '../../shared/wire';
import { fieldOf, kindOf, problemOf } from '../src/state/attribute';
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

test('what the bot declares is insisted on, and what it does not is guessed and taken as it is', () => {
  const declared = ['email', 'phone', 'url', 'number', 'date', 'yes_no', 'text'].map((kind) => ({ name: `my_${kind}`, kind, choices: [] as string[] }));
  declared.push({ name: 'size', kind: 'choice', choices: ['Small', 'Large'] }, { name: 'later', kind: 'colour', choices: [] });
  const wrong = (name: string, value: string) => problemOf(fieldOf(name, '', declared), value);
  const good = { my_email: 'a@b.example', my_phone: '+351 (21) 123-45', my_url: 'shop.example/a', my_number: '-2.5', my_date: '2026-03-04', my_yes_no: 'no', my_text: 'x', size: 'Large' };
  for (const [name, value] of Object.entries(good)) expect([name, wrong(name, value), wrong(name, '')]).toEqual([name, undefined, undefined]);
  const bad = { my_email: 'a@b', my_phone: '123', my_url: 'shop', my_number: 'a few', my_date: '4.3.2026', my_yes_no: 'perhaps', size: 'Huge' };
  expect(Object.entries(bad).map(([name, value]) => wrong(name, value))).toEqual([
    'refused_not_an_email', 'refused_not_a_phone', 'refused_not_a_url', 'refused_not_a_number', 'refused_not_a_date', 'refused_not_yes_or_no', 'refused_not_a_choice',
  ]);
  expect(fieldOf('later', '12', declared).kind).toBe('text');
  expect([fieldOf('email', '', []).kind, problemOf(fieldOf('email', '', []), 'none')]).toEqual(['email', undefined]);
});
