/** Which way a text runs. Pure. */

/** Letters that come before the first of these say nothing of the rest. */
const LOOKED_AT = 1_000;
const LETTER = /\p{L}/u;
const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u;

/**
 * By its first letter; undefined: there is none. A browser's own `auto` looks through the whole text with each key, which
 * takes seconds where a megabyte was pasted.
 */
export function directionOf(text: string): 'ltr' | 'rtl' | undefined {
  const letter = LETTER.exec(text.slice(0, LOOKED_AT))?.[0];
  if (letter === undefined) return undefined;
  return RIGHT_TO_LEFT.test(letter) ? 'rtl' : 'ltr';
}
