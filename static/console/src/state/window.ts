/** How long the contact's channel still takes what we write. */
import type { Floor } from '../../../shared/wire';
import { HOUR } from '../../../shared/time';
import type { Language } from '../language/language';

/** From when on it is worth a word. */
const SOON = 6 * HOUR;

export interface WindowWords {
  tone: 'quiet' | 'soon' | 'closed';
  text: string;
  title: string;
}

export function windowWords({ open_until, people_until }: Pick<Floor, 'open_until' | 'people_until'>, now: number, { t, remaining }: Language): WindowWords | undefined {
  if (open_until === null || people_until === null) return undefined;
  if (now >= people_until) {
    return { tone: 'closed', text: t('windowClosed'), title: t('windowClosedWhy') };
  }
  if (now >= open_until && people_until > open_until) {
    return { tone: 'soon', text: t('onlyPeopleFor', { span: remaining(people_until - now) }), title: t('onlyPeopleWhy') };
  }
  if (open_until - now <= SOON) {
    return { tone: 'soon', text: t('windowClosesIn', { span: remaining(open_until - now) }), title: t('windowClosesWhy') };
  }
  return undefined;
}
