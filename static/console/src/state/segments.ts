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

export interface Segments {
  encoding: 'GSM-7' | 'UCS-2';
  count: number;
}

export function segments(text: string): Segments {
  const letters = [...text];
  const plain = letters.every((letter) => DEFAULT.has(letter) || EXTENSION.has(letter));
  const widths = letters.map((letter) => (plain ? (EXTENSION.has(letter) ? 2 : 1) : letter.length));
  const [alone, each] = plain ? [160, 153] : [70, 67];
  const encoding = plain ? 'GSM-7' : 'UCS-2';
  if (widths.reduce((sum, width) => sum + width, 0) <= alone) return { encoding, count: 1 };
  let [count, used] = [1, 0];
  for (const width of widths) {
    if (used + width > each) [count, used] = [count + 1, 0];
    used += width;
  }
  return { encoding, count };
}

/** For the agent, while writing; nothing as long as it is one message. */
export function segmentWords(text: string, { t }: Language): string {
  const { encoding, count } = segments(text.trim());
  if (count === 1) return '';
  return t(encoding === 'UCS-2' ? 'textMessagesBeyond' : 'textMessages', { count });
}
