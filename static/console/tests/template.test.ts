import { expect, test } from 'vitest';
import { filledTemplate, isFilled, takesTemplates } from '../src/state/template';

test('values go where they belong, and what has none yet stays', () => {
  expect(filledTemplate('Hello {{1}}, {{2}} and {{1}}', [' Zoë ', ''])).toBe('Hello Zoë, {{2}} and Zoë');
  expect(filledTemplate('{{1}} {{2}}', ['{{2}}', 'b'])).toBe('{{2}} b');
  expect(filledTemplate('Hello', [])).toBe('Hello');
});

test('a template is filled when each of its places is', () => {
  expect(isFilled(0, [])).toBe(true);
  expect(isFilled(2, ['a'])).toBe(false);
  expect(isFilled(2, ['a', ' '])).toBe(false);
  expect(isFilled(1, ['a', ''])).toBe(true);
});

test('only channels that approve words beforehand take them', () => {
  expect(['whatsapp', 'messenger', 'sms', 'webchat'].filter(takesTemplates)).toEqual(['whatsapp']);
});
