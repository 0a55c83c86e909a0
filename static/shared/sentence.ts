/** Words as a sentence of their own: a capital first, a full stop last. The server's refusals come without. */
export function sentence(words: string): string {
  const text = words.trim();
  if (text === '') return '';
  return text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?…]$/.test(text) ? '' : '.');
}
