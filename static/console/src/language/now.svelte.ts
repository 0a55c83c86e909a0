/** The language the screen speaks now. English is always there; the others are fetched when they are wanted. */
import type { Catalogue, Key, Tag, Values } from './catalogue';
import english from './en';
import { Language, chosen, type Wanted } from './language';

const FETCH: Record<Exclude<Tag, 'en'>, () => Promise<{ default: Catalogue }>> = {
  de: () => import('./de'),
  es: () => import('./es'),
  fr: () => import('./fr'),
  pt: () => import('./pt'),
  ar: () => import('./ar'),
  ja: () => import('./ja'),
};

class Present {
  now = $state.raw(new Language('en', english));
  #wanted: Wanted = 'browser';

  constructor() {
    // Who began without a network, or changed the browser's own language.
    for (const name of ['online', 'languagechange']) addEventListener(name, () => void this.speak(this.#wanted));
  }

  /** Speaks it from here on. What cannot be fetched leaves the language that was. */
  async speak(wanted: Wanted): Promise<void> {
    this.#wanted = wanted;
    const { tag, locale } = chosen(wanted, navigator.languages);
    if (this.now.tag === tag && this.now.locale === locale) return this.#show();
    const words = tag === 'en' ? english : await FETCH[tag]().then((part) => part.default, () => undefined);
    if (words === undefined || this.#wanted !== wanted) return;
    this.now = new Language(tag, words, locale);
    this.#show();
  }

  #show(): void {
    document.documentElement.lang = this.now.tag;
    document.documentElement.dir = this.now.dir;
  }
}

export const language = new Present();

/** The words under a key, in the language of now. */
export const t = <Each extends Key>(key: Each, ...values: Values<Each>): string => language.now.t(key, ...values);
