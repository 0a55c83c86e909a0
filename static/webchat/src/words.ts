/**
 * The widget's own words. What bots and people say stays as it is. English travels with the script; whoever reads another
 * language fetches that one (`words/*.json`), before anything is shown.
 */

import type { OwnTexts } from '../../shared/wire';
import { fetchPart } from './part';

const en = {
  chat: 'Chat',
  open: 'Open the chat',
  unread: 'Open the chat, {n} unread',
  close: 'Close the chat',
  messages: 'Messages',
  yours: 'Your message',
  write: 'Write a message',
  send: 'Send',
  choices: 'Choices',
  you: 'You',
  bot: 'Assistant',
  picture: 'Picture',
  coming: 'A person is on the way',
  joined: '{n} joined',
  back: 'The assistant is back',
  botWrites: 'The assistant is writing…',
  writes: '{n} is writing…',
  withName: 'You are talking with {n}',
  withPerson: 'You are talking with a person',
  withBot: 'Automatic assistant',
  later: 'Not sent yet. It goes out by itself.',
  failed: 'Not sent',
  connecting: 'Connecting… What you write is sent as soon as possible.',
};

export type Words = Readonly<Record<keyof typeof en, string>>;

/** Where the account has words of its own. */
export type OwnWords = Words & { launcher?: string | null; greeting?: string | null };

export interface Language {
  tag: string;
  dir: 'ltr' | 'rtl';
  words: OwnWords;
}

/** In the account's words where it has any. */
export function own(words: Words, { title, launcher, greeting, assistant, write, coming }: OwnTexts): OwnWords {
  const named = assistant ? { bot: assistant, botWrites: fill(words.writes, assistant) } : {};
  return { ...words, ...named, chat: title ?? '', launcher, greeting, write: write ?? words.write, coming: coming ?? words.coming };
}

const OTHERS = ['de', 'es', 'fr', 'pt', 'ar', 'ja'];
const ENGLISH: Language = { tag: 'en', dir: 'ltr', words: en };

/** The first of these that we speak: what the page asks for, what it is written in, what the browser prefers. */
export function choose(wanted: readonly (string | undefined)[]): string {
  const known = ['en', ...OTHERS];
  return wanted.map((one) => one?.toLowerCase().split(/[-_]/)[0] ?? '').find((one) => known.includes(one)) ?? 'en';
}

export async function spoken(tag: string, server: URL): Promise<Language> {
  if (tag === 'en') return ENGLISH;
  const words = fetchPart<Words>(tag, server);
  // Better in English than not at all.
  return words.then((words): Language => ({ tag, dir: tag === 'ar' ? 'rtl' : 'ltr', words }), () => ENGLISH);
}

export const fill = (words: string, n: string | number): string => words.replace('{n}', () => String(n));
