/** A thread shows what was said, by whom, and what became of it. */
import { expect, test } from 'vitest';
import type { EventView, Floor } from '../../shared/wire';
import { NOTHING_KNOWN, aboutWith, toldAbout } from '../src/state/contact';
import { afterEvents, afterOlder, afterTrim, type Conversation } from '../src/state/conversation';
import { thread, type Message } from '../src/state/thread';
import { consentWords } from '../src/state/words';
import { ANA, about, answered, english, floor, said } from './props';

const messages = (events: EventView[]): Message[] => thread(events, english).filter((item) => item.kind === 'message');
const delivery = (seq: number, of: number, state: string, error: string | null = null): EventView => ({ seq, at: seq * 1000, kind: 'delivery', of: [of], state, error, again_at: null });

test('one author within one minute is one group', () => {
  const [a, b, c] = messages([answered(1), answered(2), said(3)]);
  expect([a?.first, a?.last]).toEqual([true, false]);
  expect([b?.first, b?.last]).toEqual([false, true]);
  expect([c?.first, c?.last]).toEqual([true, true]);
});

test('receipts mark the message they are of; a late one does not take back a better one', () => {
  const [message] = messages([answered(1), delivery(2, 1, 'sent'), delivery(3, 1, 'read'), delivery(4, 1, 'delivered')]);
  expect(message?.delivery?.state).toBe('read');
});

test('a failure is kept with its reason, and queued again it begins anew', () => {
  const events = [answered(1), delivery(2, 1, 'sent'), delivery(3, 1, 'failed', 'number not reachable')];
  expect(messages(events)[0]?.delivery).toEqual({ state: 'failed', error: 'number not reachable', againAt: null });
  expect(messages([...events, delivery(4, 1, 'queued'), delivery(5, 1, 'delivered')])[0]?.delivery?.state).toBe('delivered');
});

test('edits, deletions and reactions change the message they are of', () => {
  const edited = (seq: number, of: number | null, text: string): EventView => ({ seq, at: seq * 1000, kind: 'contact_edited', of, text });
  const deleted = (seq: number, of: number | null): EventView => ({ seq, at: seq * 1000, kind: 'contact_deleted', of });
  const reacted = (seq: number, of: number | null, hue: string | null): EventView => ({ seq, at: seq * 1000, kind: 'contact_reacted', of, with: hue });
  const [first, second, ours] = messages([said(1, 'bleu?'), said(2), answered(3), edited(4, 1, 'blue?'), deleted(5, 2), reacted(6, 3, '❤️')]);
  expect([first?.text, first?.edited]).toEqual(['blue?', true]);
  expect([second?.text, second?.deleted]).toEqual(['', true]);
  expect(ours?.reaction).toBe('❤️');
  expect(messages([answered(1), reacted(2, 1, '❤️'), reacted(3, 1, null)])[0]?.reaction).toBeUndefined();
});

test('changes of messages that are not on the screen are lines', () => {
  const events: EventView[] = [
    { seq: 7, at: 7000, kind: 'contact_edited', of: 1, text: 'blue?' },
    { seq: 8, at: 8000, kind: 'contact_deleted', of: null },
    { seq: 9, at: 9000, kind: 'contact_reacted', of: 2, with: 'wow' },
  ];
  const lines = thread(events, english).filter((item) => item.kind === 'line');
  expect(lines.map((line) => line.text)).toEqual(['Edited an earlier message: “blue?”', 'Deleted an earlier message', 'Reacted to an earlier message: wow']);
});

test('the time is told at the beginning and after ten minutes of silence', () => {
  const items = thread([said(1), said(2), said(3, 'later', 15 * 60_000)], english);
  expect(items.map((item) => item.kind)).toEqual(['time', 'message', 'message', 'time', 'message']);
});

test('of pages looked at in a row only the last is a line', () => {
  const page = (seq: number, title: string): EventView => ({ seq, at: seq, kind: 'page_viewed', url: `/${title}`, title });
  const lines = thread([page(1, 'Home'), page(2, 'Pricing')], english).filter((item) => item.kind === 'line');
  expect(lines.map((line) => line.text)).toEqual(['Looked at Pricing']);
});

test('system lines say who and why', () => {
  const [line] = thread([{ seq: 1, at: 0, kind: 'hand_off', reason: 'urgent', words: 'I had an accident', closed: false, trigger: 'claim', widget: null, version: 'harbor@3' }], english).slice(1);
  expect(line).toMatchObject({ kind: 'line', tone: 'waiting', text: 'Needs a human: urgent — “I had an accident”', why: 'rule “claim”\nharbor@3' });
});

test('that a contact wants no messages is told, with the reason behind it, and that they do again', () => {
  const told: EventView[] = [{ seq: 1, at: 0, kind: 'opted_out', reason: 'by writing “STOP”' }, { seq: 2, at: 0, kind: 'opted_in' }];
  const lines = thread(told, english).filter((item) => item.kind === 'line');
  expect(lines.map(({ tone, text, why }) => [tone, text, why])).toEqual([
    ['trouble', 'The contact wants no more messages: nothing can be sent', 'by writing “STOP”'],
    ['quiet', 'The contact wants messages again', ''],
  ]);
});

test('nothing can be sent to who has opted out, and how that ends is the channel’s', () => {
  const words = (over: Partial<Floor>) => consentWords(floor(over), english);
  expect(words({})).toBe('');
  expect(words({ opted_out: true, channel: 'sms' })).toBe('Maria has opted out (STOP): nothing can be sent. They can write START.');
  expect(words({ opted_out: true, channel: 'telegram' })).toBe('Maria wants no messages here: nothing can be sent until they allow it again.');
});

test('the contact’s attributes are the last ones set', () => {
  const set = (seq: number, value: string): EventView => ({ seq, at: seq, kind: 'attribute_set', name: 'mood', value, by: null, trigger: null, widget: null, version: null });
  expect(aboutWith(NOTHING_KNOWN, [set(1, 'calm'), set(2, 'unicorn')]).attributes).toEqual(new Map([['mood', 'unicorn']]));
  expect(aboutWith(toldAbout(undefined), [set(7, 'calm')]).attributes).toEqual(new Map([['mood', 'calm']]));
  expect(aboutWith(NOTHING_KNOWN, [set(1, 'calm'), set(2, '')]).attributes).toEqual(new Map());
});

test('that a reply moved the pause is no line; that an agent did is', () => {
  const moved = (seq: number, why: string): EventView => ({ seq, at: 0, kind: 'pause_moved', by: { id: 'ana', name: 'Ana' }, until: null, why });
  const lines = thread([moved(1, 'replied'), moved(2, 'extended')], english).filter((item) => item.kind === 'line');
  expect(lines.map((line) => line.text)).toEqual(['The bot stays silent until given back · Ana']);
});

test('a letter says to whom it goes and what became of it, in the mail server’s words', () => {
  const letter: EventView = {
    seq: 1, at: 0, kind: 'email_alert', to: ['agents', 'boss@harbor.example'], cc: [], reply_to: null, subject: 'A quote', body: 'Please.', why: 'w',
    trigger: null, widget: null, version: null,
  };
  const tried = (seq: number, state: string, words: string, again_at: number | null = null): EventView => ({ seq, at: 0, kind: 'alert_state', of: 1, state, words, again_at });
  const shown = (...events: EventView[]) => thread([letter, ...events], english).find((item) => item.kind === 'letter');
  expect(shown()).toMatchObject({ to: 'agents, boss@harbor.example', subject: 'A quote', state: 'queued', fate: 'queued' });
  expect(shown(tried(2, 'queued', '451 later', 60_000))?.fate).toMatch(/^not taken yet, again at /);
  expect(shown(tried(2, 'queued', '451 later', 60_000), tried(3, 'sent', '250 OK'))).toMatchObject({ state: 'sent', fate: 'sent', words: '250 OK' });
  expect(shown(tried(2, 'failed', '550 nobody here'))?.fate).toBe('failed: 550 nobody here');
  expect(shown(tried(2, 'unknown', 'silence'))?.fate).toBe('may have arrived, perhaps twice');
  expect(thread([{ ...tried(7, 'sent', ''), of: 99 } as EventView], english)).toEqual([]);
});

test('what a newer server tells and this console does not know is left out', () => {
  const unknown = { seq: 2, at: 0, kind: 'sung', text: 'la' } as unknown as EventView;
  expect(thread([said(1), unknown], english).map((item) => item.kind)).toEqual(['time', 'message']);
});

test('a reader at the foot of a busy conversation does not grow with it, and nothing is lost', () => {
  const attribute = (seq: number): EventView => ({ seq, at: 0, kind: 'attribute_set', name: 'city', value: 'Porto', by: null, trigger: null, widget: null, version: null });
  const all = Array.from({ length: 900 }, (_, index) => (index === 3 ? attribute(4) : said(index + 1)));
  const whole: Conversation = { generation: 'g', events: all, floor: floor({ seq: all.length }), more: false, about: toldAbout(about(all)) };
  expect(afterTrim(whole, 1)).toBe(whole);
  const short = afterTrim(whole, 601);
  expect([short.events.length, short.more]).toEqual([300, true]);
  expect(short.about.attributes.get('city')).toBe('Porto');
  const next = { type: 'events' as const, conversation: 'c', generation: 'g', events: [said(all.length + 1)], floor: floor({ seq: all.length + 1 }) };
  expect(afterEvents(short, next)).not.toBe('gap');
  const back = afterOlder(short, all.slice(0, -short.events.length), false);
  expect(back.events).toEqual(all);
});

test('the thread says who closed it, who had the floor, and why it is back', () => {
  const ben = { id: 'ben', name: 'Ben' };
  const told = [
    { seq: 1, at: 0, kind: 'closed', by: ANA, floor: ben },
    { seq: 2, at: 1, kind: 'reopened', by: null, why: 'contact' },
    { seq: 3, at: 2, kind: 'closed', by: ANA, floor: ANA },
    { seq: 4, at: 3, kind: 'reopened', by: ANA, why: 'undone' },
  ] as unknown as EventView[];
  const words = thread(told, english).flatMap((item) => (item.kind === 'line' ? [item.text] : []));
  expect(words).toEqual([
    'Ana closed the conversation; Ben had the floor',
    'Back in the lists: the contact wrote',
    'Ana closed the conversation',
    'Ana took the closing back',
  ]);
});
