/** P8: whatever happens on the line, a console shows the log, each event once and in order, and ends where a new one begins. */
import { expect, test } from 'vitest';
import { NOTHING_KNOWN, aboutWith, toldAbout } from '../src/state/contact';
import { after, isLive } from '../src/state/state';
import { about } from './props';
import { Dice, TALKS, Talk, type Step } from './talk';

const RUNS = 150;
const STEPS = 150;

/** What the console has of each conversation is a stretch of one generation's log, and what all of it tells of the contact. */
function holds(talk: Talk): void {
  for (const [id, { generation, events, about: known }] of talk.state.conversations) {
    const first = events[0]?.seq ?? 1;
    const log = talk.server.log(id, generation);
    expect(events).toEqual(log.slice(first - 1, first - 1 + events.length));
    // As much as it was told, of the whole log and not only of the stretch.
    expect(known).toEqual(toldAbout(about(log.slice(0, known.seq))));
    expect(known.seq).toBeGreaterThanOrEqual(events.at(-1)?.seq ?? 0);
  }
}

function run(seed: number, step: Step = after): void {
  const talk = new Talk(new Dice(seed), step);
  for (let at = 0; at < STEPS; at++) {
    const what = talk.dice.below(12);
    if (what < 3) talk.server.say(talk.dice.of(TALKS));
    else if (what < 9) talk.deliver();
    else if (what < 10) talk.connect();
    else talk.disturb();
    holds(talk);
  }
  const shown = talk.dice.of(TALKS);
  talk.settle(shown);
  holds(talk);
  expect(isLive(talk.state, shown)).toBe(true);

  const anew = new Talk(new Dice(seed));
  anew.server.generation = talk.server.generation;
  talk.server.logs.forEach((log, key) => anew.server.logs.set(key, log.slice()));
  anew.connect();
  anew.show(shown);
  while (anew.deliver());
  const [old, fresh] = [talk.state, anew.state].map((state) => state.conversations.get(shown));
  expect(old?.generation).toBe(fresh?.generation);
  expect(old?.floor).toEqual(fresh?.floor);
  expect(old?.about).toEqual(fresh?.about);
  expect(old?.events.slice(-(fresh?.events.length ?? 0))).toEqual(fresh?.events);
  expect(talk.state.inbox.rows).toEqual(anew.state.inbox.rows);
}

function seedOf(failure: (seed: number) => void): number | undefined {
  for (let seed = 1; seed <= RUNS; seed++) {
    try {
      failure(seed);
    } catch {
      return seed;
    }
  }
  return undefined;
}

test('after any disconnections, duplicates and gaps a console shows what a new one does', () => {
  for (let seed = 1; seed <= RUNS; seed++) {
    try {
      run(seed);
    } catch (error) {
      throw new Error(`with seed ${seed}: ${String(error)}`, { cause: error });
    }
  }
});

/** The console, but for one rule. */
const without: Record<string, Step> = {
  'that takes what does not fit': (state, event) => {
    if (event.type !== 'heard' || event.tell.type !== 'events') return after(state, event);
    const { conversation, events, generation } = event.tell;
    const known = state.conversations.get(conversation);
    if (!known || !state.watches.has(conversation) || known.generation !== generation) return after(state, event);
    const conversations = new Map(state.conversations).set(conversation, { ...known, events: [...known.events, ...events] });
    return { ...state, conversations };
  },
  'that keeps what a reset replaces': (state, event) => {
    const next = after(state, event);
    if (event.type !== 'heard' || event.tell.type !== 'reset') return next;
    const { conversation, events } = event.tell;
    const kept = (state.conversations.get(conversation)?.events ?? []).filter(({ seq }) => seq < (events[0]?.seq ?? Infinity));
    const known = next.conversations.get(conversation);
    return known ? { ...next, conversations: new Map(next.conversations).set(conversation, { ...known, events: [...kept, ...events] }) } : next;
  },
  'that knows of a contact only what it has loaded': (state, event) => {
    const next = after(state, event);
    const conversations = [...next.conversations].map(([id, known]) => [id, { ...known, about: aboutWith(NOTHING_KNOWN, known.events) }] as const);
    return { ...next, conversations: new Map(conversations) };
  },
  'that believes a lost connection to be live': (state, event) =>
    event.type === 'lost' ? { ...after(state, event), watches: state.watches } : after(state, event),
};

test.each(Object.keys(without))('a console %s is found out', (name) => {
  expect(seedOf((seed) => run(seed, without[name]))).toBeDefined();
});
