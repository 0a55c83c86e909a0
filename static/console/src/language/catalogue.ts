/**
 * What a catalogue of words is. English names the keys and the placeholders; every other language has the same, in the
 * plural forms of its own. The type check says what is missing, superfluous or misspelt.
 */
import type english from './en';

/** The languages, each with the plural forms that `Intl.PluralRules` tells apart in it. */
export const FORMS = {
  en: ['one', 'other'],
  de: ['one', 'other'],
  es: ['one', 'many', 'other'],
  fr: ['one', 'many', 'other'],
  pt: ['one', 'many', 'other'],
  ar: ['zero', 'one', 'two', 'few', 'many', 'other'],
  ja: ['other'],
} as const satisfies Record<string, readonly Intl.LDMLPluralRule[]>;

export type Tag = keyof typeof FORMS;
export const TAGS = Object.keys(FORMS) as Tag[];

type English = typeof english;
export type Key = keyof English;

/** Words, or the words for each plural form of `{count}`. */
export type Entry = string | { readonly [Form in Intl.LDMLPluralRule]?: string };
export type Catalogue = { readonly [Each in Key]: Entry };

/** The names of the placeholders in `{name} took over`. */
type Names<Text> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;
type Texts<Words> = Words extends string ? Words : Words[keyof Words];
type Placeholders<Each extends Key> = Names<Texts<English[Each]>> | (English[Each] extends string ? never : 'count');

/** What `t` wants beside a key: a value for each placeholder, nothing when there is none. */
export type Values<Each extends Key> = [Placeholders<Each>] extends [never]
  ? []
  : [{ readonly [Name in Placeholders<Each>]: Name extends 'count' ? number : string | number }];

/** Checks a whole catalogue: `export default words satisfies Translation<typeof words, 'de'>`. */
export type Translation<Words, Language extends Tag> = {
  readonly [Each in Key]: Each extends keyof Words ? Checked<Each, Words[Each], Language> : Entry;
} & { readonly [Each in Exclude<keyof Words, Key>]: never };

type Checked<Each extends Key, Words, Language extends Tag> = English[Each] extends string
  ? Words extends string
    ? Same<Names<Words>, Placeholders<Each>, Words>
    : string
  : Words extends string
    ? Forms<Each, Record<never, never>, Language>
    : Forms<Each, Words, Language>;

/** A form may leave the count to the words: “two conversations”. */
type Forms<Each extends Key, Words, Language extends Tag> = {
  readonly [Form in (typeof FORMS)[Language][number]]: Form extends keyof Words
    ? Same<Exclude<Names<Words[Form]>, 'count'>, Exclude<Placeholders<Each>, 'count'>, Words[Form]>
    : string;
};

type Same<Mine, Wanted, Words> = [Mine, Wanted] extends [Wanted, Mine] ? Words : { 'these placeholders were expected': Wanted };
