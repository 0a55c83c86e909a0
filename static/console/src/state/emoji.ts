/** What agents write with one tap, and where it goes. Pure. */
export const EMOJI = [
  '🙂', '😀', '😄', '😊', '😉', '😅', '😂', '😍', '🤗', '🤔', '😐', '😕', '🙁', '😢', '😮', '😴',
  '👍', '👎', '👋', '🙏', '👏', '🙌', '💪', '🤝', '👌', '✌️', '🤞', '👉', '❤️', '💙', '💚', '⭐',
  '✨', '🎉', '🎁', '🔥', '☀️', '🌧️', '☎️', '📧', '📎', '📅', '⏰', '📍', '🚗', '🏠', '🚚', '📦',
  '💳', '💶', '🧾', '🔧', '🔒', '🔑', '⚠️', '❓', '❗', '✅', '❌', '➡️', '⬅️', '⬆️', '⬇️', '🔗',
] as const;

const RECENT_MAX = 8;

/** The text with an emoji in place of what was selected, and the caret behind it. */
export function inserted(text: string, from: number, to: number, emoji: string): { text: string; caret: number } {
  const [start, end] = [Math.min(from, text.length), Math.min(Math.max(from, to), text.length)];
  return { text: text.slice(0, start) + emoji + text.slice(end), caret: start + emoji.length };
}

/** The newest first. */
export const afterUse = (recent: readonly string[], emoji: string): string[] =>
  [emoji, ...recent.filter((one) => one !== emoji)].slice(0, RECENT_MAX);
