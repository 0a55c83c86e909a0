/**
 * All that the console knows, and every way it can change: `(state, event) → state`. Opens no socket and reads no
 * clock. `wants` reads off a state what should be asked of the server now; the shell (`app.svelte.ts`) asks it.
 */
import type { Ask, EventView, Me, Tell } from '../../../shared/wire';
import { WINDOW_ROWS } from '../net/protocol';
import { UNSET, reading, type Clock } from './clock';
import { afterEvents, afterOlder, afterReset, afterTrim, lastSeq, position, type Conversation } from './conversation';
import { EMPTY_INBOX, afterInbox, type Inbox, type Reason } from './inbox';
import { afterSign, afterWords, type Sign } from './presence';

/** An ask that changes something; its `cid` makes asking again harmless. */
export type Command = Extract<Ask, { cid: string }>;

/** A command on its way. Without `ref` it waits for a wire; with `done` only for its own events. */
export interface Underway {
  command: Command;
  ref?: number;
  done?: number;
}

/** What an agent is writing. `failed` is the command that carried these very words and got no clear answer. */
export interface Draft {
  text: string;
  note: boolean;
  failed?: Command;
}

/** Why a command had no effect, in words, until the agent reads on. */
export interface Refusal {
  command: Command;
  code: string;
  text: string;
  said: readonly EventView[];
}

/** A watch of a conversation: asked for under `ref`, then live. */
interface Watch {
  ref: number;
  live: boolean;
}

export interface State {
  me?: Me;
  clock: Clock;
  /** `since` is the local, monotonic time at which this began. */
  wire: { state: 'connecting' | 'open' | 'lost'; since: number };
  inbox: Inbox;
  inboxAsked: boolean;
  /** Only conversations for which a human was wanted so are listed. */
  reason?: Reason | undefined;
  /** The conversation on the screen. */
  shown?: string;
  conversations: ReadonlyMap<string, Conversation>;
  watches: ReadonlyMap<string, Watch>;
  /** Why a conversation cannot be shown. */
  unreadable: ReadonlyMap<string, { code: string; text: string }>;
  underway: readonly Underway[];
  drafts: ReadonlyMap<string, Draft>;
  refusals: ReadonlyMap<string, Refusal>;
  troubles: ReadonlyMap<string, string>;
  /** Who else is at the conversations that are watched. */
  presence: ReadonlyMap<string, readonly Sign[]>;
}

export type Event =
  | { type: 'heard'; tell: Tell; at: number; askedAt?: number | undefined }
  | { type: 'lost'; at: number }
  | { type: 'asked'; ask: Ask; ref: number }
  | { type: 'show'; conversation: string | undefined }
  | { type: 'only'; reason: Reason | undefined }
  | { type: 'command'; command: Command }
  | { type: 'recall'; commands: readonly Command[] }
  | { type: 'older'; conversation: string; events: readonly EventView[]; more: boolean }
  | { type: 'trim'; conversation: string; from: number }
  | { type: 'draft'; conversation: string; draft: Draft }
  | { type: 'drafts'; drafts: ReadonlyMap<string, Draft> }
  | { type: 'read_refusal'; conversation: string }
  | { type: 'try_unreadable' };

/** Conversations kept in memory beside the one shown, so that going back to one is instant. */
const KEPT_MAX = 12;

export function start(at: number): State {
  return {
    clock: UNSET,
    wire: { state: 'connecting', since: at },
    inbox: EMPTY_INBOX,
    inboxAsked: false,
    conversations: new Map(),
    watches: new Map(),
    unreadable: new Map(),
    underway: [],
    drafts: new Map(),
    refusals: new Map(),
    troubles: new Map(),
    presence: new Map(),
  };
}

export function after(state: State, event: Event): State {
  switch (event.type) {
    case 'heard':
      return heard(state, event);
    case 'lost':
      return lost(state, event.at);
    case 'asked':
      return asked(state, event.ask, event.ref);
    case 'show':
      return show(state, event.conversation);
    case 'only':
      return { ...state, reason: event.reason, inboxAsked: false };
    case 'command':
      return command(state, event.command);
    case 'recall':
      return recall(state, event.commands);
    case 'older':
      return older(state, event);
    case 'trim':
      return trim(state, event.conversation, event.from);
    case 'draft':
      return { ...state, drafts: draftSet(state.drafts, event.conversation, event.draft) };
    case 'drafts':
      return { ...state, drafts: event.drafts };
    case 'read_refusal':
      return { ...state, refusals: without(state.refusals, event.conversation) };
    case 'try_unreadable':
      return { ...state, unreadable: new Map() };
  }
}

/** What should be asked now. Empty while there is no wire. */
export function wants(state: State): Ask[] {
  if (state.wire.state !== 'open') return [];
  const asks: Ask[] = [];
  if (!state.inboxAsked) asks.push({ type: 'inbox', window: WINDOW_ROWS, reason: state.reason ?? null });
  for (const conversation of state.watches.keys()) {
    if (conversation !== state.shown) asks.push({ type: 'unwatch', conversation });
  }
  const shown = state.shown;
  if (shown !== undefined && !state.watches.has(shown) && !state.unreadable.has(shown)) {
    const known = state.conversations.get(shown);
    asks.push({ type: 'watch', conversation: shown, after: known ? position(known) : null });
  }
  for (const { command, ref, done } of state.underway) {
    if (ref === undefined && done === undefined) asks.push(command);
  }
  return asks;
}

/** Whether what the screen shows of this conversation is the present. */
export function isLive(state: State, conversation: string): boolean {
  return state.wire.state === 'open' && state.watches.get(conversation)?.live === true;
}

function heard(state: State, { tell, at, askedAt }: Extract<Event, { type: 'heard' }>): State {
  switch (tell.type) {
    case 'hello':
      return {
        ...state,
        me: tell.me,
        clock: reading(tell.now, at),
        wire: { state: 'open', since: at },
        underway: state.me && state.me.id !== tell.me.id ? [] : state.underway,
        // Troubles are told again to whoever comes; those that ended meanwhile are not.
        troubles: new Map(),
      };
    case 'pong':
      return { ...state, clock: reading(tell.now, at, askedAt) };
    case 'ok':
      return watchesLive(state, tell.ref);
    case 'done':
      return done(state, tell.cid, tell.seq);
    case 'refused':
      return refused(state, tell.ref, tell.code, tell.text, tell.said);
    case 'error':
      return failed(state, tell.ref, tell.code, tell.text);
    case 'events':
      return events(state, tell);
    case 'reset':
      return arrived(withConversation(state, tell.conversation, afterReset(tell)), tell.conversation);
    case 'presence':
      return presence(state, tell, at);
    case 'inbox':
      return { ...state, inbox: afterInbox(state.inbox, tell) };
    // Which notes they are is asked for elsewhere.
    case 'mentioned':
      return state;
    case 'trouble':
      return { ...state, troubles: withKey(state.troubles, tell.code, tell.text) };
    case 'trouble_over':
      return { ...state, troubles: without(state.troubles, tell.code) };
  }
}

function presence(state: State, tell: Extract<Tell, { type: 'presence' }>, at: number): State {
  if (!state.watches.has(tell.conversation)) return state;
  const signs = afterSign(state.presence.get(tell.conversation) ?? [], tell, at);
  return { ...state, presence: withKey(state.presence, tell.conversation, signs) };
}

function lost(state: State, at: number): State {
  return {
    ...state,
    wire: state.wire.state === 'open' ? { state: 'lost', since: at } : state.wire,
    inboxAsked: false,
    watches: new Map(),
    presence: new Map(),
    // Nobody can say whether these took effect: they are asked again, under the same cid.
    underway: state.underway.filter((one) => one.done === undefined).map(({ command }) => ({ command })),
  };
}

function asked(state: State, ask: Ask, ref: number): State {
  switch (ask.type) {
    case 'inbox':
      return { ...state, inboxAsked: true };
    case 'watch':
      return { ...state, watches: withKey(state.watches, ask.conversation, { ref, live: false }) };
    case 'unwatch':
      return { ...state, watches: without(state.watches, ask.conversation), presence: without(state.presence, ask.conversation) };
    case 'typing':
    case 'seen':
    case 'ping':
      return state;
    default:
      return {
        ...state,
        underway: state.underway.map((one) => (one.command.cid === ask.cid ? { ...one, ref } : one)),
      };
  }
}

function show(state: State, conversation: string | undefined): State {
  const { shown: _, ...rest } = state;
  const next: State = conversation === undefined ? rest : { ...rest, shown: conversation };
  if (conversation === undefined) return next;
  return { ...next, unreadable: without(state.unreadable, conversation), conversations: recent(state, conversation) };
}

/** The known conversations with this one last, the oldest let go. */
function recent(state: State, conversation: string): ReadonlyMap<string, Conversation> {
  const known = state.conversations.get(conversation);
  const rest = [...state.conversations].filter(([id]) => id !== conversation).slice(-KEPT_MAX);
  return new Map(known ? [...rest, [conversation, known]] : rest);
}

function command(state: State, command: Command): State {
  const writes = command.type === 'reply' || command.type === 'note';
  return {
    ...state,
    underway: [...state.underway, { command }],
    refusals: without(state.refusals, command.conversation),
    drafts: writes ? draftSet(state.drafts, command.conversation, { text: '', note: command.type === 'note' }) : state.drafts,
  };
}

/** Commands of before a reload that nobody acknowledged: they go out again, under their own cid. */
function recall(state: State, commands: readonly Command[]): State {
  const known = new Set(state.underway.map(({ command }) => command.cid));
  const forgotten = commands.filter(({ cid }) => !known.has(cid)).map((command) => ({ command }));
  return { ...state, underway: [...forgotten, ...state.underway] };
}

function older(state: State, { conversation, events, more }: Extract<Event, { type: 'older' }>): State {
  const known = state.conversations.get(conversation);
  return known ? withConversation(state, conversation, afterOlder(known, events, more)) : state;
}

function trim(state: State, conversation: string, from: number): State {
  const known = state.conversations.get(conversation);
  return known ? withConversation(state, conversation, afterTrim(known, from)) : state;
}

function watchesLive(state: State, ref: number): State {
  const found = [...state.watches].find(([, watch]) => watch.ref === ref);
  return found ? { ...state, watches: withKey(state.watches, found[0], { ref, live: true }) } : state;
}

/** The command's own events may still be on their way: what was written stays on the screen until they are here. */
function done(state: State, cid: string, seq: number): State {
  const underway = state.underway.map((one) => (one.command.cid === cid ? { command: one.command, done: seq } : one));
  return settled({ ...state, underway });
}

function refused(state: State, ref: number, code: string, text: string, said: readonly EventView[]): State {
  const one = state.underway.find((one) => one.ref === ref);
  if (!one) return state;
  const { command } = one;
  return {
    ...state,
    underway: state.underway.filter((other) => other !== one),
    refusals: withKey(state.refusals, command.conversation, { command, code, text, said }),
    drafts: draftWithBack(state.drafts, command, false),
  };
}

function failed(state: State, ref: number | null, code: string, text: string): State {
  const watch = [...state.watches].find(([, watch]) => watch.ref === ref);
  if (watch) {
    return { ...state, watches: without(state.watches, watch[0]), unreadable: withKey(state.unreadable, watch[0], { code, text }) };
  }
  const one = ref === null ? undefined : state.underway.find((one) => one.ref === ref);
  if (!one) return state;
  const { command } = one;
  return {
    ...state,
    underway: state.underway.filter((other) => other !== one),
    refusals: withKey(state.refusals, command.conversation, { command, code, text, said: [] }),
    drafts: draftWithBack(state.drafts, command, true),
  };
}

function withWords(state: State, { conversation, events }: Extract<Tell, { type: 'events' }>): State {
  const signs = state.presence.get(conversation);
  return signs ? { ...state, presence: withKey(state.presence, conversation, afterWords(signs, events)) } : state;
}

function events(state: State, tell: Extract<Tell, { type: 'events' }>): State {
  const watch = state.watches.get(tell.conversation);
  if (!watch) return state;
  const next = afterEvents(state.conversations.get(tell.conversation), tell);
  if (next !== 'gap') return arrived(withConversation(withWords(state, tell), tell.conversation, next), tell.conversation);
  // What does not fit is dropped and asked for again, once: frames sent before the answer do not fit either.
  return watch.live ? { ...state, watches: without(state.watches, tell.conversation) } : state;
}

/** Frames of a watch came: it is live, and what was written may be among them. */
function arrived(state: State, conversation: string): State {
  const watch = state.watches.get(conversation);
  const live = watch && !watch.live ? withKey(state.watches, conversation, { ...watch, live: true }) : state.watches;
  return settled({ ...state, watches: live });
}

/** Lets go of commands whose effect is on the screen, or whose conversation is not. */
function settled(state: State): State {
  const underway = state.underway.filter(({ command, done }) => {
    if (done === undefined) return true;
    const conversation = state.conversations.get(command.conversation);
    return conversation !== undefined && command.conversation === state.shown && lastSeq(conversation) < done;
  });
  return underway.length === state.underway.length ? state : { ...state, underway };
}

function withConversation(state: State, id: string, conversation: Conversation): State {
  return { ...state, conversations: withKey(state.conversations, id, conversation) };
}

function draftSet(drafts: State['drafts'], conversation: string, draft: Draft): State['drafts'] {
  return draft.text === '' && !draft.note ? without(drafts, conversation) : withKey(drafts, conversation, draft);
}

/** Nothing an agent wrote is lost: the words of a command that had no effect return to the composer. */
function draftWithBack(drafts: State['drafts'], command: Command, unclear: boolean): State['drafts'] {
  if (command.type !== 'reply' && command.type !== 'note') return drafts;
  const since = drafts.get(command.conversation)?.text ?? '';
  const note = command.type === 'note';
  const draft: Draft = since
    ? { text: `${command.text}\n${since}`, note }
    : { text: command.text, note, ...(unclear ? { failed: command } : {}) };
  return withKey(drafts, command.conversation, draft);
}

function withKey<Value>(map: ReadonlyMap<string, Value>, key: string, value: Value): ReadonlyMap<string, Value> {
  return new Map(map).set(key, value);
}

function without<Value>(map: ReadonlyMap<string, Value>, key: string): ReadonlyMap<string, Value> {
  if (!map.has(key)) return map;
  const rest = new Map(map);
  rest.delete(key);
  return rest;
}
