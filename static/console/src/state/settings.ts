/** What an agent has chosen for this browser. Pure. */
import { ACTS, type Keys } from '../keys';
import { TAGS } from '../language/catalogue';

export const CHOICES = {
  language: ['browser', ...TAGS],
  theme: ['system', 'light', 'dark'],
  contrast: ['normal', 'high'],
  size: ['small', 'normal', 'large'],
  density: ['comfortable', 'compact'],
  enter: ['sends', 'breaks'],
} as const;

type Chosen = { -readonly [Name in keyof typeof CHOICES]: (typeof CHOICES)[Name][number] };

export interface Settings extends Chosen {
  /** A sound when somebody begins to wait. */
  sound: boolean;
  /** The same as a notice of the desktop, while the console is not looked at. */
  notices: boolean;
  keys: Keys;
}

const FREE = [...'ceiqwy0123456789'];

export const DEFAULTS: Settings = {
  language: 'browser', theme: 'system', contrast: 'normal', size: 'normal', density: 'comfortable', enter: 'sends', sound: false, notices: false, keys: {},
};

/** Settings out of what was stored, whatever that is: what cannot be understood is as it was at first. */
export function understood(stored: unknown): Settings {
  const found = (typeof stored === 'object' && stored !== null ? stored : {}) as Record<string, unknown>;
  const settings: Settings = { ...DEFAULTS, keys: keys(found['keys']) };
  const choose = <Name extends keyof Chosen>(name: Name): void => {
    const value = CHOICES[name].find((choice) => choice === found[name]);
    if (value !== undefined) settings[name] = value as Settings[Name];
  };
  (Object.keys(CHOICES) as (keyof Chosen)[]).forEach(choose);
  settings.sound = found['sound'] === true;
  settings.notices = found['notices'] === true;
  return settings;
}

/** No two acts have one key: the later one loses it. Whose own is somebody else's by choice gets one that is free. */
function keys(stored: unknown): Keys {
  const found = (typeof stored === 'object' && stored !== null ? stored : {}) as Record<string, unknown>;
  const chosen: Keys = {};
  const taken = new Set<string>();
  for (const { act, key } of ACTS) {
    const wanted = found[act];
    const good = typeof wanted === 'string' && [...wanted].length === 1;
    if (good && wanted !== key && !taken.has(wanted)) chosen[act] = wanted;
    else if (taken.has(key)) chosen[act] = FREE.find((free) => !taken.has(free) && !ACTS.some((other) => other.key === free)) ?? key;
    taken.add(chosen[act] ?? key);
  }
  return chosen;
}
