/** The chat itself, without a picture: what was said, what has yet to arrive, who has the floor. */
import { uuid } from '../../shared/uuid';
import type { AttributeValue, Look, Uploaded, VisitorEvent, VisitorFloor, VisitorHears } from '../../shared/wire';
import type { Attaching } from './attach';
import type { Field } from './field';
import type { History, Memory, Unsent } from './memory';
import { fetchPart } from './part';
import { Wire } from './wire';

/** A message that will not be sent, and why. */
export interface Failed extends Unsent {
  error: string;
}

export interface Chat {
  /** What the account is called; empty until it is known. */
  name: string;
  events: VisitorEvent[];
  floor: VisitorFloor;
  unsent: Unsent[];
  failed: Failed[];
  connected: boolean;
  /** Who is writing just now: a person's name, or empty for the bot. */
  writing: string | undefined;
}

/** What comes once the panel was opened. */
export interface OpenPart {
  Attaching: typeof Attaching;
  Field: typeof Field;
}

/** What the page hears beside messages. */
export type News = { name: 'ready' | 'identified' } | { name: 'error'; code: string; text: string };

const BOT_FLOOR: VisitorFloor = { mode: 'bot', person: null };
/** Before a message is tried again that the server could not take just now. */
const AGAIN_MS = 3_000;
/** Page views kept while there is no connection. */
const PAGES_MAX = 10;
/** The server hears that something is being written so often at most. */
const TYPING_AGAIN_MS = 3_000;

export class Conversation {
  name = '';
  /** There once the panel was opened. */
  attaching: Attaching | undefined;
  Field: typeof Field | undefined;
  #partComes = false;
  /** What the account chose; known from the last visit, until the server says it anew. */
  look: Look | undefined;
  #history: History | undefined;
  #unsent: Unsent[];
  #failed: Failed[] = [];
  #pages: { url: string; title: string }[] = [];
  /** What the server took, and the event that will show it. */
  #taken = new Map<string, number>();
  #openWanted = false;
  /** Who the website's server says the visitor is, in its signed words; never kept. */
  #identity: string | undefined;
  #attributes: Record<string, AttributeValue> = {};
  #toldSeen = 0;
  #typedAt = 0;
  #writing: { by: string; over: ReturnType<typeof setTimeout> } | undefined;
  #wire: Wire;

  constructor(
    /** Where the server is; `account` is among its parameters. */
    readonly server: URL,
    readonly memory: Memory,
    language: string,
    readonly changed: (fresh: VisitorEvent[]) => void,
    readonly told: (news: News) => void,
    over: (reason: string) => void,
  ) {
    this.look = memory.look;
    this.#history = memory.history;
    this.#unsent = memory.unsent();
    this.#wire = new Wire(server, {
      hello: () => ({
        token: memory.token,
        after: memory.token ? (this.#history?.position ?? null) : null,
        identity: this.#identity ?? null,
        language,
      }),
      heard: (frame) => this.#heard(frame),
      down: () => {
        this.#stopsWriting();
        this.changed([]);
      },
      over,
    });
  }

  get now(): Chat {
    return {
      name: this.name,
      events: this.#history?.events ?? [],
      floor: this.#history?.floor ?? BOT_FLOOR,
      unsent: this.#unsent,
      failed: this.#failed,
      connected: this.#wire.ready,
      writing: this.#writing?.by,
    };
  }

  /** What bot and people said that the visitor has not seen. */
  get unread(): number {
    const seen = this.memory.seen;
    return this.now.events.filter(({ seq, kind }) => seq > seen && (kind === 'bot_said' || kind === 'person_said')).length;
  }

  say(text: string, files: Uploaded[] = []): void {
    this.#typedAt = 0;
    this.#post({ id: uuid(), text, ...(files.length > 0 ? { files } : {}) });
  }

  tap(option: string, label: string): void {
    this.#post({ id: uuid(), text: label, option });
  }

  /** The visitor is writing. */
  typing(): void {
    const now = Date.now();
    if (Math.abs(now - this.#typedAt) >= TYPING_AGAIN_MS && this.#wire.say({ type: 'typing' })) this.#typedAt = now;
  }

  /** Whoever opens the panel may attach something, or be asked something. */
  prepare(): void {
    if (this.attaching || this.#partComes) return;
    this.#partComes = true;
    const come = (made: OpenPart): void => {
      this.Field = made.Field;
      const token = () => (this.#wire.ready ? this.memory.token : null);
      this.attaching = new made.Attaching(new URL('/webchat/uploads' + this.server.search, this.server), token, () => this.changed([]));
      this.#prepare();
      this.changed([]);
    };
    // Without it, all is written into the composer; it is tried again with the next opening.
    fetchPart<OpenPart>('opened', this.server).then(come, () => (this.#partComes = false));
  }

  #prepare(): void {
    if (!this.attaching || !this.look) return;
    this.attaching.bytesMax = this.look.file_bytes_max;
    this.attaching.pump();
  }

  identify(signed: string): void {
    this.#identity = signed;
    if (this.#wire.ready) this.#wire.restart();
  }

  setAttributes(values: Record<string, AttributeValue>): void {
    Object.assign(this.#attributes, values);
    if (this.#wire.ready) this.#tellAttributes(values);
  }

  /** Nothing of the visitor stays in this browser. */
  forget(): void {
    this.#identity = undefined;
    this.#attributes = {};
    this.memory.forget();
    this.#history = undefined;
    [this.#unsent, this.#failed, this.#pages] = [[], [], []];
    this.#wire.restart();
  }

  #tellAttributes(values: Record<string, AttributeValue>): void {
    if (Object.keys(values).length > 0) this.#wire.say({ type: 'set_attributes', values });
  }

  opened(): void {
    this.#openWanted = !this.#wire.say({ type: 'open' });
  }

  page(url: string, title: string): void {
    if (!this.#wire.say({ type: 'page', url, title })) this.#pages = [...this.#pages, { url, title }].slice(-PAGES_MAX);
  }

  /** Everything known is before the visitor's eyes. */
  seen(): void {
    const seq = this.#history?.position.seq ?? 0;
    if (seq > this.memory.seen) this.memory.seen = seq;
    if (seq > this.#toldSeen && this.#wire.say({ type: 'seen', seq })) this.#toldSeen = seq;
  }

  #heard(frame: VisitorHears): void {
    if (frame.type === 'welcome') this.#welcomed(frame.token, frame.name, frame.look);
    else if (frame.type === 'events') this.#continued(frame);
    else if (frame.type === 'reset') this.#replaced(frame);
    else if (frame.type === 'typing') this.#isWriting(frame.person ?? '', frame.lasts);
    else if (frame.type === 'ack') this.#took(frame.id, frame.seq);
    else if (frame.type === 'error') {
      if (frame.id !== null) return this.#refused(frame.id, frame.text, frame.again);
      if (frame.code === 'bad_identity') this.#identity = undefined;
      this.told({ name: 'error', code: frame.code, text: frame.text });
    }
  }

  #isWriting(by: string, lasts: number): void {
    this.#stopsWriting();
    const over = setTimeout(() => {
      this.#stopsWriting();
      this.changed([]);
    }, lasts);
    this.#writing = { by, over };
    this.changed([]);
  }

  #stopsWriting(): void {
    clearTimeout(this.#writing?.over);
    this.#writing = undefined;
  }

  #welcomed(token: string, name: string, look: Look): void {
    const before = this.memory.token;
    if (before !== null && before !== token) {
      // Another visitor: what was shown was said to somebody else.
      this.#history = undefined;
      this.memory.forgetHistory();
    }
    this.memory.token = token;
    this.name = name || this.name;
    this.look = this.memory.look = look;
    this.#prepare();
    this.#toldSeen = 0;
    for (const page of this.#pages.splice(0)) this.page(page.url, page.title);
    if (this.#openWanted) this.opened();
    this.#tellAttributes(this.#attributes);
    for (const unsent of this.#unsent) this.#send(unsent);
    this.changed([]);
    this.told({ name: 'ready' });
    if (this.#identity !== undefined) this.told({ name: 'identified' });
  }

  #continued({ position, events, floor }: History): void {
    const known = this.#history;
    // Two requests at a time may answer in any order.
    if (known && known.position.generation === position.generation && position.seq < known.position.seq) return;
    if (known && known.position.generation !== position.generation) {
      // The server's store is another one now: begin again from what it has.
      this.#history = undefined;
      this.#wire.restart();
      return;
    }
    const fresh = events.filter((event) => event.seq > (known?.position.seq ?? 0));
    this.#show({ position, events: [...(known?.events ?? []), ...fresh], floor }, fresh);
  }

  #replaced(history: History): void {
    const end = this.#history?.position;
    const same = end?.generation === history.position.generation;
    if (!same) this.memory.seen = 0;
    this.#show(history, same ? history.events.filter((event) => event.seq > end.seq) : []);
  }

  #show({ position, events, floor }: History, fresh: VisitorEvent[]): void {
    this.#history = { position, events, floor };
    this.memory.history = this.#history;
    if (fresh.some(({ kind }) => kind !== 'i_said')) this.#stopsWriting();
    for (const event of events) {
      if (event.kind === 'i_said' && event.id !== null) this.#arrived(event.id);
    }
    for (const [id, seq] of this.#taken) {
      if (seq <= position.seq) this.#arrived(id);
    }
    this.changed(fresh);
  }

  #took(id: string, seq: number): void {
    this.memory.arrived(id);
    if (seq <= (this.#history?.position.seq ?? 0)) this.#arrived(id);
    else this.#taken.set(id, seq);
    this.changed([]);
  }

  #arrived(id: string): void {
    this.#taken.delete(id);
    this.memory.arrived(id);
    this.#unsent = this.#unsent.filter((unsent) => unsent.id !== id);
  }

  #refused(id: string, error: string, again: boolean): void {
    const unsent = this.#unsent.find((unsent) => unsent.id === id);
    if (!unsent) return;
    if (again) {
      setTimeout(() => this.#unsent.includes(unsent) && this.#send(unsent), AGAIN_MS);
      return;
    }
    this.#arrived(id);
    this.#failed = [...this.#failed, { ...unsent, error }];
    this.changed([]);
  }

  /** Behind what waits, whatever the clock says: it may have been set back since. */
  #post(said: Omit<Unsent, 'at'>): void {
    const unsent = { ...said, at: Math.max(Date.now(), (this.#unsent.at(-1)?.at ?? 0) + 1) };
    this.memory.keep(unsent);
    this.#unsent = [...this.#unsent, unsent];
    this.#send(unsent);
    this.changed([]);
  }

  #send({ id, text, option, files = [] }: Unsent): void {
    const attachments = files.map(({ key }) => key);
    this.#wire.say(option === undefined ? { type: 'say', id, text, attachments } : { type: 'tap', id, option, label: text });
  }
}
