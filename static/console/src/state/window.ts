/** How long the contact's channel still takes what we write. */
import type { Floor } from '../../../shared/wire';
import { HOUR, remaining } from '../../../shared/time';

/** From when on it is worth a word. */
const SOON = 6 * HOUR;

export interface WindowWords {
  tone: 'quiet' | 'soon' | 'closed';
  text: string;
  title: string;
}

export function windowWords({ open_until, people_until }: Pick<Floor, 'open_until' | 'people_until'>, now: number): WindowWords | undefined {
  if (open_until === null || people_until === null) return undefined;
  if (now >= people_until) {
    return { tone: 'closed', text: 'Window closed', title: 'It is too long since the contact last wrote: the channel takes nothing until they do.' };
  }
  if (now >= open_until && people_until > open_until) {
    return { tone: 'soon', text: `Only people may write, for ${remaining(people_until - now)}`, title: 'The bot’s time is over; what an agent writes goes out marked as a person’s.' };
  }
  if (open_until - now <= SOON) {
    return { tone: 'soon', text: `Window closes in ${remaining(open_until - now)}`, title: 'After that the channel takes no more from the bot until the contact writes.' };
  }
  return undefined;
}
