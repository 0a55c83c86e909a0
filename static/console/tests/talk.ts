/**
 * A console and a server that talk over a bad line, for tests: frames of conversations come twice, in another order or not
 * at all, connections break, agents look elsewhere, and the server is restored from a backup. All of it by a seed.
 */
import type { Ask, EventView, Row, Tell } from '../../shared/wire';
import { after, start, wants, type Event, type State } from '../src/state/state';
import { ANA, about, floor, row, said } from './props';

export type Step = typeof after;

/** Numbers that look random and are the same for the same seed (Marsaglia's xorshift, 32 bits). */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed * 2654435761 + 1) | 0 || 1;
  }

  below(limit: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % limit;
  }

  of<One>(all: readonly One[]): One {
    return all[this.below(all.length)] as One;
  }
}

type Asked = Ask & { ref: number };

export const TALKS = ['c', 'd'] as const;

/** So many events at once; whoever lacks more gets the newest afresh. */
const PAGE = 8;

/** The logs, as each generation has them, and what one connection is told. */
class Server {
  constructor(readonly dice: Dice) {}

  generation = 0;
  readonly logs = new Map<string, EventView[]>();
  #watched = new Set<string>();
  #lists = false;
  tells: Tell[] = [];

  log(conversation: string, generation = `g${this.generation}`): EventView[] {
    const key = `${generation} ${conversation}`;
    const log = this.logs.get(key) ?? [];
    this.logs.set(key, log);
    return log;
  }

  say(conversation: string): void {
    const log = this.log(conversation);
    const event = this.#something(log.length + 1, `g${this.generation} ${conversation} ${log.length + 1}`);
    log.push(event);
    if (this.#watched.has(conversation)) this.tells.push(this.#events(conversation, [event]));
    if (this.#lists) this.tells.push(this.#inbox(false, [this.row(conversation)]));
  }

  /** Mostly words; now and then what tells something about the contact. */
  #something(seq: number, text: string): EventView {
    const by = { trigger: null, widget: null, version: null, by: null };
    switch (this.dice.below(8)) {
      case 0:
        return { seq, at: seq, kind: 'attribute_set', name: this.dice.of(['city', 'plan', 'size']), value: this.dice.below(3) ? text : '', ...by };
      case 1:
        return { seq, at: seq, kind: 'note', agent: { id: 'ana', name: 'Ana' }, text };
      case 2:
        return { seq, at: seq, kind: 'page_viewed', url: `https://shop.example/${seq}`, title: text };
      default:
        return said(seq, text);
    }
  }

  /** Of what was said last, some is gone, and something else is said instead. */
  restore(kept: (length: number) => number): void {
    const before = TALKS.map((conversation) => this.log(conversation));
    this.generation += 1;
    before.forEach((log, place) => this.log(TALKS[place] as string).push(...log.slice(0, kept(log.length))));
    this.meet();
  }

  /** A new connection knows nothing. */
  meet(): void {
    this.#watched.clear();
    this.#lists = false;
    this.tells = [{ type: 'hello', version: '1', now: 0, me: ANA }];
  }

  hear(ask: Asked): void {
    switch (ask.type) {
      case 'inbox':
        this.#lists = true;
        this.tells.push(this.#inbox(true, TALKS.map((conversation) => this.row(conversation))));
        break;
      case 'watch': {
        this.#watched.add(ask.conversation);
        this.tells.push({ type: 'ok', ref: ask.ref });
        const log = this.log(ask.conversation);
        const known = ask.after?.generation === `g${this.generation}` ? ask.after.seq : undefined;
        const missed = known === undefined ? undefined : log.slice(known);
        if (missed && missed.length <= PAGE) this.tells.push(this.#events(ask.conversation, missed));
        else {
          const newest = this.#events(ask.conversation, log.slice(-PAGE));
          // It is read last, and may know more than the events beside it.
          this.tells.push({ ...newest, type: 'reset', more: log.length > PAGE, get about() { return about(log); } });
        }
        break;
      }
      case 'unwatch':
        this.#watched.delete(ask.conversation);
        break;
      default:
        throw new Error(`nobody asks for ${ask.type} here`);
    }
  }

  row(conversation: string): Row {
    const last = this.log(conversation).at(-1);
    return row(conversation, { seq: last?.seq ?? 0, last_text: last?.kind === 'contact_said' ? last.text : '' });
  }

  #events(conversation: string, events: EventView[]): Extract<Tell, { type: 'events' }> {
    return { type: 'events', conversation, generation: `g${this.generation}`, events, floor: floor({ seq: this.log(conversation).length }) };
  }

  #inbox(fresh: boolean, rows: Row[]): Tell {
    return { type: 'inbox', fresh, rows, gone: [], counts: { ...start(0).inbox.counts, bot: TALKS.length } };
  }
}

/** One console at the end of the line. */
export class Talk {
  state: State = start(0);
  readonly server: Server;
  #asks: Asked[] = [];
  #ref = 0;
  #up = false;

  constructor(
    readonly dice: Dice,
    readonly step: Step = after,
  ) {
    this.server = new Server(dice);
  }

  #do(event: Event): void {
    this.state = this.step(this.state, event);
    for (const ask of wants(this.state)) {
      this.#ref += 1;
      this.#asks.push({ ...ask, ref: this.#ref });
      this.state = this.step(this.state, { type: 'asked', ask, ref: this.#ref });
    }
  }

  show(conversation: string | undefined): void {
    this.#do({ type: 'show', conversation });
  }

  connect(): void {
    if (this.#up) return;
    this.#up = true;
    this.server.meet();
  }

  /** Whatever was on its way is gone. */
  cut(): void {
    this.#up = false;
    this.server.tells = [];
    this.#asks = [];
    this.#do({ type: 'lost', at: 0 });
  }

  /** One frame arrives at either end; false: there is none. */
  deliver(): boolean {
    if (!this.#up) return false;
    const [ask, tell] = this.dice.below(2) ? [this.#asks.shift(), undefined] : [undefined, this.server.tells.shift()];
    if (ask) this.server.hear(ask);
    if (tell) this.#do({ type: 'heard', tell, at: 0 });
    return this.#asks.length + this.server.tells.length > 0 || ask !== undefined || tell !== undefined;
  }

  /** Something goes wrong on the way, or elsewhere. */
  disturb(): void {
    const { tells } = this.server;
    const places = tells.flatMap((tell, place) => (tell.type === 'events' ? [place] : []));
    const place = places.length ? this.dice.of(places) : undefined;
    switch (this.dice.below(8)) {
      case 0:
        if (place !== undefined) tells.splice(place, 1);
        break;
      case 1:
        if (place !== undefined) tells.splice(place, 0, tells[place] as Tell);
        break;
      case 2:
        if (place !== undefined) tells.push(...tells.splice(place, 1));
        break;
      case 3:
        this.cut();
        break;
      case 4:
        if (this.dice.below(4) === 0) {
          this.cut();
          this.server.restore((length) => this.dice.below(length + 1));
        }
        break;
      default:
        this.show(this.dice.below(5) ? this.dice.of(TALKS) : undefined);
    }
  }

  /** The line is good again, and everybody says something: what was missed last shows by what comes next. */
  settle(shown: string): void {
    this.connect();
    this.show(shown);
    for (const last of [false, true]) {
      while (this.deliver());
      if (!last) TALKS.forEach((conversation) => this.server.say(conversation));
    }
  }
}
