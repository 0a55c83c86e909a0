/** A conversation's events as the lines of a thread. Pure; the views only paint what this says. */
import type { AttachmentView, EventView, OptionView } from '../../../shared/wire';
import { MINUTE } from '../../../shared/time';
import type { Language } from '../language/language';
import type { Priority } from './priority';
import { assigneeWords, reasonWords } from './words';

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
  delivery?: { state: string; error: string | null; againAt: number | null };
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
  /** Whom it names, and who was told. */
  told?: readonly string[];
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

export function thread(events: readonly EventView[], language: Language): Item[] {
  const items: Item[] = [];
  const messages = new Map<number, Message>();
  const letters = new Map<number, Letter>();
  const notes = new Map<number, Note>();
  let before: number | undefined;
  for (const event of events) {
    if (event.kind === 'delivery') {
      for (const seq of event.of) delivered(messages.get(seq), event);
      continue;
    }
    if (event.kind === 'mentioned') {
      const note = notes.get(event.of);
      if (note) note.told = event.agents.map(({ name }) => name);
      continue;
    }
    if (event.kind === 'alert_state') {
      posted(letters.get(event.of), event, language);
      continue;
    }
    if (event.kind === 'contact_edited' || event.kind === 'contact_deleted' || event.kind === 'contact_reacted') {
      const message = event.of === null ? undefined : messages.get(event.of);
      if (message) {
        changed(message, event);
        continue;
      }
    }
    const item = itemOf(event, language);
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
    if (item.kind === 'note') notes.set(item.seq, item);
    items.push(item);
  }
  return items;
}

const ORDER = ['queued', 'sending', 'sent', 'delivered', 'read'];

/** Receipts may overtake each other: a message once read stays read, unless it is sent again. */
function delivered(message: Message | undefined, told: Extract<EventView, { kind: 'delivery' }>): void {
  if (!message) return;
  const known = ORDER.indexOf(message.delivery?.state ?? '');
  const next = ORDER.indexOf(told.state);
  if (next > 0 && next < known) return;
  message.delivery = { state: told.state, error: told.error, againAt: told.again_at };
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
function posted(letter: Letter | undefined, event: Extract<EventView, { kind: 'alert_state' }>, { t, moment }: Language): void {
  if (!letter) return;
  const { state, words, again_at, at } = event;
  const again = again_at === null ? undefined : { moment: moment(again_at, at) };
  const fates: Record<string, string> = {
    sent: t('letter_sent'),
    queued: again ? t('letterNotTakenAgain', again) : t('letterNotTaken'),
    unknown: again ? t('letterUnknownAgain', again) : t('letterUnknown'),
    failed: t('letterFailed', { words }),
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
function itemOf(event: Exclude<EventView, { kind: 'delivery' | 'alert_state' | 'mentioned' }>, language: Language): Item | undefined {
  const { t } = language;
  const { seq, at } = event;
  switch (event.kind) {
    case 'contact_said':
      return said(event, 'contact', '', { attachments: event.attachments, tapped: event.tapped });
    case 'bot_said':
      return said(event, 'bot', t('bot'), { options: event.options, attachments: event.attachments, why: whyWords(event, language) });
    case 'agent_said':
      return said(
        event,
        'agent',
        event.template === null ? event.agent.name : t('byTemplate', { name: event.agent.name, template: event.template }),
        { attachments: event.attachments },
      );
    case 'outside_said':
      return said(event, 'outside', t('answeredOutside'));
    case 'note':
      return { kind: 'note', seq, at, name: event.agent.name, text: event.text };
    case 'email_alert': {
      const { subject, body, why } = event;
      const to = [...event.to, ...event.cc].join(', ');
      return { kind: 'letter', seq, at, to, subject, body, why, state: 'queued', fate: t('letter_queued'), words: '' };
    }
    case 'page_viewed':
      return { kind: 'line', seq, at, tone: 'quiet', text: t('lookedAt', { page: event.title || event.url }), href: event.url };
    default: {
      const line = lineOf(event, language);
      return line && { kind: 'line', seq, at, ...line, why: behind(event, language) };
    }
  }
}

type Spoken = Extract<EventView, { kind: 'contact_said' | 'bot_said' | 'agent_said' | 'outside_said' }>;
type Told = Exclude<EventView, Spoken | { kind: 'delivery' | 'alert_state' | 'mentioned' | 'note' | 'page_viewed' | 'email_alert' }>;

function said({ seq, at, text }: Spoken, side: Side, name: string, more: Partial<Message> = {}): Message {
  const none = { options: [], attachments: [], tapped: false, why: '' };
  return { kind: 'message', seq, at, side, name, text, first: true, last: true, ...none, ...more };
}

function takenOver({ by, given_by, until, at }: Extract<EventView, { kind: 'taken_over' }>, { t, moment }: Language): string {
  const name = by.name;
  if (until === null) return given_by ? t('handedOverForGood', { giver: given_by.name, name }) : t('tookOverForGood', { name });
  const end = moment(until, at);
  return given_by ? t('handedOverUntil', { giver: given_by.name, name, moment: end }) : t('tookOverUntil', { name, moment: end });
}

function handOff(reason: string, words: string, language: Language): string {
  const wanted = reasonWords(reason, language);
  return words ? language.t('wantsHumanWords', { reason: wanted, words }) : language.t('wantsHuman', { reason: wanted });
}

function lineOf(event: Told, language: Language): Pick<SystemLine, 'tone' | 'text'> | undefined {
  const { t, moment, capital } = language;
  switch (event.kind) {
    case 'taken_over':
      return { tone: 'human', text: capital(takenOver(event, language)) };
    case 'assigned': {
      const name = assigneeWords({ assignee: event.to, team: event.team }, language);
      return { tone: 'human', text: `${name ? t('assignedTo', { name }) : t('assignedToNobody')} · ${event.by.name}` };
    }
    case 'pause_moved':
      return pauseMoved(event, language);
    case 'given_back':
      return { tone: 'bot', text: givenBack(event, language) };
    case 'pause_ending':
      return { tone: 'waiting', text: t('botReturnsAt', { moment: moment(event.until, event.at) }) };
    case 'hand_off':
      return { tone: 'waiting', text: handOff(event.reason, event.words, language) };
    case 'came_by':
      return { tone: 'quiet', text: t('cameByLink', { link: event.link }) };
    case 'contact_edited':
      return { tone: 'quiet', text: t('editedEarlier', { words: event.text }) };
    case 'contact_deleted':
      return { tone: 'quiet', text: t('deletedEarlier') };
    case 'contact_reacted':
      return event.with === null ? undefined : { tone: 'quiet', text: t('reactedEarlier', { with: event.with }) };
    case 'closed':
      return { tone: 'bot', text: closed(event, language) };
    case 'snoozed':
      return { tone: 'quiet', text: t('snoozedUntil', { name: event.by.name, moment: moment(event.until, event.at) }) };
    case 'reopened':
      return { tone: 'quiet', text: reopened(event, language) };
    case 'prioritised':
      return { tone: 'quiet', text: t('prioritisedBy', { name: event.by.name, priority: t(`priority_${event.priority as Priority}`) }) };
    case 'blocked':
      return { tone: 'trouble', text: t(event.on ? 'blockedBy' : 'unblockedBy', { name: event.by.name }) };
    case 'opted_out':
      return { tone: 'trouble', text: t('wantsNoMessages') };
    case 'opted_in':
      return { tone: 'quiet', text: t('wantsMessagesAgain') };
    case 'labelled': {
      const by = event.by ? ` · ${event.by.name}` : '';
      return { tone: 'quiet', text: t(event.on ? 'labelled' : 'unlabelled', { label: event.label }) + by };
    }
    case 'attribute_set':
      return { tone: 'quiet', text: `${event.name}: ${event.value || '–'}${event.by ? ` · ${event.by.name}` : ''}` };
    case 'form_completed':
      return { tone: 'quiet', text: t('formCompleted', { form: event.form }) };
    case 'scored':
      return { tone: 'quiet', text: scored(event.points, event.hot, language) };
    case 'call_opened':
      return { tone: 'quiet', text: t('botAsks', { whom: event.whom }) };
    case 'call_repeated':
      return { tone: 'quiet', text: t('botAsksAgain', { attempt: event.attempt }) };
    case 'call_ended':
      if (event.state === 'answered') return undefined;
      return event.state === 'failed'
        ? { tone: 'trouble', text: event.error ? t('noUse', { error: event.error }) : t('noUseFailed') }
        : { tone: 'quiet', text: t('cutOff') };
    case 'suppressed':
      return { tone: 'quiet', text: t('suppressed', { what: event.what }) };
    case 'alert':
      return { tone: 'trouble', text: event.text };
    default:
      return undefined;
  }
}

/** Why the bot said it: in words, then what is behind it. */
function whyWords(event: Extract<EventView, { kind: 'bot_said' }>, language: Language): string {
  return [event.why, originWords(event, language)].filter(Boolean).join('\n');
}

/** What made the bot do something: the rule, the place in its document, the version. Empty if it was not the bot. */
type Origin = { trigger: string | null; widget?: string | null; version?: string | null };

function originWords({ trigger, widget, version }: Origin, { t }: Language): string {
  return version || widget ? [trigger && t('rule', { rule: trigger }), widget, version].filter(Boolean).join('\n') : '';
}

/** What is behind a line that is not the bot's words. */
function behind(event: Told, language: Language): string {
  if (event.kind === 'opted_out') return event.reason;
  return 'trigger' in event ? originWords(event, language) : '';
}

/** That a reply moves the pause goes without saying: the banner counts. */
function pauseMoved({ by, until, at, why }: Extract<Told, { kind: 'pause_moved' }>, { t, moment }: Language): Pick<SystemLine, 'tone' | 'text'> | undefined {
  if (why === 'replied') return undefined;
  const end = until === null ? undefined : moment(until, at);
  if (why === 'kept') return { tone: 'waiting', text: end === undefined ? t('unansweredSilent') : t('unansweredReturns', { moment: end }) };
  return { tone: 'quiet', text: end === undefined ? t('movedSilent', { name: by.name }) : t('movedReturns', { moment: end, name: by.name }) };
}

function givenBack({ by, why }: Extract<Told, { kind: 'given_back' }>, { t }: Language): string {
  if (why === 'pause_ended') return t('pauseOver');
  if (why === 'contact') return t('contactWentBack');
  return by ? t('gaveBack', { name: by.name }) : t('botHasFloorAgain');
}

/** Who had the floor before it was closed has it no more. */
function closed({ by, floor }: Extract<Told, { kind: 'closed' }>, { t }: Language): string {
  return floor && floor.id !== by.id ? t('closedFloor', { name: by.name, holder: floor.name }) : t('closedBy', { name: by.name });
}

function reopened({ by, why }: Extract<Told, { kind: 'reopened' }>, { t }: Language): string {
  if (why === 'undone') return t('closingUndone', { name: by?.name ?? '' });
  if (why === 'contact') return t('backContactWrote');
  if (why === 'time') return t('backTimeCame');
  return by ? t('backBy', { name: by.name }) : t('backFloor');
}

function scored(points: number, hot: boolean, { t, number }: Language): string {
  const signed = `${points > 0 ? '+' : ''}${number(points)}`;
  return t(hot ? 'pointsHot' : 'points', { points: signed, count: points });
}
