/** How long a reply is, as its channel counts; said only when it matters. Pure. */
import { LIMITS, MESSAGE_CHARS_MAX } from '../../../shared/limits';
import type { Language } from '../language/language';
import { segmentWords } from './segments';

/** Said from here on: before, no agent needs to know. */
const NEAR = 0.8;

/** What to say of this text's length, and whether it can be sent at all. */
export function lengthOf(text: string, channel: string, language: Language): { words: string; tooLong: boolean } {
  const characters = [...text].length;
  if (characters > MESSAGE_CHARS_MAX) return { words: language.t('tooLong', { count: characters - MESSAGE_CHARS_MAX }), tooLong: true };
  return { words: channel === 'sms' ? segmentWords(text, language) : said(text, channel, language), tooLong: false };
}

function said(text: string, channel: string, { t }: Language): string {
  const { max, unit } = LIMITS[channel] ?? { max: MESSAGE_CHARS_MAX, unit: 'characters' };
  const length = unit === 'bytes' ? new TextEncoder().encode(text).length : text.length;
  if (length > max) return max < MESSAGE_CHARS_MAX ? t('goesOutInParts') : '';
  return length > max * NEAR ? t(unit === 'bytes' ? 'bytesLeft' : 'charactersLeft', { count: max - length }) : '';
}
