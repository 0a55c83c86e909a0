/** Emoji go where the caret is. */
import { expect, test } from 'vitest';
import { afterUse, inserted } from '../src/state/emoji';

test('an emoji goes where the caret is, in place of what is selected, and is offered first afterwards', () => {
  expect(inserted('Hello there', 5, 11, '👋')).toEqual({ text: 'Hello👋', caret: 7 });
  expect(inserted('Hi', 9, 9, '👋')).toEqual({ text: 'Hi👋', caret: 4 });
  expect(afterUse(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'], 'c')).toEqual(['c', 'a', 'b', 'd', 'e', 'f', 'g', 'h']);
  expect(afterUse(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'], 'x')).toHaveLength(8);
});
