/** A conversation's events as the lines of a thread. Pure; the views only paint what this says. */
import type { AttachmentView, EventView, OptionView } from '../../../shared/wire';
import { MINUTE, moment } from '../../../shared/time';
import { reasonWords } from './words';

export type Side = 'contact' | 'bot' | 'agent' | 'outside';

export interface Message {
  kind: 'message';
  seq: number;
  at: number;
  side: Side;
  name: string;
  text: string;
  options: readonly OptionView[];
  attachments: readonly AttachmentView[];
  tapped: boolean;
  /** The contact changed the words since; `text` is what they are now. */
  edited?: boolean;
  /** The contact took it back. */
  deleted?: boolean;
  /** What the contact thinks of it: an emoji, or a word for one. */
  reaction?: string;
  /** Why the bot said it. */
  why: string;
  delivery?: { state: string; error: string | null };
  /** First and last of a group: one author within one minute. */
  first: boolean;
  last: boolean;
}

export interface Note {
  kind: 'note';
  seq: number;
  at: number;
  name: string;
  text: string;
}

export interface SystemLine {
  kind: 'line';
  seq: number;
  at: number;
  tone: 'quiet' | 'bot' | 'waiting' | 'human' | 'trouble';
  text: string;
  href?: string;
  /** What made the bot do it; empty if it was not the bot. */
  why?: string;
}

export interface Letter {
  kind: 'letter';
  seq: number;
  at: number;
  to: string;
  subject: string;
  body: string;
  why: string;
  state: string;
  /** What became of it, for people. */
  fate: string;
  /** What the mail server said. */
  words: string;
}

export interface Pause {
  kind: 'time';
  seq: number;
  at: number;
}

export type Item = Message | Note | SystemLine | Letter | Pause;

/** After so long a silence the thread says what time it is. */
const SILENCE = 10 * MINUTE;

export function thread(events: readonly EventView[]): Item[] {
  const items: Item[] = [];
  const messages = new Map<number, Message>();
  const letters = new Map<number, Letter>();
  let before: number | undefined;
  for (const event of events) {
    if (event.kind === 'delivery') {
      for (const seq of event.of) delivered(messages.get(seq), event.state, event.error);
      continue;
    }
    if (event.kind === 'alert_state') {
      posted(letters.get(event.of), event);
      continue;
    }
    if (event.kind === 'contact_edited' || event.kind === 'contact_deleted' || event.kind === 'contact_reacted') {
      const message = event.of === null ? undefined : messages.get(event.of);
      if (message) {
        changed(message, event);
        continue;
      }
    }
    const item = itemOf(event);
    if (!item) continue;
    const previous = items.at(-1);
    if (replacesLast(previous, item, event)) items.pop();
    if (before === undefined || event.at - before >= SILENCE) items.push({ kind: 'time', seq: event.seq, at: event.at });
    before = event.at;
    if (item.kind === 'message') {
      messages.set(item.seq, item);
      joinGroup(items.at(-1), item);
    }
    if (item.kind === 'letter') letters.set(item.seq, item);
    items.push(item);
  }
  return items;
}

const ORDER = ['queued', 'sending', 'sent', 'delivered', 'read'];

/** Receipts may overtake each other: a message once read stays read, unless it is sent again. */
function delivered(message: Message | undefined, state: string, error: string | null): void {
  if (!message) return;
  const known = ORDER.indexOf(message.delivery?.state ?? '');
  const next = ORDER.indexOf(state);
  if (next > 0 && next < known) return;
  message.delivery = { state, error };
}

type Change = Extract<EventView, { kind: 'contact_edited' | 'contact_deleted' | 'contact_reacted' }>;

function changed(message: Message, change: Change): void {
  switch (change.kind) {
    case 'contact_edited':
      message.text = change.text;
      message.edited = true;
      break;
    case 'contact_deleted':
      Object.assign(message, { deleted: true, text: '', attachments: [] });
      break;
    case 'contact_reacted':
      message.reaction = change.with ?? undefined;
  }
}

/** Tries come in their order; the last one counts. */
function posted(letter: Letter | undefined, { state, words, again_at, at }: Extract<EventView, { kind: 'alert_state' }>): void {
  if (!letter) return;
  const again = again_at === null ? '' : `, again at ${moment(again_at, at)}`;
  const fates: Record<string, string> = {
    sent: 'sent',
    queued: `not taken yet${again}`,
    unknown: again ? `may have arrived${again}` : 'may have arrived, perhaps twice',
    failed: `failed: ${words}`,
  };
  letter.state = state;
  letter.fate = fates[state] ?? state;
  letter.words = words;
}

function joinGroup(previous: Item | undefined, message: Message): void {
  if (previous?.kind !== 'message' || previous.side !== message.side || previous.name !== message.name) return;
  if (Math.floor(previous.at / MINUTE) !== Math.floor(message.at / MINUTE)) return;
  previous.last = false;
  message.first = false;
}

/** Of pages looked at in a row only the last is news. */
function replacesLast(previous: Item | undefined, item: Item, event: EventView): boolean {
  if (previous?.kind !== 'line' || item.kind !== 'line') return false;
  return event.kind === 'page_viewed' && previous.href !== undefined;
}

/** The line of an event. None for what an agent need not read, or what a newer server tells and we do not know. */
function itemOf(event: Exclude<EventView, { kind: 'delivery' | 'alert_state' }>): Item | undefined {
  const { seq, at } = event;
  switch (event.kind) {
    case 'contact_said':
      return said(event, 'contact', '', { attachments: event.attachments, tapped: event.tapped });
    case 'bot_said':
      return said(event, 'bot', 'Bot', { options: event.options, attachments: event.attachments, why: whyWords(event) });
    case 'agent_said':
      return said(event, 'agent', event.agent.name);
    case 'outside_said':
      return said(event, 'outside', 'Answered outside the console');
    case 'note':
      return { kind: 'note', seq, at, name: event.agent.name, text: event.text };
    case 'email_alert': {
      const { subject, body, why } = event;
      const to = [...event.to, ...event.cc].join(', ') || 'nobody';
      return { kind: 'letter', seq, at, to, subject, body, why, state: 'queued', fate: 'queued', words: '' };
    }
    case 'page_viewed':
      return { kind: 'line', seq, at, tone: 'quiet', text: `Looked at ${event.title || event.url}`, href: event.url };
    default: {
      const line = lineOf(event);
      return line && { kind: 'line', seq, at, ...line, why: 'trigger' in event ? originWords(event) : '' };
    }
  }
}

type Spoken = Extract<EventView, { kind: 'contact_said' | 'bot_said' | 'agent_said' | 'outside_said' }>;
type Told = Exclude<EventView, Spoken | { kind: 'delivery' | 'alert_state' | 'note' | 'page_viewed' | 'email_alert' }>;

function said({ seq, at, text }: Spoken, side: Side, name: string, more: Partial<Message> = {}): Message {
  const none = { options: [], attachments: [], tapped: false, why: '' };
  return { kind: 'message', seq, at, side, name, text, first: true, last: true, ...none, ...more };
}

const floorWords = ({ by, given_by }: Extract<EventView, { kind: 'taken_over' }>): string =>
  given_by ? `${given_by.name} handed over to ${by.name}` : `${by.name} took over`;

function lineOf(event: Told): Pick<SystemLine, 'tone' | 'text'> | undefined {
  switch (event.kind) {
    case 'taken_over':
      return { tone: 'human', text: sentence(`${floorWords(event)}${untilWords(event.until, event.at)}`) };
    case 'pause_moved':
      return pauseMoved(event);
    case 'given_back':
      return { tone: 'bot', text: givenBack(event) };
    case 'pause_ending':
      return { tone: 'waiting', text: `The bot returns at ${moment(event.until, event.at)}` };
    case 'hand_off':
      return { tone: 'waiting', text: `Needs a human: ${reasonWords(event.reason)}${event.words ? ` — “${event.words}”` : ''}` };
    case 'came_by':
      return { tone: 'quiet', text: `Came by the link “${event.link}”` };
    case 'contact_edited':
      return { tone: 'quiet', text: `Edited an earlier message: “${event.text}”` };
    case 'contact_deleted':
      return { tone: 'quiet', text: 'Deleted an earlier message' };
    case 'contact_reacted':
      return event.with === null ? undefined : { tone: 'quiet', text: `Reacted to an earlier message: ${event.with}` };
    case 'labelled': {
      const by = event.by ? ` · ${event.by.name}` : '';
      return { tone: 'quiet', text: `${event.on ? 'Labelled' : 'No longer labelled'} “${event.label}”${by}` };
    }
    case 'attribute_set':
      return { tone: 'quiet', text: `${event.name}: ${event.value}` };
    case 'form_completed':
      return { tone: 'quiet', text: `Completed the form “${event.form}”` };
    case 'scored':
      return { tone: 'quiet', text: `${event.points > 0 ? '+' : ''}${event.points} points${event.hot ? ': a hot lead' : ''}` };
    case 'call_opened':
      return { tone: 'quiet', text: `The bot asks ${event.whom}` };
    case 'call_repeated':
      return { tone: 'quiet', text: `After a restart the bot asks again (try ${event.attempt})` };
    case 'call_ended':
      if (event.state === 'answered') return undefined;
      return event.state === 'failed'
        ? { tone: 'trouble', text: `No use to the bot: ${event.error ?? 'it failed'}` }
        : { tone: 'quiet', text: 'What the bot asked was cut off' };
    case 'suppressed':
      return { tone: 'quiet', text: `The bot was kept from speaking: ${event.what}` };
    case 'alert':
      return { tone: 'trouble', text: event.text };
    default:
      return undefined;
  }
}

/** Why the bot said it: in words, then what is behind it. */
function whyWords(event: Extract<EventView, { kind: 'bot_said' }>): string {
  return [event.why, originWords(event)].filter(Boolean).join('\n');
}

/** What made the bot do something: the rule, the place in its document, the version. Empty if it was not the bot. */
function originWords({ trigger, widget, version }: { trigger: string | null; widget?: string | null; version?: string | null }): string {
  return version || widget ? [trigger && `rule “${trigger}”`, widget, version].filter(Boolean).join('\n') : '';
}

/** That a reply moves the pause goes without saying: the banner counts. */
function pauseMoved({ by, until, at, why }: Extract<Told, { kind: 'pause_moved' }>): Pick<SystemLine, 'tone' | 'text'> | undefined {
  if (why === 'replied') return undefined;
  const words = until === null ? 'the bot stays silent until given back' : `the bot now returns at ${moment(until, at)}`;
  if (why === 'kept') return { tone: 'waiting', text: `Something is unanswered: ${words}` };
  return { tone: 'quiet', text: sentence(`${words} · ${by.name}`) };
}

function givenBack({ by, why }: Extract<Told, { kind: 'given_back' }>): string {
  if (why === 'pause_ended') return 'The pause is over: the bot has the floor again';
  if (why === 'contact') return 'The contact went back to the bot';
  return by ? `${by.name} gave the floor back to the bot` : 'The bot has the floor again';
}

function untilWords(until: number | null, at: number): string {
  return until === null ? ', until given back' : ` until ${moment(until, at)}`;
}

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
