/** Frames as the server would write them, for the tests. */
import type { AboutView, EventView, Floor, Me, Row, Tell } from '../../shared/wire';
import words from '../src/language/en';
import { Language } from '../src/language/language';
import { after, start, wants, type Event, type State } from '../src/state/state';

export const english = new Language('en', words);

export const ANA: Me = { id: 'ana', name: 'Ana', email: 'ana@harbor.example', role: 'admin' };

export function floor(over: Partial<Floor> = {}): Floor {
  return {
    mode: 'bot', turn: 1, since: 0, until: null, by: null, assignee: null, team: null, assigned: false, reason: null, words: null, next: { does: 'awaits_message', of: '' }, open_until: null, people_until: null, unanswered: false, answerable: false, hot: false, alerts: 0, labels: [], status: 'open', back_at: null, priority: 'none', blocked: false, opted_out: false,
    name: 'Maria', channel: 'webchat', account: 'web-demo', bot: 'Harbor', seq: 0, ...over,
  };
}

export function row(conversation: string, over: Partial<Row> = {}): Row {
  return { conversation, name: 'Maria', last_text: 'Hi', last_by: 'contact', last_at: 0, unanswered: 0, unread: 0, trouble: false, floor: floor(), seq: 1, ...over };
}

export function said(seq: number, text = `line ${seq}`, at = seq * 1000): EventView {
  return { seq, at, kind: 'contact_said', text, tapped: false, attachments: [], provider_at: null };
}

export function answered(seq: number, text = `answer ${seq}`, at = seq * 1000): EventView {
  return { seq, at, kind: 'agent_said', agent: { id: 'ana', name: 'Ana' }, text, attachments: [], template: null };
}

export function events(list: EventView[], generation = 'g'): Tell {
  return { type: 'events', conversation: 'c', generation, events: list, floor: floor({ seq: list.at(-1)?.seq ?? 0 }) };
}

export function reset(list: EventView[], generation = 'g', more = false): Extract<Tell, { type: 'reset' }> {
  return { type: 'reset', conversation: 'c', generation, events: list, floor: floor({ seq: list.at(-1)?.seq ?? 0 }), more, about: about(list) };
}

/** What a whole log tells about its contact, as the server reads it off its own state. */
export function about(log: readonly EventView[]): AboutView {
  const values: Record<string, string> = {};
  for (const event of log) {
    if (event.kind !== 'attribute_set') continue;
    if (event.value) values[event.name] = event.value;
    else delete values[event.name];
  }
  const newest = (kind: EventView['kind'], max: number) => log.filter((event) => event.kind === kind).reverse().slice(0, max);
  const attributes = Object.entries(values).map(([name, value]) => ({ name, value }));
  return { seq: log.at(-1)?.seq ?? 0, attributes, notes: newest('note', 50), pages: newest('page_viewed', 30) };
}

/** A console in a test: a state, and a wire on which every ask gets the next `ref`. */
export class Console {
  state: State = start(0);
  asked: unknown[] = [];
  #ref = 0;

  do(event: Event): this {
    this.state = after(this.state, event);
    for (const ask of wants(this.state)) {
      this.asked.push(ask);
      this.state = after(this.state, { type: 'asked', ask, ref: ++this.#ref });
    }
    return this;
  }

  hear(...tells: Tell[]): this {
    tells.forEach((tell) => this.do({ type: 'heard', tell, at: 0 }));
    return this;
  }

  connect(): this {
    return this.hear({ type: 'hello', version: '1', now: 0, me: ANA });
  }

  lose(): this {
    return this.do({ type: 'lost', at: 5 });
  }

  show(conversation: string | undefined): this {
    return this.do({ type: 'show', conversation });
  }

  /** Asks since the last look. */
  get news(): unknown[] {
    return this.asked.splice(0);
  }

  /** The `ref` of the last ask. */
  get ref(): number {
    return this.#ref;
  }

  get seqs(): number[] {
    return this.state.conversations.get('c')?.events.map(({ seq }) => seq) ?? [];
  }
}

export const reply = (text = 'Hello', cid = 'cid-1', seen = 2) => ({ type: 'reply', conversation: 'c', cid, text, attachment: null, seen, anyway: false }) as const;
