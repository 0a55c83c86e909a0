/** The events of a conversation as elements of the log. */
import { stretches } from '../../shared/links';
import type { AttachmentView, OptionView, VisitorEvent } from '../../shared/wire';
import type { Chat } from './chat';
import { h, icon } from './dom';
import { fill, type OwnWords as Words } from './words';

const PAGE = 'M7 3h7l5 5v13H7zM14 3v5h5';

type Tap = (option: OptionView) => void;

export interface Line {
  /** Lines are built once; the same key is the same line. */
  key: string;
  /** Its choices can still be tapped. */
  alive: boolean;
  build(): HTMLElement;
}

/** What the log shows: everything said, then what has yet to arrive. Only the newest menu can still be tapped. */
export function lines(chat: Chat, words: Words, server: URL, tap: Tap): Line[] {
  const menu = newestMenu(chat);
  const said = chat.events.map((event, index) => {
    const named = nameOf(chat.events[index - 1], words) !== nameOf(event, words);
    return { key: String(event.seq), alive: event.seq === menu, build: () => eventLine(event, named, words, server, tap) };
  });
  const unsent = chat.unsent.map(({ id, text, files = [] }) => ({
    key: id,
    alive: false,
    build: () => {
      const line = bubble('me unsent', '', text, words);
      attach(line, files, words, server);
      line.append(h('small', { class: 'late' }, words.later));
      return line;
    },
  }));
  const failed = chat.failed.map(({ id, text, error, files = [] }) => ({
    key: `${id}!`,
    alive: false,
    build: () => {
      const line = bubble('me failed', '', [text, ...files.map(({ name }) => name)].filter(Boolean).join('\n'), words);
      line.append(h('small', { title: error }, words.failed));
      return line;
    },
  }));
  const greeting = words.greeting ? [{ key: 'greeting', alive: false, build: () => h('p', { class: 'greet', dir: 'auto' }, words.greeting!) }] : [];
  return [...greeting, ...said, ...unsent, ...failed];
}

function newestMenu({ events, unsent }: Chat): number | undefined {
  if (unsent.length > 0) return undefined;
  for (const event of [...events].reverse()) {
    if (event.kind === 'i_said') return undefined;
    if (event.kind === 'bot_said' && event.options.length > 0) return event.seq;
  }
  return undefined;
}

function nameOf(event: VisitorEvent | undefined, words: Words): string {
  if (event?.kind === 'bot_said') return words.bot;
  return event?.kind === 'person_said' ? event.name : '';
}

function eventLine(event: VisitorEvent, named: boolean, words: Words, server: URL, tap: Tap): HTMLElement {
  switch (event.kind) {
    case 'i_said': {
      const line = bubble('me', '', event.text, words);
      // What this browser remembers may be older than attachments.
      attach(line, event.attachments ?? [], words, server);
      return line;
    }
    case 'bot_said':
      return botLine(event, named, words, server, tap);
    case 'person_said': {
      const line = bubble('person', named ? event.name : '', event.text, words);
      attach(line, event.attachments, words, server);
      return line;
    }
    case 'waiting':
      return h('div', { class: 'line waiting' }, words.coming);
    case 'person_joined':
      return h('div', { class: 'line' }, fill(words.joined, event.name));
    case 'bot_is_back':
      return h('div', { class: 'line' }, words.back);
  }
}

type Said<Kind> = Extract<VisitorEvent, { kind: Kind }>;

function botLine({ text, options, attachments }: Said<'bot_said'>, named: boolean, words: Words, server: URL, tap: Tap): HTMLElement {
  const line = bubble('bot', named ? words.bot : '', text, words);
  attach(line, attachments, words, server);
  if (options.length > 0) {
    const buttons = options.map((option) => h('button', { type: 'button', dir: 'auto', click: () => tap(option) }, option.label));
    line.append(h('div', { class: 'options', role: 'group', 'aria-label': words.choices }, ...buttons));
  }
  return line;
}

/** Pictures in their place, everything else as a card. */
function attach(line: HTMLElement, attachments: AttachmentView[], words: Words, server: URL): void {
  for (const { kind, url, name } of attachments) {
    if (!/^https?:|^\//.test(url)) continue;
    const inside = kind === 'image' ? h('img', { src: new URL(url, server).href, alt: name || words.picture, loading: 'lazy' }) : name || kind;
    const link = h('a', { href: new URL(url, server).href, target: '_blank', rel: 'noopener noreferrer', class: kind === 'image' ? '' : 'card' });
    if (kind !== 'image') link.append(icon(PAGE));
    link.append(inside);
    line.append(h('p', {}, link));
  }
}

function bubble(kind: string, name: string, text: string, words: Words): HTMLElement {
  const parts = stretches(text).map(({ text, href }) =>
    href ? h('a', { href, target: '_blank', rel: 'noopener noreferrer' }, text) : text,
  );
  const line = h('div', { class: `said ${kind}` });
  const who = kind.startsWith('me') ? words.you : kind === 'bot' ? words.bot : name;
  if (name) line.append(h('small', { dir: 'auto' }, name));
  else line.append(h('span', { class: 'sr' }, who ? `${who}: ` : ''));
  if (text) line.append(h('p', { dir: 'auto' }, ...parts));
  return line;
}
