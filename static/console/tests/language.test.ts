/** What the screen says in each language: every word there, in the right plural form, and times as that language has them. */
import { describe, expect, it, test } from 'vitest';
import { FORMS, TAGS, type Catalogue, type Tag, type Translation } from '../src/language/catalogue';
import ar from '../src/language/ar';
import de from '../src/language/de';
import en from '../src/language/en';
import es from '../src/language/es';
import fr from '../src/language/fr';
import ja from '../src/language/ja';
import pt from '../src/language/pt';
import { Language, chosen } from '../src/language/language';
import { DAY, HOUR, MINUTE } from '../../shared/time';

const CATALOGUES: Record<Tag, Catalogue> = { ar, de, en, es, fr, ja, pt };
const english = new Language('en', en);
const speaks = (tag: Tag) => new Language(tag, CATALOGUES[tag]);

describe.each(TAGS)('%s', (tag) => {
  it('has the plural forms that the language has', () => {
    const forms = new Intl.PluralRules(tag).resolvedOptions().pluralCategories;
    expect([...FORMS[tag]].sort()).toEqual([...forms].sort());
  });

  it('leaves no placeholder empty and no word out', () => {
    const { t } = speaks(tag) as unknown as { t: (key: string, values: Record<string, unknown>) => string };
    for (const [key, entry] of Object.entries(CATALOGUES[tag])) {
      const texts = typeof entry === 'string' ? [entry] : Object.values(entry);
      const names = texts.flatMap((text) => [...text!.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!));
      for (const count of [0, 1, 2, 5, 11, 100]) {
        const said = t(key, { ...Object.fromEntries(names.map((name) => [name, 'x'])), count });
        expect(said.trim(), key).not.toBe('');
        expect(said, key).not.toMatch(/[{}]/);
      }
    }
  });

  it('is its own language', () => {
    if (tag === 'en') return;
    const same = Object.entries(CATALOGUES[tag]).filter(([key, entry]) => JSON.stringify(entry) === JSON.stringify(en[key as keyof typeof en]));
    const words = (entry: unknown) => JSON.stringify(entry).replace(/\{\w+\}/g, '').match(/\p{L}{2,}/gu) ?? [];
    expect(same.filter(([, entry]) => words(entry).length > 1)).toEqual([]);
  });
});

test('numbers are written as the reader’s country writes them', () => {
  for (const locale of [...TAGS, 'en-IN', 'de-CH', 'es-MX', 'fr-CA', 'pt-BR', 'ar-EG', 'ar-MA', 'en-u-nu-arab', 'ja-u-nu-hanidec']) {
    const language = new Language(locale.split('-')[0] as Tag, en, locale);
    const [whole, two] = [new Intl.NumberFormat(locale), new Intl.NumberFormat(locale, { minimumIntegerDigits: 2 })];
    for (const number of [0, 7, 59, 100, 999, 1000, 1234567, -3, 2.5]) expect(language.number(number), locale).toBe(whole.format(number));
    for (const second of [0, 7, 59]) expect(language.clock(second * 1000 + HOUR)).toBe(`${whole.format(1)}:${two.format(0)}:${two.format(second)}`);
  }
});

test('words in which something stands keep it where the language wants it', () => {
  expect(english.parts('pressKeys')).toEqual([
    { text: 'Press ' }, { name: 'first' }, { text: ' for the first in the list, ' }, { name: 'keys' }, { text: ' for all keys.' },
  ]);
});

test('names do not turn the words around them', () => {
  expect(speaks('ar').t('needsHuman', { name: 'Maria' })).toContain('\u2068Maria\u2069');
  expect(english.t('needsHuman', { name: 'Maria' })).toBe('Maria needs a human');
});

test('a code without words is left to its finder', () => {
  expect(english.coded('reason_urgent')).toBe('urgent');
  expect(english.coded('reason_toString')).toBeUndefined();
  expect(english.coded('toString')).toBeUndefined();
});

test('the browser’s language is spoken, as its country writes it', () => {
  expect(chosen('browser', ['nl-BE', 'de-AT', 'en'])).toEqual({ tag: 'de', locale: 'de-AT' });
  expect(chosen('browser', ['nl', 'PT-br'])).toEqual({ tag: 'pt', locale: 'PT-br' });
  expect(chosen('browser', ['nl'])).toEqual({ tag: 'en', locale: 'en' });
  expect(chosen('ja', ['de-AT', 'en'])).toEqual({ tag: 'ja', locale: 'ja' });
});

test('a count-down shows hours only when there are any', () => {
  expect(english.clock(252_000)).toBe('4:12');
  expect(english.clock(HOUR - 1)).toBe('59:59');
  expect(english.clock(HOUR + 14 * MINUTE + 58_000)).toBe('1:14:58');
  expect(english.clock(-5)).toBe('0:00');
});

test('what remains is short', () => {
  expect([42 * MINUTE, 10_000, 3 * HOUR, 48 * HOUR].map(english.remaining)).toEqual(['42m', '1m', '3h', '2d']);
});

test('how long ago is relative under a day', () => {
  const now = Date.UTC(2026, 1, 10, 12);
  expect([now - 1000, now - 5 * MINUTE, now - 3 * HOUR].map((at) => english.ago(at, now))).toEqual(['now', '5m', '3h']);
  expect(speaks('de').day(now - DAY, now)).toBe('gestern');
  expect(speaks('ja').day(now + DAY, now)).toBe('明日');
});

test('the type check refuses what is missing, superfluous or misspelt', () => {
  const { undo: _, ...fewer } = de;
  // @ts-expect-error: a key is missing.
  fewer satisfies Translation<typeof fewer, 'de'>;
  const more = { ...de, nonsense: 'Unsinn' } as const;
  // @ts-expect-error: there is no such key.
  more satisfies Translation<typeof more, 'de'>;
  const misspelt = { ...de, tookOverUntil: '{nmae} bis {moment}' } as const;
  // @ts-expect-error: there is no such placeholder.
  misspelt satisfies Translation<typeof misspelt, 'de'>;
  const forgotten = { ...de, tookOverUntil: '{name} hat übernommen' } as const;
  // @ts-expect-error: until when?
  forgotten satisfies Translation<typeof forgotten, 'de'>;
  // @ts-expect-error: Arabic has six forms.
  de satisfies Translation<typeof de, 'ar'>;
  // @ts-expect-error: who?
  expect(english.t('needsHuman')).toBe('{name} needs a human');
  // @ts-expect-error: nobody asked.
  expect(english.t('undo', { name: 'Ana' })).toBe('Undo');
});

test('the size of a file is said as its language says it', () => {
  expect([1, 340, 999, 1000, 48_213, 999_499, 999_500, 3_400_000, 12_000_000, 2e9].map(english.size)).toEqual([
    '1 byte', '340 bytes', '999 bytes', '1 kB', '48 kB', '999 kB', '1 MB', '3.4 MB', '12 MB', '2 GB',
  ]);
  const plain = (words: string) => words.replaceAll(/[\u00a0\u202f]/g, ' ');
  expect(plain(speaks('de').size(3_400_000))).toBe('3,4 MB');
  expect(plain(speaks('fr').size(48_213))).toBe('48 ko');
  for (const tag of TAGS) expect(speaks(tag).size(340), tag).not.toMatch(/^340$/);
});
