/** A watched conversation is the log, each event once and in order, or it is asked for again. */
import { beforeEach, expect, test } from 'vitest';
import { isLive } from '../src/state/state';
import { Console, events, reset, said } from './props';

let console_: Console;

beforeEach(() => {
  console_ = new Console().connect().show('c');
  console_.hear({ type: 'ok', ref: console_.ref }, reset([said(1), said(2)]));
  console_.asked = [];
});

test('what comes next is added', () => {
  console_.hear(events([said(3), said(4)]));
  expect(console_.seqs).toEqual([1, 2, 3, 4]);
  expect(console_.news).toEqual([]);
});

test('what is known already is not shown twice', () => {
  console_.hear(events([said(2), said(3)]));
  expect(console_.seqs).toEqual([1, 2, 3]);
});

test('a gap is not shown: the conversation is watched again from the last known event, once', () => {
  console_.hear(events([said(4)]), events([said(5)]));
  expect(console_.seqs).toEqual([1, 2]);
  expect(console_.news).toEqual([{ type: 'watch', conversation: 'c', after: { generation: 'g', seq: 2 } }]);
  console_.hear({ type: 'ok', ref: console_.ref }, events([said(3), said(4), said(5)]));
  expect(console_.seqs).toEqual([1, 2, 3, 4, 5]);
  expect(isLive(console_.state, 'c')).toBe(true);
});

test('events of another generation are not mixed in: the server decides with a reset', () => {
  console_.hear(events([said(3)], 'other'));
  expect(console_.seqs).toEqual([1, 2]);
  expect(console_.news).toHaveLength(1);
  console_.hear(reset([said(1, 'restored')], 'other'));
  expect(console_.seqs).toEqual([1]);
});

test('after a drop the same conversation is resumed where it ended', () => {
  console_.lose();
  expect(isLive(console_.state, 'c')).toBe(false);
  expect(console_.news).toEqual([]);
  console_.connect();
  expect(console_.news).toEqual([
    { type: 'inbox', window: 200, reason: null },
    { type: 'watch', conversation: 'c', after: { generation: 'g', seq: 2 } },
  ]);
  console_.hear(events([said(3)]));
  expect(console_.seqs).toEqual([1, 2, 3]);
});

test('only the conversation on the screen is watched, and going back to one resumes it', () => {
  console_.show('d');
  expect(console_.news).toEqual([{ type: 'unwatch', conversation: 'c' }, { type: 'watch', conversation: 'd', after: null }]);
  console_.hear(events([said(3)]));
  expect(console_.seqs).toEqual([1, 2]);
  console_.show('c');
  expect(console_.news).toContainEqual({ type: 'watch', conversation: 'c', after: { generation: 'g', seq: 2 } });
});

test('a conversation that cannot be read says why, and is tried again', () => {
  console_.show('d');
  console_.hear({ type: 'error', ref: console_.ref, code: 'not_found', text: 'There is no such conversation.' });
  expect(console_.state.unreadable.get('d')).toMatchObject({ text: 'There is no such conversation.' });
  console_.asked = [];
  console_.do({ type: 'try_unreadable' });
  expect(console_.news).toEqual([{ type: 'watch', conversation: 'd', after: null }]);
});

test('older events go before, and a page that does not fit is left out', () => {
  console_.hear(reset([said(10), said(11)], 'g', true));
  console_.do({ type: 'older', conversation: 'c', events: [said(7)], more: true });
  expect(console_.seqs).toEqual([10, 11]);
  console_.do({ type: 'older', conversation: 'c', events: [said(8), said(9)], more: false });
  expect(console_.seqs).toEqual([8, 9, 10, 11]);
  expect(console_.state.conversations.get('c')?.more).toBe(false);
});

test('the server’s clock is read in the middle of the way there and back', () => {
  console_.do({ type: 'heard', tell: { type: 'pong', ref: 9, now: 1_000_100 }, askedAt: 1000, at: 1200 });
  expect(console_.state.clock.offset).toBe(1_000_100 - 1100);
});
