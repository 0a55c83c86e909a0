/** A stretch of a message: plain words, or an address that may be followed. */
export interface Stretch {
  text: string;
  href?: string;
}

const ADDRESS = /https?:\/\/[^\s<>"'“”]+[^\s<>"'“”.,;:!?)\]]/g;

/** Splits a message at its web addresses. Only http and https are ever links. */
export function stretches(text: string): Stretch[] {
  const parts: Stretch[] = [];
  let end = 0;
  for (const found of text.matchAll(ADDRESS)) {
    if (found.index > end) parts.push({ text: text.slice(end, found.index) });
    parts.push({ text: found[0], href: found[0] });
    end = found.index + found[0].length;
  }
  if (end < text.length) parts.push({ text: text.slice(end) });
  return parts;
}
