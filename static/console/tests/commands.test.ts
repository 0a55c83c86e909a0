/** What an agent asks has one effect or none, and what they wrote is never lost. */
import { beforeEach, expect, test } from 'vitest';
import { Console, answered, events, reply, reset, said } from './props';

let console_: Console;

beforeEach(() => {
  console_ = new Console().connect().show('c');
  console_.hear({ type: 'ok', ref: console_.ref }, reset([said(1), said(2)]));
  console_.asked = [];
});

test('a reply is sent once and stays on the screen until its event is there', () => {
  console_.do({ type: 'command', command: reply() });
  expect(console_.news).toEqual([reply()]);
  console_.hear({ type: 'done', ref: console_.ref, cid: 'cid-1', seq: 3 });
  expect(console_.state.underway).toHaveLength(1);
  console_.hear(events([answered(3)]));
  expect(console_.state.underway).toEqual([]);
  expect(console_.news).toEqual([]);
});

test('what was not acknowledged is asked again after a drop, under the same cid', () => {
  console_.do({ type: 'command', command: reply() });
  console_.lose();
  console_.asked = [];
  console_.connect();
  expect(console_.news).toContainEqual(reply());
});

test('what is asked without a wire waits for one', () => {
  console_.lose();
  console_.do({ type: 'command', command: reply() });
  expect(console_.news).toEqual([]);
  expect(console_.state.underway).toHaveLength(1);
  console_.connect();
  expect(console_.news).toContainEqual(reply());
});

test('an acknowledged reply is not asked again, whatever happens to the wire', () => {
  console_.do({ type: 'command', command: reply() });
  console_.hear({ type: 'done', ref: console_.ref, cid: 'cid-1', seq: 3 });
  console_.lose();
  console_.asked = [];
  console_.connect();
  expect(console_.news).not.toContainEqual(reply());
});

test('a superseded reply shows what was said since, and gives the words back', () => {
  console_.do({ type: 'command', command: reply('I can help') });
  console_.hear({ type: 'refused', ref: console_.ref, code: 'superseded', text: 'Ben has spoken.', said: [answered(3, 'Ben here')] });
  expect(console_.state.refusals.get('c')).toMatchObject({ code: 'superseded', said: [{ seq: 3, text: 'Ben here' }] });
  expect(console_.state.drafts.get('c')).toEqual({ text: 'I can help', note: false });
  expect(console_.state.underway).toEqual([]);
});

test('words that come back go before those written meanwhile', () => {
  console_.do({ type: 'command', command: reply('first') });
  console_.do({ type: 'draft', conversation: 'c', draft: { text: 'second', note: false } });
  console_.hear({ type: 'refused', ref: console_.ref, code: 'closed', text: 'The conversation is closed.', said: [] });
  expect(console_.state.drafts.get('c')?.text).toBe('first\nsecond');
});

test('after an unclear answer the words keep their cid, so that trying again cannot send twice', () => {
  console_.do({ type: 'command', command: reply() });
  console_.hear({ type: 'error', ref: console_.ref, code: 'unavailable', text: 'The store did not answer.' });
  expect(console_.state.drafts.get('c')).toEqual({ text: 'Hello', note: false, failed: reply() });
  expect(console_.state.refusals.get('c')?.text).toBe('The store did not answer.');
});

test('a new command puts the old refusal away', () => {
  console_.do({ type: 'command', command: { type: 'give_back', conversation: 'c', cid: 'x', answer: null } });
  console_.hear({ type: 'refused', ref: console_.ref, code: 'bot_has_the_floor', text: 'The bot has the floor already.', said: [] });
  expect(console_.state.refusals.size).toBe(1);
  console_.do({ type: 'command', command: { type: 'take_over', conversation: 'c', cid: 'y' } });
  expect(console_.state.refusals.size).toBe(0);
});

test('commands of before a reload go out again and leave the draft alone', () => {
  console_.do({ type: 'draft', conversation: 'c', draft: { text: 'half a sentence', note: false } });
  console_.do({ type: 'recall', commands: [reply()] });
  expect(console_.news).toEqual([reply()]);
  expect(console_.state.drafts.get('c')?.text).toBe('half a sentence');
});

test('what one agent wrote is never sent by another on the same machine', () => {
  console_.lose();
  console_.do({ type: 'command', command: reply() });
  console_.hear({ type: 'hello', version: '1', now: 0, me: { id: 'ben', name: 'Ben', email: 'b@x', role: 'agent' } });
  expect(console_.state.underway).toEqual([]);
});

test('troubles are shown until they are over', () => {
  console_.hear({ type: 'trouble', code: 'storage', text: 'The disk is full.' });
  expect([...console_.state.troubles.values()]).toEqual(['The disk is full.']);
  console_.hear({ type: 'trouble_over', code: 'storage' });
  expect(console_.state.troubles.size).toBe(0);
});
