import { describe, expect, it } from 'vitest';
import { LIMITS, MESSAGE_CHARS_MAX } from '../../shared/limits';
import { directionOf } from '../src/state/direction';
import { lengthOf } from '../src/state/length';
import { english } from './props';

describe('the length of a reply', () => {
  it('is said only when it matters', () => {
    expect(lengthOf('Hello', 'messenger', english).words).toBe('');
    expect(lengthOf('Hello', 'sms', english).words).toBe('');
    expect(lengthOf('a'.repeat(161), 'sms', english).words).toBe('2 text messages · 161 of 306');
    const { max } = LIMITS['messenger']!;
    expect(lengthOf('a'.repeat(max - 5), 'messenger', english).words).toBe('5 characters left');
    expect(lengthOf('a'.repeat(max + 1), 'messenger', english).words).toBe('goes out in parts');
  });

  it('is in bytes where the channel counts bytes', () => {
    expect(lengthOf('ü'.repeat(498), 'instagram', english).words).toBe('4 bytes left');
    expect(lengthOf('ü'.repeat(501), 'instagram', english).words).toBe('goes out in parts');
    expect(lengthOf('a'.repeat(501), 'instagram', english).words).toBe('');
  });

  it('has an end', () => {
    expect(lengthOf('😀'.repeat(MESSAGE_CHARS_MAX), 'webchat', english).tooLong).toBe(false);
    expect(lengthOf('a'.repeat(MESSAGE_CHARS_MAX + 7), 'nowhere', english)).toEqual({ words: '7 characters too long', tooLong: true });
  });
});

it('a text runs as its first letter does', () => {
  expect(['', '12:30', 'Hi', '«hi» مرحبا', '12 مرحبا hi', '… שלום', '日本'].map(directionOf)).toEqual([undefined, undefined, 'ltr', 'ltr', 'rtl', 'rtl', 'ltr']);
});
