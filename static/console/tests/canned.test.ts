import { describe, expect, it } from 'vitest';
import { cannedName, filled, found, lookedFor } from '../src/state/canned';

const reply = (name: string, text: string) => ({ name, text, by: 'Ana', at: 0 });
const REPLIES = [reply('address', 'Pier 7.'), reply('hours', 'We are open 9 to 17.'), reply('open-day', 'Come in May.')];

describe('canned replies', () => {
  it('are looked for after a slash at the beginning, while a name is typed', () => {
    expect(lookedFor('/')).toBe('');
    expect(lookedFor('/Ho')).toBe('ho');
    for (const text of ['', 'hello', 'and/or', '/usr/bin', '/hours are', ' /hours']) expect(lookedFor(text)).toBeUndefined();
  });

  it('are found by the beginning of the name, then by the name, then by the words', () => {
    const names = (wanted: string) => found(REPLIES, wanted).map(({ name }) => name);
    expect(names('')).toEqual(['address', 'hours', 'open-day']);
    expect(names('o')).toEqual(['open-day', 'hours']);
    expect(names('open')).toEqual(['open-day', 'hours']);
    expect(names('pier')).toEqual(['address']);
    expect(names('xyz')).toEqual([]);
  });

  it('are filled with what is known of the contact, or with the words after the bar', () => {
    const known = new Map([['name', 'Maria'], ['city', '']]);
    expect(filled('Hello {{name|there}}, from {{ city | far away }}{{x}}!', known)).toBe('Hello Maria, from far away!');
    expect(filled('{{name}} {name} {{}}', known)).toBe('Maria {name} {{}}');
  });

  it('have names as the server writes them', () => {
    expect(cannedName('  Opening   Hours ')).toBe('opening-hours');
  });
});
