/** The keyboard: one key, one act, never while somebody is writing. Which key is for the agent to choose. What an act is called
 * stands under `act_…` in the catalogue. */

export const ACTS = [
  { act: 'take_over', key: 't' },
  { act: 'give_back', key: 'b' },
  { act: 'hand_over', key: 'h' },
  { act: 'assign', key: 'a' },
  { act: 'extend', key: '+' },
  { act: 'close', key: 'x' },
  { act: 'snooze', key: 'z' },
  { act: 'reopen', key: 'o' },
  { act: 'priority', key: 'p' },
  { act: 'unread', key: 'u' },
  { act: 'merge', key: 'm' },
  { act: 'select', key: 'v' },
  { act: 'next', key: 'j' },
  { act: 'previous', key: 'k' },
  { act: 'reply', key: 'r' },
  { act: 'note', key: 'n' },
  { act: 'canned', key: '/' },
  { act: 'label', key: 'l' },
  { act: 'search', key: 's' },
  { act: 'filter', key: 'f' },
  { act: 'day', key: 'd' },
  { act: 'settings', key: ',' },
  { act: 'cheats', key: '?' },
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
  const key = latin(event);
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && key === 'k') return 'commands';
  if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
  if (key === 'escape') return 'leave';
  const target = event.target as HTMLElement;
  const writing = target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
  return writing ? undefined : (holder(event.key.toLowerCase(), chosen) ?? holder(key, chosen));
}

/** On keyboards of other scripts it is the place of a key that counts: `ف` is where `T` is. */
function latin({ key, code, shiftKey }: KeyboardEvent): string {
  if ([...key].length > 1 || key <= '~') return key.toLowerCase();
  const signs: Record<string, string> = { Slash: shiftKey ? '?' : '/', Comma: ',' };
  return /^Key([A-Z])$/.exec(code)?.[1]?.toLowerCase() ?? signs[code] ?? key.toLowerCase();
}

/** The key of this event as one that can be chosen: printable, and alone. */
export function choosable(event: KeyboardEvent): string | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return undefined;
  return [...event.key].length === 1 && event.key.trim() !== '' ? event.key.toLowerCase() : undefined;
}

/** Who has this key already. */
export const holder = (key: string, chosen: Keys): Act | undefined => ACTS.find(({ act }) => keyOf(act, chosen) === key)?.act;

export const keyName = (key: string): string => key.toUpperCase();
