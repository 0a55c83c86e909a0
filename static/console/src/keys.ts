/** The keyboard: one letter, one act, never while somebody is writing. */
export const CHEATS: [keys: string, act: string][] = [
  ['T', 'Take over'],
  ['B', 'Give back to the bot'],
  ['+', 'Bot stays silent one hour more'],
  ['J', 'Next conversation'],
  ['K', 'Previous conversation'],
  ['R', 'Write a reply'],
  ['N', 'Write a note'],
  ['Esc', 'Leave the field, then the conversation'],
  ['?', 'This list'],
];

export type Act = 'take_over' | 'give_back' | 'extend' | 'next' | 'previous' | 'reply' | 'note' | 'leave' | 'cheats';

const ACTS: Record<string, Act> = {
  t: 'take_over',
  b: 'give_back',
  '+': 'extend',
  j: 'next',
  k: 'previous',
  r: 'reply',
  n: 'note',
  escape: 'leave',
  '?': 'cheats',
};

/** Which act a key asks for, if any. */
export function actOf(event: KeyboardEvent): Act | undefined {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return undefined;
  const act = ACTS[event.key.toLowerCase()];
  const target = event.target as HTMLElement;
  const writing = target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
  return writing && act !== 'leave' ? undefined : act;
}
