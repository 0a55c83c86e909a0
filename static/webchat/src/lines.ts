/** The events of a conversation as elements of the log. */
import { stretches } from '../../shared/links';
import type { AttachmentView, OptionView, VisitorEvent } from '../../shared/wire';
import type { Chat } from './chat';
import { h } from './dom';
import { fill, type Words } from './words';

type Tap = (option: OptionView) => void;

export interface Line {
  /** Lines are built once; the same key is the same line. */
  key: string;
  /** Its choices can still be tapped. */
  alive: boolean;
  build(): HTMLElement;
}

/** What the log shows: everything said, then what has yet to arrive. Only the newest menu can still be tapped. */
export function lines(chat: Chat, words: Words, tap: Tap): Line[] {
  const menu = newestMenu(chat);
  const said = chat.events.map((event, index) => {
    const named = nameOf(chat.events[index - 1], words) !== nameOf(event, words);
    return { key: String(event.seq), alive: event.seq === menu, build: () => eventLine(event, named, words, tap) };
  });
  const unsent = chat.unsent.map(({ id, text }) => ({
    key: id,
    alive: false,
    build: () => {
      const line = bubble('me unsent', '', text, words);
      line.append(h('small', { class: 'late' }, words.later));
      return line;
    },
  }));
  const failed = chat.failed.map(({ id, text, error }) => ({
    key: `${id}!`,
    alive: false,
    build: () => {
      const line = bubble('me failed', '', text, words);
      line.append(h('small', { title: error }, words.failed));
      return line;
    },
  }));
  return [...said, ...unsent, ...failed];
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

function eventLine(event: VisitorEvent, named: boolean, words: Words, tap: Tap): HTMLElement {
  switch (event.kind) {
    case 'i_said':
      return bubble('me', '', event.text, words);
    case 'bot_said':
      return botLine(event, named, words, tap);
    case 'person_said':
      return personLine(event, named, words);
    case 'waiting':
      return h('div', { class: 'line waiting' }, words.coming);
    case 'person_joined':
      return h('div', { class: 'line' }, fill(words.joined, event.name));
    case 'bot_is_back':
      return h('div', { class: 'line' }, words.back);
  }
}

type Said<Kind> = Extract<VisitorEvent, { kind: Kind }>;

function botLine({ text, options, attachments }: Said<'bot_said'>, named: boolean, words: Words, tap: Tap): HTMLElement {
  const line = bubble('bot', named ? words.bot : '', text, words);
  attach(line, attachments, words);
  if (options.length > 0) {
    const buttons = options.map((option) => h('button', { type: 'button', dir: 'auto', click: () => tap(option) }, option.label));
    line.append(h('div', { class: 'options', role: 'group', 'aria-label': words.choices }, ...buttons));
  }
  return line;
}

function personLine({ name, text, attachments }: Said<'person_said'>, named: boolean, words: Words): HTMLElement {
  const line = bubble('person', named ? name : '', text, words);
  attach(line, attachments, words);
  return line;
}

function attach(line: HTMLElement, attachments: AttachmentView[], words: Words): void {
  for (const { kind, url, name } of attachments) {
    if (!/^https?:|^\//.test(url)) continue;
    const inside = kind === 'image' ? h('img', { src: url, alt: name || words.picture, loading: 'lazy' }) : name || kind;
    line.append(h('p', {}, h('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, inside)));
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
