/**
 * The web chat: `<script src="https://host/webchat.js" data-account="…" async></script>`.
 *
 * One global, `Switchboard`: boot({ account, language }) where the tag names no account; open(), close(), toggle(),
 * trackPage(url, title), on('open' | 'close' | 'message', callback). It never throws into the page it is a guest on.
 */
import { Conversation } from './chat';
import { Memory } from './memory';
import { watchPages } from './pages';
import { part } from './part';
import { View } from './view';
import { spoken } from './words';

type Callback = (detail: unknown) => void;

const callbacks = new Map<string, Set<Callback>>();
const early: ((view: View) => void)[] = [];
/** Calls kept until the chat is there. */
const EARLY_MAX = 50;
let view: View | undefined;
let booted = false;

interface Boot {
  account?: string | undefined;
  /** `de`, `pt-BR`; without one, the page's own, then the browser's. */
  language?: string | undefined;
}

function start(account: string, origin: URL, language: string | undefined): void {
  const server = new URL('/', origin);
  server.searchParams.set('account', account);
  let over = false;
  const chat = new Conversation(
    server,
    new Memory(account),
    (fresh) => {
      view?.paint();
      for (const event of fresh) if (event.kind !== 'i_said') emit('message', event);
    },
    (reason) => {
      over = true;
      view?.host.remove();
      console.warn(`Switchboard: the chat is not available: ${reason}`);
    },
  );
  watchPages((url, title) => chat.page(url, title));
  void spoken([language, document.documentElement.lang, ...navigator.languages], server).then((spoken) => {
    if (over) return;
    const shown = new View(chat, spoken, (open) => emit(open ? 'open' : 'close', undefined));
    view = shown;
    document.body.append(shown.host);
    early.splice(0).forEach((act) => guarded(() => act(shown)));
  });
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
    part,
    on: (name: string, callback: Callback) => void callbacks.set(name, (callbacks.get(name) ?? new Set()).add(callback)),
  };
  const { account, language } = script.dataset;
  if (account) boot({ account, language });
});
