/** One language as the screen speaks it: its words, and how it writes numbers, times and lists. Pure. */
import { DAY, HOUR, MINUTE, SECOND } from '../../../shared/time';
import { TAGS, type Catalogue, type Key, type Tag, type Values } from './catalogue';

/** `browser`: whichever of ours it prefers. */
export type Wanted = 'browser' | Tag;

/** The language that is wanted, and as which country writes it, if the browser says so: `en-GB` has other dates. */
export function chosen(wanted: Wanted, browser: readonly string[]): { tag: Tag; locale: string } {
  const base = (locale: string) => locale.toLowerCase().split('-')[0];
  const known = (locale: string) => TAGS.find((tag) => tag === base(locale));
  const tag = wanted !== 'browser' ? wanted : (browser.map(known).find((tag) => tag !== undefined) ?? 'en');
  return { tag, locale: browser.find((locale) => base(locale) === tag) ?? tag };
}

/** Units of files, and from how many bytes on each is used: where the one before would be rounded to a thousand. */
const SIZES = [
  { unit: 'gigabyte', from: 999_500_000, bytes: 1e9 },
  { unit: 'megabyte', from: 999_500, bytes: 1e6 },
  { unit: 'kilobyte', from: 1000, bytes: 1e3 },
  { unit: 'byte', from: 0, bytes: 1 },
] as const;

const RIGHT_TO_LEFT: ReadonlySet<string> = new Set(['ar']);

/** Written with other digits than 0 to 9, in some countries at least. */
const OTHER_DIGITS: ReadonlySet<string> = new Set(['ar']);

/** A stretch of words, or the name of what stands in them. */
export type Part = { text: string } | { name: string };

export class Language {
  readonly dir: 'ltr' | 'rtl';
  #words: Catalogue;
  /** Whole numbers below a thousand are their digits. Asking a browser for its first format takes it as long as twenty rows. */
  #plain: boolean;
  // Each is made when it is first asked for.
  #plural: () => Intl.PluralRules;
  #number: () => Intl.NumberFormat;
  #two: () => Intl.NumberFormat;
  #spans: Record<'minute' | 'hour' | 'day', () => Intl.NumberFormat>;
  #hour: () => Intl.DateTimeFormat;
  #day: () => Intl.DateTimeFormat;
  #dayOfYear: () => Intl.DateTimeFormat;
  #exact: () => Intl.DateTimeFormat;
  #near: () => Intl.RelativeTimeFormat;
  #list: () => Intl.ListFormat;

  constructor(
    readonly tag: Tag,
    words: Catalogue,
    readonly locale: string = tag,
  ) {
    this.dir = RIGHT_TO_LEFT.has(tag) ? 'rtl' : 'ltr';
    this.#words = words;
    this.#plain = !OTHER_DIGITS.has(tag) && !locale.includes('-u-');
    const span = (unit: string) => once(() => new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'narrow' }));
    this.#plural = once(() => new Intl.PluralRules(tag));
    this.#number = once(() => new Intl.NumberFormat(locale));
    this.#two = once(() => new Intl.NumberFormat(locale, { minimumIntegerDigits: 2 }));
    this.#spans = { minute: span('minute'), hour: span('hour'), day: span('day') };
    this.#hour = once(() => new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' }));
    this.#day = once(() => new Intl.DateTimeFormat(locale, { weekday: 'short', day: 'numeric', month: 'short' }));
    this.#dayOfYear = once(() => new Intl.DateTimeFormat(locale, { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' }));
    this.#exact = once(() => new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'medium' }));
    this.#near = once(() => new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }));
    this.#list = once(() => new Intl.ListFormat(locale, { type: 'conjunction' }));
  }

  /** The words under a key, with what stands in them. */
  t = <Each extends Key>(key: Each, ...values: Values<Each>): string => this.#said(key, values[0] ?? {});

  /** As `t`, for codes that the server chose: undefined for one that we have no words for. */
  coded = (key: string, values: Readonly<Record<string, string>> = {}): string | undefined =>
    Object.hasOwn(this.#words, key) ? this.#said(key as Key, values) : undefined;

  /** Words in which something else than words stands. */
  parts(key: Key): Part[] {
    const words = this.#words[key];
    return (typeof words === 'string' ? words : '')
      .split(/(\{\w+\})/)
      .filter((part) => part !== '')
      .map((part) => (part.startsWith('{') ? { name: part.slice(1, -1) } : { text: part }));
  }

  #said(key: Key, values: Readonly<Record<string, string | number>>): string {
    const entry = this.#words[key];
    const form = typeof entry === 'string' ? entry : (entry[this.#plural().select(Number(values['count']))] ?? entry.other ?? '');
    return form.replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = values[name];
      return value === undefined ? whole : typeof value === 'number' ? this.number(value) : this.#apart(value);
    });
  }

  /** A name in Latin letters would draw the commas and numbers beside it to its own side. */
  #apart(value: string): string {
    return this.dir === 'rtl' ? `\u2068${value}\u2069` : value;
  }

  number = (value: number): string => {
    return this.#plain && Number.isInteger(value) && value >= 0 && value < 1000 ? String(value) : this.#number().format(value);
  };

  /** Of two digits, as in `4:07`. */
  #twoDigits(value: number): string {
    return this.#plain ? String(value).padStart(2, '0') : this.#two().format(value);
  }

  /** `Ana, Ben and Vera` */
  list = (names: readonly string[]): string => {
    return this.#list().format(names);
  };

  /** How long a file is: `340 bytes`, `48 kB`, `3.4 MB`. */
  size = (bytes: number): string => {
    const { unit, bytes: one } = SIZES.find(({ from }) => bytes >= from) ?? SIZES[3];
    const count = bytes / one;
    const unitDisplay = unit === 'byte' ? 'long' : 'short';
    const maximumFractionDigits = count < 9.95 ? 1 : 0;
    return new Intl.NumberFormat(this.locale, { style: 'unit', unit, unitDisplay, maximumFractionDigits }).format(count);
  };

  /** A count-down or a stop-watch: `4:12`, `59:58`, `1:14:58`. */
  clock = (span: number): string => {
    const total = Math.max(0, Math.floor(span / SECOND));
    const hours = Math.floor(total / 3600);
    const minutes = Math.floor((total % 3600) / 60);
    const seconds = this.#twoDigits(total % 60);
    return hours > 0 ? `${this.number(hours)}:${this.#twoDigits(minutes)}:${seconds}` : `${this.number(minutes)}:${seconds}`;
  };

  /** What remains, for a small chip: `42m`, `3h`, `2d`; the last minute reads `1m`. Less than a second more is no minute. */
  remaining = (span: number): string => {
    if (span > 36 * HOUR) return this.#spans.day().format(Math.round(span / DAY));
    if (span > 100 * MINUTE) return this.#spans.hour().format(Math.round(span / HOUR));
    return this.#spans.minute().format(Math.max(1, Math.ceil((span - SECOND) / MINUTE)));
  };

  /** How long ago, for a list: `now`, `4m`, `3h`, then the day. */
  ago = (at: number, now: number): string => {
    const span = now - at;
    if (span < MINUTE) return this.t('now');
    if (span < HOUR) return this.#spans.minute().format(Math.floor(span / MINUTE));
    if (span < DAY) return this.#spans.hour().format(Math.floor(span / HOUR));
    return this.capital(this.day(at, now));
  };

  /** The hour: `14:05`, or as the reader's country has it. */
  hour = (at: number): string => {
    return this.#hour().format(at);
  };

  /** The hour, with the day when it is another one: `tomorrow 09:00`. */
  moment = (at: number, now: number): string => {
    return sameDay(at, now) ? this.hour(at) : `${this.day(at, now)} ${this.hour(at)}`;
  };

  /** The day: `today`, `yesterday`, `tomorrow`, `Tue 3 Nov`, with the year when it is another one. */
  day = (at: number, now: number): string => {
    for (const days of [0, -1, 1]) {
      if (sameDay(at, now + days * DAY)) return this.#near().format(days, 'day');
    }
    const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
    return (sameYear ? this.#day : this.#dayOfYear)().format(at);
  };

  /** Everything, for who hovers. */
  exact = (at: number): string => {
    return this.#exact().format(at);
  };

  /** At the beginning of a line. */
  capital = (words: string): string => {
    return words.charAt(0).toLocaleUpperCase(this.locale) + words.slice(1);
  };
}

function once<Made>(make: () => Made): () => Made {
  let made: Made | undefined;
  return () => (made ??= make());
}

function sameDay(a: number, b: number): boolean {
  return new Date(a).toDateString() === new Date(b).toDateString();
}
