/** How long a reply is, as its channel counts; said only when it matters. Pure. */
import { LIMITS, MESSAGE_CHARS_MAX } from '../../../shared/limits';
import { segmentWords } from './segments';

/** Said from here on: before, no agent needs to know. */
const NEAR = 0.8;

/** What to say of this text's length, and whether it can be sent at all. */
export function lengthOf(text: string, channel: string): { words: string; tooLong: boolean } {
  const characters = [...text].length;
  if (characters > MESSAGE_CHARS_MAX) return { words: `${characters - MESSAGE_CHARS_MAX} characters too long`, tooLong: true };
  return { words: channel === 'sms' ? segmentWords(text) : said(text, channel), tooLong: false };
}

function said(text: string, channel: string): string {
  const { max, unit } = LIMITS[channel] ?? { max: MESSAGE_CHARS_MAX, unit: 'characters' };
  const length = unit === 'bytes' ? new TextEncoder().encode(text).length : text.length;
  if (length > max) return max < MESSAGE_CHARS_MAX ? 'goes out in parts' : '';
  return length > max * NEAR ? `${max - length} ${unit} left` : '';
}
