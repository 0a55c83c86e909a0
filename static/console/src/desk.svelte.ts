/** The shell around the state: joins socket, clock and memory to it, and gives the views something to act on. */
import { uuid } from '../../shared/uuid';
import type { Extension, Tell } from '../../shared/wire';
import { language, t } from './language/now.svelte';
import { HttpProblem, olderEvents, session } from './net/http';
import { JUST_TAKEN_MS, QUIET_DROP_MS, SEEN_AGAIN_MS, TYPING_AGAIN_MS } from './net/protocol';
import { Socket } from './net/socket';
import { serverNow } from './state/clock';
import { lastSeq } from './state/conversation';
import type { Reason } from './state/inbox';
import { after as next, start, wants, type Command, type Draft, type Event, type State } from './state/state';
import { Attaching } from './attaching.svelte';
import { Canned } from './canned.svelte';
import { Bulk } from './bulk';
import { Finder } from './finder.svelte';
import { recalledCommands, recalledDrafts, recalledKept, remember, rememberKept } from './memory';
import { Mentions } from './mentions.svelte';
import { Keeper } from './net/keeper';
import { notifyMention } from './alerts';
import { conversationPath, place } from './place.svelte';
import { Reader } from './reader.svelte';
import { Staff } from './staff.svelte';
import { Selection } from './selection.svelte';
import { after, begun, has, isOver, told, type Batch, type Part } from './state/batch';
import type { Priority } from './state/priority';
import { Undo } from './undo.svelte';

/** A command without its id. */
export type Unsent = Command extends infer One ? (One extends Command ? Omit<One, 'cid'> : never) : never;

/** Of what failed in a batch, so many are told by name. */
const FAILED_TOLD = 5;

interface Door {
  signedOut(): void;
  /** This browser is somebody else's now. */
  another(): void;
}

/** What somebody was writing at their desk. */
export interface Left {
  agent: string;
  drafts: ReadonlyMap<string, Draft>;
}

export class Desk {
  /** Whose desk it is. */
  readonly agent: string;
  /** What the views read: the newest state, at most once per painted frame. */
  state = $state.raw(start(performance.now()));
  /** The server's time, moving on every second. */
  now = $state(serverNow(this.state.clock));
  /** The wire has been down for longer than a blink. */
  cutOff = $state(false);
  readonly canned = new Canned();
  readonly attaching = new Attaching();
  readonly finder = new Finder();
  readonly staff = new Staff();
  readonly mentions = new Mentions((row) => notifyMention(row, () => place.go(conversationPath(row.conversation, row.seq))));
  readonly undo = new Undo((command) => this.command(command));
  readonly selection = new Selection();
  readonly bulk = new Bulk((parts, words) => this.#begin(parts, words));
  /** Parts of conversations that are read apart from their newest. */
  readonly reader = new Reader({
    known: (id) => this.#core.conversations.get(id),
    older: (conversation, events, more) => this.#dispatch({ type: 'older', conversation, events, more }),
    trim: (conversation, from) => this.trim(conversation, from),
  });

  #core: State;
  #socket: Socket;
  #keeper: Keeper;
  #publishing = false;
  #typedAt = -Infinity;
  /** Up to where the screens of this desk have shown each conversation. */
  #seen = new Map<string, number>();
  /** What they have shown since, and will be told of. */
  #toSee = new Map<string, number>();
  #seeing: ReturnType<typeof setTimeout> | undefined;
  #seenAt = -Infinity;
  /** Marked as unread here, and not left since. */
  #unread: string | undefined;
  #batches: { batch: Batch; words: (count: number) => string }[] = [];
  #timers: ReturnType<typeof setInterval>[];

  constructor(agent: string, { signedOut, another }: Door, left: ReadonlyMap<string, Draft> = new Map()) {
    this.agent = agent;
    this.#core = this.state = { ...this.state, drafts: new Map([...recalledDrafts(agent), ...left]) };
    this.#keeper = new Keeper(recalledKept(agent), {
      drafts: () => this.#core.drafts,
      replace: (drafts) => this.#dispatch({ type: 'drafts', drafts }),
      kept: (kept) => rememberKept(agent, kept),
    });
    this.#socket = new Socket({
      heard: (tell, askedAt) => {
        if (tell.type === 'hello' && tell.me.id !== agent) {
          // Before anything is sent in another's name.
          this.stop();
          return another();
        }
        if (tell.type === 'mentioned') void this.mentions.load();
        const cid = 'ref' in tell ? this.#core.underway.find((one) => one.ref === tell.ref)?.command.cid : undefined;
        this.#dispatch({ type: 'heard', tell, at: performance.now(), askedAt });
        if (cid !== undefined) this.#ended(cid, tell);
      },
      opened: () => {
        this.#seen.clear();
        this.#recallCommands();
        this.#keeper.opened();
        void this.finder.load();
        void this.mentions.load();
        // Without an answer, what was known stays.
        this.staff.load().catch(() => undefined);
      },
      lost: (refused) => {
        this.#dispatch({ type: 'lost', at: performance.now() });
        if (refused) session().catch((problem) => problem instanceof HttpProblem && problem.status === 401 && signedOut());
      },
      signedOut,
    });
    this.#timers = [
      setInterval(() => this.#tick(), 1000),
      setInterval(() => this.#core.unreadable.size > 0 && this.#dispatch({ type: 'try_unreadable' }), 5000),
    ];
  }

  stop(): void {
    this.#socket.stop();
    this.#keeper.stop();
    this.finder.stop();
    this.mentions.stop();
    this.#timers.forEach(clearInterval);
    clearTimeout(this.#seeing);
  }

  get left(): Left {
    return { agent: this.agent, drafts: this.#core.drafts };
  }

  show(conversation: string | undefined): void {
    if (this.#unread !== conversation) this.#unread = undefined;
    if (this.#core.shown !== conversation) this.#dispatch({ type: 'show', conversation });
  }

  /** Lists only conversations for which a human was wanted so; undefined: all. */
  only(reason: Reason | undefined): void {
    this.#dispatch({ type: 'only', reason });
  }

  write(conversation: string, text: string, note: boolean): void {
    this.#dispatch({ type: 'draft', conversation, draft: { text, note } });
    if (text.trim() && !note) this.#typing(conversation);
  }

  /** Others see that something is being written to the contact; not every key is worth a word. */
  #typing(conversation: string): void {
    const now = performance.now();
    if (now - this.#typedAt < TYPING_AGAIN_MS || !this.#core.watches.has(conversation)) return;
    this.#typedAt = now;
    this.#socket.ask({ type: 'typing', conversation });
  }

  /** Sends what is written, and what is attached: the first file with the words, each further one by itself. */
  send(conversation: string, text: string, note: boolean): void {
    const [first, ...rest] = note ? [] : this.attaching.take(conversation).map(({ key }) => key);
    this.#send(conversation, text, note, first ?? null);
    for (const file of rest) this.#send(conversation, '', false, file);
  }

  /** Words that went out before without a clear answer go out under the same id. */
  #send(conversation: string, text: string, note: boolean, attachment: string | null, anyway = false): void {
    this.#typedAt = -Infinity;
    const { failed } = this.#core.drafts.get(conversation) ?? {};
    const same = failed?.type === 'note' ? note : failed?.type === 'reply' && !note && failed.attachment === attachment;
    const again = failed && !anyway && same && 'text' in failed && failed.text === text;
    const known = this.#core.conversations.get(conversation);
    if (again) this.#dispatch({ type: 'command', command: failed });
    else if (note) this.command({ type: 'note', conversation, text });
    else this.command({ type: 'reply', conversation, text, attachment, seen: known ? lastSeq(known) : 0, anyway });
  }

  /** Sends what was refused because somebody has spoken since, with the words as they are now. */
  sendAnyway(conversation: string, text: string): void {
    const refused = this.#core.refusals.get(conversation)?.command;
    this.#send(conversation, text, false, refused?.type === 'reply' ? refused.attachment : null, true);
  }

  /** By a template that was approved beforehand, with a value for each of its places. */
  sendTemplate(conversation: string, template: string, language: string, values: string[]): void {
    const known = this.#core.conversations.get(conversation);
    this.command({ type: 'template', conversation, template, language, values, seen: known ? lastSeq(known) : 0, anyway: false });
  }

  /** Who waits is claimed: of two who reach for them at once, one gets them. Whoever was a moment too late meant no more. */
  takeOver = (conversation: string): void => {
    const floor = this.#core.conversations.get(conversation)?.floor;
    const justTaken = floor?.mode === 'human' && serverNow(this.#core.clock) - floor.since < JUST_TAKEN_MS;
    this.command(floor?.mode === 'waiting' || justTaken ? { type: 'claim', conversation } : { type: 'take_over', conversation });
  };
  /** `answer`: whether the bot answers what nobody has; without it, as its setting says. */
  giveBack = (conversation: string, answer: boolean | null = null): void => this.command({ type: 'give_back', conversation, answer });
  handOver = (conversation: string, to: string, note: string): void => this.command({ type: 'hand_over', conversation, to, note });
  handOverToTeam = (conversation: string, team: string, note: string): void => this.command({ type: 'hand_over_to_team', conversation, team, note });
  assign = (conversation: string, agent: string | null, team: string | null): void => this.command({ type: 'assign', conversation, agent, team });
  extend = (conversation: string, by: Extension): void => this.command({ type: 'extend', conversation, by });
  label = (conversation: string, label: string, on: boolean): void => this.command({ type: 'label', conversation, label, on });
  setAttribute = (conversation: string, name: string, value: string): void => this.command({ type: 'set_attribute', conversation, name, value });
  leave = (conversation: string, of: number): void => this.command({ type: 'leave', conversation, of });
  resend = (conversation: string, of: number): void => this.command({ type: 'resend', conversation, of });

  /** The screen, which somebody looks at, has shown it up to there. */
  seen(conversation: string, seq: number): void {
    const row = this.#core.inbox.rows.get(conversation);
    if (row?.unread === 0 || this.#unread === conversation || (this.#seen.get(conversation) ?? 0) >= seq) return;
    this.#toSee.set(conversation, seq);
    this.#seeing ??= setTimeout(() => this.#tellSeen(), Math.max(0, this.#seenAt + SEEN_AGAIN_MS - performance.now()));
  }

  #tellSeen(): void {
    this.#seeing = undefined;
    this.#seenAt = performance.now();
    for (const [conversation, seq] of this.#toSee) {
      if (this.#socket.ask({ type: 'seen', conversation, seq }) !== undefined) this.#seen.set(conversation, seq);
    }
    this.#toSee.clear();
  }

  /** Unread again from this line on, or the last; on this screen until it is left. */
  markUnread(conversation: string, from: number | null): void {
    this.#unread = conversation;
    this.#seen.delete(conversation);
    this.#toSee.delete(conversation);
    this.command({ type: 'mark_unread', conversation, from, count: null });
  }

  prioritise = (conversation: string, priority: Priority): void => this.command({ type: 'prioritise', conversation, priority });

  block(conversation: string, name: string, on: boolean): void {
    this.command({ type: 'block', conversation, on });
    this.undo.did({ words: t(on ? 'blockedName' : 'unblockedName', { name }), back: [{ type: 'block', conversation, on: !on }] });
  }

  #begin(parts: Part[], words: (count: number) => string): void {
    this.selection.end();
    if (parts.length === 0) return this.undo.did({ words: t('refused_nothing_new'), back: [] });
    this.#batches.push({ batch: begun(parts), words });
    for (const { command } of parts) this.#dispatch({ type: 'command', command });
  }

  /** When all of them have ended, it is told once, and taken back once. */
  #ended(cid: string, tell: Tell): void {
    const one = this.#batches.find(({ batch }) => has(batch, cid));
    if (!one || (tell.type !== 'done' && tell.type !== 'refused' && tell.type !== 'error')) return;
    const good = tell.type === 'done';
    one.batch = after(one.batch, cid, good ? true : (language.now.coded(`refused_${tell.code}`) ?? tell.text));
    const conversation = one.batch.parts.find(({ command }) => command.cid === cid)?.command.conversation;
    if (!good && conversation !== undefined) this.#dispatch({ type: 'read_refusal', conversation });
    if (!isOver(one.batch)) return;
    this.#batches = this.#batches.filter((other) => other !== one);
    const { done, back, failed } = told(one.batch);
    const not = failed.slice(0, FAILED_TOLD).map(({ name, why }) => `${name}: ${why}`);
    if (failed.length > FAILED_TOLD) not.push(t('andMore', { count: failed.length - FAILED_TOLD }));
    const words = [...(done > 0 ? [one.words(done)] : []), ...(not.length > 0 ? [t('notDone', { what: not.join(' ') })] : [])];
    this.undo.did({ words: words.join(' '), back, trouble: failed.length > 0 });
  }

  reopen = (conversation: string): void => this.command({ type: 'reopen', conversation, undo: false });

  close(conversation: string, name: string): void {
    this.command({ type: 'close', conversation });
    this.undo.did({ words: t('closedName', { name }), back: [{ type: 'reopen', conversation, undo: true }] });
  }

  /** Out of the lists until then. Taken back, it is where it was: in the lists, or snoozed until another time. */
  snooze(conversation: string, name: string, until: number, before: number | null): void {
    this.command({ type: 'snooze', conversation, until });
    const back: Unsent = before === null ? { type: 'reopen', conversation, undo: false } : { type: 'snooze', conversation, until: before };
    this.undo.did({ words: t('snoozedName', { name, moment: language.now.moment(until, this.now) }), back: [back] });
  }

  command(command: Unsent | Command): void {
    this.#dispatch({ type: 'command', command: { cid: uuid(), ...command } as Command });
  }

  readRefusal(conversation: string): void {
    const refused = this.#core.refusals.get(conversation);
    const { command, code } = refused ?? {};
    const file = command?.type === 'reply' && code !== 'no_upload' ? command.attachment : null;
    if (file) this.attaching.back(conversation, file);
    this.#dispatch({ type: 'read_refusal', conversation });
  }

  /** Fetches the page before what is known. What is returned shows it, so that the reader's place can be kept. */
  async fetchOlder(conversation: string): Promise<(() => void) | undefined> {
    const known = this.#core.conversations.get(conversation);
    const first = known?.events[0]?.seq;
    if (!known?.more || first === undefined) return undefined;
    const page = await olderEvents(conversation, first);
    return () => this.#dispatch({ type: 'older', conversation, ...page });
  }

  /** What was before may go: it is far above what is read. */
  trim(conversation: string, from: number): void {
    this.#dispatch({ type: 'trim', conversation, from });
  }

  #recallCommands(): void {
    const commands = recalledCommands(this.agent);
    if (commands.length > 0) this.#dispatch({ type: 'recall', commands });
  }

  #dispatch(event: Event): void {
    const before = this.#core;
    this.#core = next(before, event);
    for (const ask of wants(this.#core)) {
      const ref = this.#socket.ask(ask);
      if (ref !== undefined) this.#core = next(this.#core, { type: 'asked', ask, ref });
    }
    if (this.#core.drafts !== before.drafts || this.#core.underway !== before.underway) remember(this.agent, this.#core);
    if (this.#core.drafts !== before.drafts) this.#keeper.changed();
    if (this.#core.refusals !== before.refusals) this.#filesBack(before.refusals);
    if (event.type === 'heard') this.#publishSoon();
    else this.#publish();
  }

  /** A refusal that makes place for the next one: its file is not lost. */
  #filesBack(before: State['refusals']): void {
    for (const [conversation, { command, code }] of before) {
      const now = this.#core.refusals.get(conversation);
      const file = command.type === 'reply' && code !== 'no_upload' ? command.attachment : null;
      if (file && now && now.command !== command) this.attaching.back(conversation, file);
    }
  }

  /** What the reader does shows at once: the next key may already depend on it. */
  #publish(): void {
    const { clock, wire } = this.state;
    this.state = this.#core;
    // A second is the smallest thing that is shown of the time: not with every frame.
    if (this.#core.clock !== clock || this.#core.wire !== wire) this.#tick();
  }

  /** Hundreds of frames a second are painted once per picture; a hidden page still keeps its title right. */
  #publishSoon(): void {
    if (this.#publishing) return;
    this.#publishing = true;
    const publish = () => {
      cancelAnimationFrame(paint);
      clearTimeout(timer);
      this.#publishing = false;
      this.#publish();
    };
    const paint = requestAnimationFrame(publish);
    const timer = setTimeout(publish, 250);
  }

  #tick(): void {
    this.now = serverNow(this.state.clock);
    const { state, since } = this.state.wire;
    this.cutOff = state !== 'open' && performance.now() - since > QUIET_DROP_MS;
  }
}
