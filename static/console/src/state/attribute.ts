/** What kind of value an attribute has: by its name, or by what stands there. Pure. */
export type Kind = 'text' | 'email' | 'tel' | 'url' | 'number' | 'date' | 'yes_no';

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

export function kindOf(name: string, value: string): Kind {
  return (NAMES.find(([form]) => form.test(name)) ?? SHAPES.find(([form]) => form.test(value)))?.[1] ?? 'text';
}

/** As the server takes it. */
export const NAME_CHARS_MAX = 64;
export const VALUE_CHARS_MAX = 1000;
