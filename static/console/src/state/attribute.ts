/** What kind of value an attribute has: what the bot declares, or else by its name, or by what stands there. Pure. */
import type { Declared } from '../../../shared/wire';

export type Kind = 'text' | 'email' | 'tel' | 'url' | 'number' | 'date' | 'choice' | 'yes_no';

/** As the bot's document names them. */
const DECLARED: Readonly<Record<string, Kind>> = { email: 'email', phone: 'tel', url: 'url', number: 'number', date: 'date', choice: 'choice', yes_no: 'yes_no' };

const NAMES: readonly [RegExp, Kind][] = [
  [/^(e_?mail|e-mail)$/i, 'email'],
  [/^(phone|mobile|tel|telephone)$/i, 'tel'],
  [/^(url|website|homepage)$/i, 'url'],
];

const SHAPES: readonly [RegExp, Kind][] = [
  [/^\d{4}-\d{2}-\d{2}$/, 'date'],
  [/^-?(0|[1-9]\d{0,14})(\.\d{1,10})?$/, 'number'],
  [/^(yes|no)$/, 'yes_no'],
  [/^https?:\/\/\S+$/i, 'url'],
  [/^\S+@\S+\.\S+$/, 'email'],
];

export interface Field {
  kind: Kind;
  choices: readonly string[];
  /** Only what is declared is insisted on. */
  declared: boolean;
}

export function fieldOf(name: string, value: string, all: readonly Declared[]): Field {
  const declared = all.find((one) => one.name === name);
  if (!declared) return { kind: kindOf(name, value), choices: [], declared: false };
  return { kind: DECLARED[declared.kind] ?? 'text', choices: declared.choices, declared: true };
}

export function kindOf(name: string, value: string): Kind {
  return (NAMES.find(([form]) => form.test(name)) ?? SHAPES.find(([form]) => form.test(value)))?.[1] ?? 'text';
}

/** As the server takes it. */
export const NAME_CHARS_MAX = 64;
export const VALUE_CHARS_MAX = 1000;

/** What may be wrong, as the server names it. */
export type Wrong =
  | 'refused_not_an_email'
  | 'refused_not_a_phone'
  | 'refused_not_a_url'
  | 'refused_not_a_number'
  | 'refused_not_a_date'
  | 'refused_not_a_choice'
  | 'refused_not_yes_or_no';

/** What is wrong with a value, in the words in which the server would refuse it; it has the last word. */
export function problemOf({ kind, choices, declared }: Field, value: string): Wrong | undefined {
  if (!declared || value === '') return undefined;
  switch (kind) {
    case 'email':
      return /^[^\s<>,;"@]{1,64}@[^\s<>,;"@]+\.[^\s<>,;"@]+$/.test(value) ? undefined : 'refused_not_an_email';
    case 'tel':
      return /^[\d +\-/().]+$/.test(value) && /^\d{5,15}$/.test(value.replace(/\D/g, '')) ? undefined : 'refused_not_a_phone';
    case 'url':
      return /^(https?:\/\/)?[^\s<>"/?#.][^\s<>"/?#]*\.[^\s<>"]+$/.test(value) ? undefined : 'refused_not_a_url';
    case 'number':
      return Number.isFinite(Number(value)) ? undefined : 'refused_not_a_number';
    case 'date':
      return /^\d{4}-\d{2}-\d{2}$/.test(value) ? undefined : 'refused_not_a_date';
    case 'choice':
      return choices.includes(value) ? undefined : 'refused_not_a_choice';
    case 'yes_no':
      return value === 'yes' || value === 'no' ? undefined : 'refused_not_yes_or_no';
    case 'text':
      return undefined;
  }
}
