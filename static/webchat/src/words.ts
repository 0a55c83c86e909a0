/**
 * The widget's own words. What bots and people say stays as it is. English travels with the script; whoever reads another
 * language fetches that one (`words/*.json`), before anything is shown.
 */

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
  attach: 'Attach a file',
  uploads: '{n} is being uploaded',
  remove: 'Remove {n}',
  waits: 'Waits for the connection',
  tooLarge: 'Too large: at most {n} MB',
  badType: 'This kind of file cannot be sent',
  tooMany: 'Too many files. Try again later',
  notUploaded: 'Not uploaded. Remove it and try again',
};

export type Words = Readonly<Record<keyof typeof en, string>>;

export interface Language {
  tag: string;
  dir: 'ltr' | 'rtl';
  words: Words;
}

const OTHERS = ['de', 'es', 'fr', 'pt', 'ar', 'ja'];
const ENGLISH: Language = { tag: 'en', dir: 'ltr', words: en };

/** The first of these that we speak: what the page asks for, what it is written in, what the browser prefers. */
export async function spoken(wanted: readonly (string | undefined)[], server: URL): Promise<Language> {
  const known = ['en', ...OTHERS];
  const tag = wanted.map((one) => one?.toLowerCase().split(/[-_]/)[0] ?? '').find((one) => known.includes(one)) ?? 'en';
  if (tag === 'en') return ENGLISH;
  const words = fetchPart<Words>(tag, server);
  // Better in English than not at all.
  return words.then((words): Language => ({ tag, dir: tag === 'ar' ? 'rtl' : 'ltr', words }), () => ENGLISH);
}

export const fill = (words: string, n: string | number): string => words.replace('{n}', () => String(n));
