/** Notes and sessions of all conversations of a person are one list. */
import { expect, test } from 'vitest';
import type { EventView } from '../../shared/wire';
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
