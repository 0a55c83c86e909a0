/** What the field lets through, the bot takes; the cases are those of `domain/bot/answers.rs`. */
import { expect, test } from 'vitest';
import type { FieldKind } from '../../shared/wire';
import { fits, plain } from '../src/answer';
import { ATTACH_WORDS } from '../words/attach';
import { FIELD_WORDS } from '../words/field';

test.each<[FieldKind, string]>([
  ['number', '3.5'], ['number', '3,5'], ['email', 'a@b.example'], ['phone', '+49 (40) 123-456'], ['url', 'shop.example/a?b'],
  ['url', 'http://shop.example:81'], ['date', '2026-12-31'], ['text', 'a word'],
])('what fits is sent: %s %s', (kind, text) => expect(fits(kind, text)).toBe(true));

test.each<[FieldKind, string]>([
  ['text', ''], ['number', ''], ['number', 'a few'], ['number', 'Infinity'], ['email', 'a@b'], ['email', 'a@b.example, b@b.example'],
  ['email', 'a b@c.example'], ['phone', '123'], ['phone', '1234567890123456'], ['phone', 'call 12345'], ['url', 'shop'],
  ['url', 'shop.example/<script>'], ['url', 'javascript:alert(1)'], ['date', ''],
])('what does not fit is not: %s %s', (kind, text) => expect(fits(kind, text)).toBe(false));

test('digits of other scripts are what they mean', () => {
  expect(plain('phone', ' ٠٥٠ ١٢٣٤٥٦٧ ')).toBe('050 1234567');
  expect(plain('phone', '＋８１ ３ １２３４')).toBe('+81 3 1234');
  expect(plain('text', ' ٥ Zeilen ')).toBe('٥ Zeilen');
});

test('what comes later comes in every language, with nothing left out', () => {
  for (const words of [FIELD_WORDS, ATTACH_WORDS] as Readonly<Record<string, Readonly<Record<string, string>>>>[]) {
    expect(Object.keys(words).sort()).toEqual(['ar', 'de', 'en', 'es', 'fr', 'ja', 'pt']);
    const keys = Object.keys(words['en']!).sort();
    for (const [tag, own] of Object.entries(words)) {
      expect(Object.keys(own).sort(), tag).toEqual(keys);
      expect(Object.values(own).filter((word) => !word.trim()), tag).toEqual([]);
    }
  }
});
