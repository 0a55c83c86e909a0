/**
 * The web chat: `<script src="https://host/webchat.js" data-account="…" async></script>`.
 *
 * One global, `Switchboard`: boot({ account, language }) where the tag names no account; open(), close(), toggle(),
 * trackPage(url, title), identify(user, signedToken), setAttributes(values), forget(), on(name, callback). It never throws
 * into the page it is a guest on.
 */
import type { AttributeValue } from '../../shared/wire';
import { Conversation } from './chat';
import { Memory } from './memory';
import { watchPages } from './pages';
import { part } from './part';
import { View } from './view';
import { choose, spoken } from './words';

type Callback = (detail: unknown) => void;

const callbacks = new Map<string, Set<Callback>>();
const early: ((view: View) => void)[] = [];
/** Calls kept until the chat is there. */
const EARLY_MAX = 50;
let view: View | undefined;
let booted = false;
let unread = 0;

interface Boot {
  account?: string | undefined;
  /** `de`, `pt-BR`; without one, the page's own, then the browser's. */
  language?: string | undefined;
}

function start(account: string, origin: URL, language: string | undefined): void {
  const server = new URL('/', origin);
  server.searchParams.set('account', account);
  const tag = choose([language, document.documentElement.lang, ...navigator.languages]);
  let over = false;
  const chat = new Conversation(
    server,
    new Memory(account),
    tag,
    (fresh) => {
      view?.paint();
      if (view && view.chat.unread !== unread) emit('unread', (unread = view.chat.unread));
      for (const event of fresh) if (event.kind !== 'i_said') emit('message', event);
    },
    (news) => {
      if (news.name === 'error') console.warn(`Switchboard: ${news.text}`);
      emit(news.name, news.name === 'error' ? { code: news.code, text: news.text } : undefined);
    },
    (reason) => {
      over = true;
      view?.host.remove();
      console.warn(`Switchboard: the chat is not available: ${reason}`);
    },
  );
  watchPages((url, title) => chat.page(url, title));
  void spoken(tag, server).then((spoken) => {
    if (over) return;
    const shown = new View(chat, spoken, (open) => emit(open ? 'open' : 'close', undefined));
    view = shown;
    document.body.append(shown.host);
    early.splice(0).forEach((act) => guarded(() => act(shown)));
  });
}

/** What can be an attribute; times become texts. Anything else is left out, and said. */
function attributes(values: Record<string, unknown>): Record<string, AttributeValue> {
  const kept: Record<string, AttributeValue> = {};
  for (const [name, given] of Object.entries(values)) {
    const value = given instanceof Date ? given.toISOString() : given;
    if (typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) kept[name] = value;
    else console.warn(`Switchboard: the attribute ${name} is no text, number, true or false`);
  }
  return kept;
}

/** Without the signature of the website's server, nobody is anybody. */
function identify({ chat }: View, { id: _, name: __, ...more }: Record<string, unknown> = {}, signed: unknown): void {
  if (typeof signed !== 'string' || !signed) return console.warn('Switchboard: identify needs a token that your server signed');
  chat.setAttributes(attributes(more));
  chat.identify(signed);
}

function emit(name: string, detail: unknown): void {
  for (const callback of callbacks.get(name) ?? []) guarded(() => callback(detail));
}

function guarded(act: () => void): void {
  try {
    act();
  } catch (problem) {
    console.error('Switchboard:', problem);
  }
}

/** Asks the view now, or once it is there. */
function ask(act: (view: View) => void): void {
  guarded(() => (view ? act(view) : early.length < EARLY_MAX && early.push(act)));
}

function whenVisible(act: () => void): void {
  const page = document as Document & { prerendering?: boolean };
  if (page.prerendering) page.addEventListener('prerenderingchange', () => whenVisible(act), { once: true });
  else if (document.body) guarded(act);
  else document.addEventListener('DOMContentLoaded', () => guarded(act), { once: true });
}

guarded(() => {
  const script = document.currentScript as HTMLScriptElement | null;
  const page = window as typeof window & { Switchboard?: unknown };
  if (page.Switchboard) return;
  if (!script) return console.warn('Switchboard: the script has to be loaded by a tag of its own');
  const origin = new URL(script.src);
  const boot = ({ account, language }: Boot): void => {
    if (booted || !account) return console.warn(`Switchboard: ${booted ? 'booted already' : 'boot needs an account'}`);
    booted = true;
    whenVisible(() => start(account, origin, language));
  };
  page.Switchboard = {
    boot: (options: Boot) => guarded(() => boot(options)),
    open: () => ask((view) => view.open()),
    close: () => ask((view) => view.close()),
    toggle: () => ask((view) => view.toggle()),
    trackPage: (url: string = location.href, title: string = document.title) =>
      ask((view) => view.chat.page(new URL(url, location.href).href, title)),
    identify: (user: Record<string, unknown>, signed: unknown) => ask((view) => identify(view, user, signed)),
    setAttributes: (values: Record<string, unknown>) => ask((view) => view.chat.setAttributes(attributes(values))),
    part,
    forget: () => ask((view) => view.chat.forget()),
    on: (name: string, callback: Callback) => void callbacks.set(name, (callbacks.get(name) ?? new Set()).add(callback)),
  };
  const { account, language } = script.dataset;
  if (account) boot({ account, language });
});
