/**
 * How a text travels as short messages, which carriers limit and bill: the same rules as `src/domain/segments.rs`, and the
 * same vectors hold them.
 */

import type { Language } from '../language/language';

const DEFAULT = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
/** Each takes an escape before it. */
const EXTENSION = new Set('\f^{}\\[~]|€');

/** From here on an agent hears how much room one message still has. */
const NEAR = 0.8;

export interface Segments {
  encoding: 'GSM-7' | 'UCS-2';
  count: number;
  /** Letters, as carriers count them, and as many as those messages hold. */
  used: number;
  room: number;
}

export function segments(text: string): Segments {
  const letters = [...text];
  const plain = letters.every((letter) => DEFAULT.has(letter) || EXTENSION.has(letter));
  const widths = letters.map((letter) => (plain ? (EXTENSION.has(letter) ? 2 : 1) : letter.length));
  const [alone, each] = plain ? [160, 153] : [70, 67];
  const encoding = plain ? 'GSM-7' : 'UCS-2';
  const used = widths.reduce((sum, width) => sum + width, 0);
  if (used <= alone) return { encoding, count: 1, used, room: alone };
  let [count, inLast] = [1, 0];
  for (const width of widths) {
    if (inLast + width > each) [count, inLast] = [count + 1, 0];
    inLast += width;
  }
  return { encoding, count, used, room: count * each };
}

/** For the agent, while writing; nothing as long as it is one message with room to spare. */
export function segmentWords(text: string, { t }: Language): string {
  const { encoding, count, used, room } = segments(text.trim());
  if (count === 1 && used <= room * NEAR) return '';
  return `${t(encoding === 'UCS-2' ? 'textMessagesBeyond' : 'textMessages', { count })} · ${t('ofRoom', { used, room })}`;
}
