/** The keyboard: one key, one act, never while somebody is writing. Which key is for the agent to choose. */

export const ACTS = [
  { act: 'take_over', key: 't', words: 'Take over' },
  { act: 'give_back', key: 'b', words: 'Give back to the bot' },
  { act: 'hand_over', key: 'h', words: 'Hand over to a colleague' },
  { act: 'extend', key: '+', words: 'Bot stays silent one hour more' },
  { act: 'next', key: 'j', words: 'Next conversation' },
  { act: 'previous', key: 'k', words: 'Previous conversation' },
  { act: 'reply', key: 'r', words: 'Write a reply' },
  { act: 'note', key: 'n', words: 'Write a note' },
  { act: 'canned', key: '/', words: 'Canned replies' },
  { act: 'label', key: 'l', words: 'Add a label' },
  { act: 'settings', key: ',', words: 'Settings' },
  { act: 'cheats', key: '?', words: 'All keys' },
] as const;

export type Act = (typeof ACTS)[number]['act'];
/** What an agent has chosen instead. */
export type Keys = Partial<Record<Act, string>>;

/** What `Esc` and `Ctrl K` do is the same for everybody. */
export type Fixed = 'leave' | 'commands';

export const keyOf = (act: Act, chosen: Keys): string => chosen[act] ?? ACTS.find((one) => one.act === act)!.key;

/** Which act a key asks for, if any. */
export function actOf(event: KeyboardEvent, chosen: Keys): Act | Fixed | undefined {
  if (event.defaultPrevented || event.isComposing) return undefined;
  const key = event.key.toLowerCase();
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && key === 'k') return 'commands';
  if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
  if (key === 'escape') return 'leave';
  const target = event.target as HTMLElement;
  const writing = target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
  return writing ? undefined : ACTS.find(({ act }) => keyOf(act, chosen) === key)?.act;
}

/** The key of this event as one that can be chosen: printable, and alone. */
export function choosable(event: KeyboardEvent): string | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return undefined;
  return [...event.key].length === 1 && event.key.trim() !== '' ? event.key.toLowerCase() : undefined;
}

/** Who has this key already. */
export const holder = (key: string, chosen: Keys): Act | undefined => ACTS.find(({ act }) => keyOf(act, chosen) === key)?.act;

export const keyName = (key: string): string => key.toUpperCase();
