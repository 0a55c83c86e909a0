/** The events of a conversation as elements of the log. */
import { stretches } from '../../shared/links';
import type { AttachmentView, OptionView, VisitorEvent } from '../../shared/wire';
import type { Chat } from './chat';
import { h } from './dom';

type Tap = (option: OptionView) => void;

export interface Line {
  /** Lines are built once; the same key is the same line. */
  key: string;
  /** Its choices can still be tapped. */
  alive: boolean;
  build(): HTMLElement;
}

/** What the log shows: everything said, then what has yet to arrive. Only the newest menu can still be tapped. */
export function lines(chat: Chat, tap: Tap): Line[] {
  const menu = newestMenu(chat);
  const said = chat.events.map((event, index) => {
    const named = nameOf(chat.events[index - 1]) !== nameOf(event);
    return { key: String(event.seq), alive: event.seq === menu, build: () => eventLine(event, named, tap) };
  });
  const unsent = chat.unsent.map(({ id, text }) => ({
    key: id,
    alive: false,
    build: () => {
      const line = bubble('me unsent', '', text);
      line.append(h('small', { class: 'late' }, 'Not sent yet. It goes out by itself.'));
      return line;
    },
  }));
  const failed = chat.failed.map(({ id, text, error }) => ({
    key: `${id}!`,
    alive: false,
    build: () => {
      const line = bubble('me failed', '', text);
      line.append(h('small', {}, `Not sent: ${error}`));
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

function nameOf(event: VisitorEvent | undefined): string {
  if (event?.kind === 'bot_said') return 'Assistant';
  return event?.kind === 'person_said' ? event.name : '';
}

function eventLine(event: VisitorEvent, named: boolean, tap: Tap): HTMLElement {
  switch (event.kind) {
    case 'i_said':
      return bubble('me', '', event.text);
    case 'bot_said':
      return botLine(event, named, tap);
    case 'person_said':
      return personLine(event, named);
    case 'waiting':
      return h('div', { class: 'line waiting' }, 'A person is on the way');
    case 'person_joined':
      return h('div', { class: 'line' }, `${event.name} joined`);
    case 'bot_is_back':
      return h('div', { class: 'line' }, 'The assistant is back');
  }
}

function botLine({ text, options, attachments }: Extract<VisitorEvent, { kind: 'bot_said' }>, named: boolean, tap: Tap): HTMLElement {
  const line = bubble('bot', named ? 'Assistant' : '', text);
  attach(line, attachments);
  if (options.length > 0) {
    const buttons = options.map((option) => h('button', { type: 'button', click: () => tap(option) }, option.label));
    line.append(h('div', { class: 'options', role: 'group', 'aria-label': 'Choices' }, ...buttons));
  }
  return line;
}

function personLine({ name, text, attachments }: Extract<VisitorEvent, { kind: 'person_said' }>, named: boolean): HTMLElement {
  const line = bubble('person', named ? name : '', text);
  attach(line, attachments);
  return line;
}

function attach(line: HTMLElement, attachments: AttachmentView[]): void {
  for (const { kind, url, name } of attachments) {
    if (!/^https?:|^\//.test(url)) continue;
    const inside = kind === 'image' ? h('img', { src: url, alt: name || 'Picture', loading: 'lazy' }) : name || kind;
    line.append(h('p', {}, h('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, inside)));
  }
}

function bubble(kind: string, name: string, text: string): HTMLElement {
  const words = stretches(text).map(({ text, href }) =>
    href ? h('a', { href, target: '_blank', rel: 'noopener noreferrer' }, text) : text,
  );
  const line = h('div', { class: `said ${kind}` });
  const who = kind.startsWith('me') ? 'You' : kind === 'bot' ? 'Assistant' : name;
  if (name) line.append(h('small', {}, name));
  else line.append(h('span', { class: 'sr' }, who ? `${who}: ` : ''));
  if (text) line.append(h('p', { dir: 'auto' }, ...words));
  return line;
}
