import { describe, expect, it } from 'vitest';
import { merged, unkept } from '../src/state/drafts';
import type { Draft } from '../src/state/state';

const draft = (text: string, note = false): Draft => ({ text, note });
const drafts = (entries: Record<string, string>) => new Map(Object.entries(entries).map(([id, text]) => [id, draft(text)]));
const rows = (entries: Record<string, string>) =>
  Object.entries(entries).map(([conversation, text]) => ({ conversation, text, note: false, at: 0 }));

describe('drafts in several browsers', () => {
  it('what was written elsewhere arrives', () => {
    const { drafts: now, kept } = merged(new Map(), new Map(), rows({ a: 'Hello' }));
    expect(now.get('a')?.text).toBe('Hello');
    expect(unkept(now, kept)).toEqual([]);
  });

  it('what was sent elsewhere goes', () => {
    const { drafts: now } = merged(drafts({ a: 'Hello' }), drafts({ a: 'Hello' }), []);
    expect(now.has('a')).toBe(false);
  });

  it('what was typed here stays, whatever came elsewhere, and is to be kept', () => {
    const { drafts: now, kept } = merged(drafts({ a: 'Hello you', b: 'New' }), drafts({ a: 'Hello' }), rows({ a: 'Hello all' }));
    expect(now.get('a')?.text).toBe('Hello you');
    expect(unkept(now, kept)).toEqual(['a', 'b']);
  });

  it('what was emptied here is emptied there', () => {
    const { drafts: now, kept } = merged(new Map(), drafts({ a: 'Hello' }), rows({ a: 'Hello' }));
    expect(now.has('a')).toBe(false);
    expect(unkept(now, kept)).toEqual(['a']);
  });

  it('an empty draft is none, and a note is not a reply', () => {
    expect(unkept(new Map([['a', draft('', true)]]), new Map())).toEqual([]);
    expect(unkept(new Map([['a', draft('Hi', true)]]), new Map([['a', draft('Hi')]]))).toEqual(['a']);
  });
});
