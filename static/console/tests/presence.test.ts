/** Who else is there is shown as long as it holds, and not a moment longer. */
import { expect, test } from 'vitest';
import type { Tell } from '../../shared/wire';
import { presenceWords } from '../src/state/presence';
import { Console, answered, english, events, reset, said } from './props';

function sign(does: 'views' | 'types' | 'left', over: Partial<Extract<Tell, { type: 'presence' }>> = {}): Tell {
  return { type: 'presence', conversation: 'c', screen: 's1', who: 'agent', agent: 'ben', name: 'Ben', does, lasts: 30_000, ...over };
}

const contact = (does: 'types') => sign(does, { screen: 's9', who: 'contact', agent: null, name: null, lasts: 6_000 });

function desk(): Console {
  const console_ = new Console().connect().show('c');
  return console_.hear({ type: 'ok', ref: console_.ref }, reset([said(1)]));
}

const words = (console_: Console, at = 1) => presenceWords(console_.state.presence.get('c') ?? [], 'ana', 'Maria', at, english);

test('who views is shown until it is not repeated, or until they leave', () => {
  const console_ = desk().hear(sign('views'));
  expect(words(console_)).toBe('Ben is here, too');
  expect(words(console_, 29_999)).toBe('Ben is here, too');
  expect(words(console_, 30_000)).toBe('');
  expect(words(console_.hear(sign('left')))).toBe('');
});

test('who writes is shown until their words are there', () => {
  const console_ = desk().hear(sign('views'), sign('types', { lasts: 6_000 }), contact('types'));
  expect(words(console_)).toBe('Ben and Maria are writing…');
  expect(words(console_, 6_000)).toBe('Ben is here, too');
  console_.hear(events([said(2)]));
  expect(words(console_)).toBe('Ben is writing…');
  console_.hear(events([{ ...answered(3), agent: { id: 'ben', name: 'Ben' } } as ReturnType<typeof answered>]));
  expect(words(console_)).toBe('Ben is here, too');
});

test('two screens of one agent are one, and my own others are nobody', () => {
  const console_ = desk().hear(sign('views'), sign('views', { screen: 's2' }), sign('types', { screen: 's3', agent: 'ana', name: 'Ana' }));
  expect(words(console_)).toBe('Ben is here, too');
  expect(words(console_.hear(sign('left')))).toBe('Ben is here, too');
});

test('what is not watched, and what was before a drop, is forgotten', () => {
  const console_ = desk().hear(sign('views'), sign('views', { conversation: 'd' }));
  expect([...console_.state.presence.keys()]).toEqual(['c']);
  console_.show('d');
  expect(console_.state.presence.size).toBe(0);
  console_.show('c').hear(sign('views')).lose();
  expect(console_.state.presence.size).toBe(0);
});

test('a crowd is bounded and told in short', () => {
  const console_ = desk();
  for (let n = 0; n < 200; n++) console_.hear(sign('views', { screen: `s${n}`, agent: `a${n}`, name: `A${n}` }));
  expect(console_.state.presence.get('c')).toHaveLength(50);
  expect(words(console_)).toMatch(/^A\d+, A\d+,? and 48 more are here, too$/);
});
