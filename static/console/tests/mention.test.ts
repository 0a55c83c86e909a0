/** Names after an `@` in notes. */
import { expect, test } from 'vitest';
import { nameable, named, typedName, type Nameable } from '../src/state/mention';

const one = (name: string): Nameable => ({ kind: 'agent', id: name, name });
const ALL = [one('Ana Lima'), one('Ben'), one('a@b (c)')];

test('a name is being typed after an @ that is no part of an address', () => {
  expect(typedName('See @an', 7)).toBe('an');
  expect(typedName('@', 1)).toBe('');
  expect(typedName('See @ana li and', 11)).toBe('ana li');
  for (const text of ['ana@b', 'no sign', '@a\nb', `@${'x'.repeat(41)}`]) expect(typedName(text, text.length)).toBeUndefined();
});

test('those who fit are offered, until one of them is written', () => {
  expect(nameable(ALL, 'li').map(({ name }) => name)).toEqual(['Ana Lima']);
  expect(nameable(ALL, '')).toHaveLength(3);
  expect(nameable(ALL, 'Ben ')).toEqual([]);
  expect(nameable(ALL, 'nobody')).toEqual([]);
});

test('what was chosen stands in place of what was typed', () => {
  expect(named('See @an now', 7, 'an', 'Ana Lima')).toEqual({ text: 'See @Ana Lima now', caret: 14 });
  expect(named('@', 1, '', 'a@b (c)')).toEqual({ text: '@a@b (c) ', caret: 9 });
});
