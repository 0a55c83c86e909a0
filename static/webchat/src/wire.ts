/** The line to the server: says hello, keeps itself alive, comes back by itself; without a websocket where there is none. */
import { waitBefore } from '../../shared/backoff';
import type { Position, VisitorHears, VisitorSays } from '../../shared/wire';
import { fetchPart } from './part';
import type { Ends, Line, poll } from './poll';

const PING_EVERY_MS = 15_000;
const PINGS_MISSED_MAX = 2;
/** Websockets that never opened before it is tried without. */
const UNOPENED_MAX = 2;
/** A websocket that is not there by then is blocked. */
const OPENS_WITHIN_MS = 10_000;
/** After so long without, a websocket is tried again: the visitor may be in another network. */
const SOCKET_AGAIN_MS = 300_000;
/** This page may not use the account, or there is none: coming back would change nothing. */
const FINAL_CODES = [4403, 4404];
/** The server did not understand us: no hurry to repeat that. */
const PATIENT_CODES = [1003, 1008, 1009];

export interface Listener {
  hello(): { token: string | null; after: Position | null; identity: string | null; language: string };
  heard(frame: VisitorHears): void;
  down(): void;
  /** The chat cannot work on this page. */
  over(reason: string): void;
}

export class Wire {
  #line: Line | undefined;
  #attempt = 0;
  #unopened = 0;
  #polls = false;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #pulse: ReturnType<typeof setInterval> | undefined;
  #missed = 0;
  #ready = false;

  constructor(
    readonly server: URL,
    readonly listener: Listener,
  ) {
    addEventListener('online', () => this.#hurry());
    addEventListener('pageshow', () => this.#hurry());
    addEventListener('pagehide', () => this.#line && this.#closed(1000, ''));
    document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && this.#hurry());
    this.#connect();
  }

  /** True between the server's welcome and the end of the connection. */
  get ready(): boolean {
    return this.#ready;
  }

  say(frame: VisitorSays): boolean {
    if (!this.#ready) return false;
    this.#line?.send(frame);
    return true;
  }

  /** Leaves and comes back at once, with a new hello. */
  restart(): void {
    this.#closed(1000, '');
    this.#connect();
  }

  #connect(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    const mine = <Args extends unknown[]>(act: (...args: Args) => void) => (...args: Args) => line === this.#line && act(...args);
    const ends: Ends = {
      hello: (anew) => {
        const { identity, ...hello } = this.listener.hello();
        return { type: 'hello', ...hello, identity: anew ? identity : null };
      },
      heard: mine((frame) => this.#read(frame)),
      closed: mine((code, reason) => this.#closed(code, reason)),
    };
    this.#polls = this.#unopened >= UNOPENED_MAX;
    const line: Line = this.#polls ? this.#poll(ends) : this.#socket(ends);
    this.#line = line;
    if (this.#polls) this.#pulse = setInterval(() => this.#socketAgain(), SOCKET_AGAIN_MS);
  }

  /** Whoever has websockets never fetches it. */
  #poll(ends: Ends): Line {
    let line: Line | undefined;
    let over = false;
    const begin = (begun: typeof poll): void => {
      if (!over) line = begun(this.server, ends);
    };
    fetchPart<typeof poll>('poll', this.server).then(begin, () => ends.closed(1006, ''));
    const close = (): void => {
      over = true;
      line?.close();
    };
    return { send: (frame) => line?.send(frame), close };
  }

  #socket(ends: Ends): Line {
    const address = new URL('/webchat/socket' + this.server.search, this.server);
    address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
    let socket: WebSocket | undefined;
    const send = (frame: VisitorSays): void => {
      if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame));
    };
    let [opened, over] = [false, false];
    const closed = (code: number, reason: string): void => {
      if (over) return;
      over = true;
      if (!opened) this.#unopened++;
      ends.closed(code, reason);
    };
    setTimeout(() => opened || closed(1006, ''), OPENS_WITHIN_MS);
    try {
      socket = new WebSocket(address);
      socket.onopen = () => {
        opened = true;
        this.#unopened = 0;
        send(ends.hello(true));
        this.#beat();
      };
      socket.onmessage = (event: MessageEvent) => ends.heard(JSON.parse(String(event.data)) as VisitorHears);
      // Where the page's policy forbids it, no close follows.
      socket.onerror = () => opened || closed(1006, '');
      socket.onclose = (event: CloseEvent) => closed(event.code, event.reason);
    } catch {
      // The page's own policy forbids it.
      setTimeout(() => closed(1006, ''));
    }
    const close = (): void => {
      over = true;
      socket?.close();
    };
    return { send, close };
  }

  #beat(): void {
    this.#missed = 0;
    clearInterval(this.#pulse);
    this.#pulse = setInterval(() => {
      if (this.#missed++ >= PINGS_MISSED_MAX) this.#closed(4000, '');
      else this.#line?.send({ type: 'ping' });
    }, PING_EVERY_MS);
  }

  #socketAgain(): void {
    this.#unopened = UNOPENED_MAX - 1;
    this.restart();
  }

  #read(frame: VisitorHears): void {
    this.#missed = 0;
    if (frame.type === 'welcome') {
      this.#ready = true;
      this.#attempt = 0;
    }
    this.listener.heard(frame);
  }

  #closed(code: number, reason: string): void {
    const line = this.#line;
    // Nothing gets through: a socket has its turn again.
    if (this.#polls && !this.#ready) this.#unopened = UNOPENED_MAX - 1;
    this.#line = undefined;
    this.#ready = false;
    clearInterval(this.#pulse);
    line?.close();
    if (FINAL_CODES.includes(code)) return this.listener.over(reason);
    this.listener.down();
    const wait = PATIENT_CODES.includes(code) ? 30_000 : waitBefore(this.#attempt++);
    this.#retry = setTimeout(() => this.#connect(), wait);
  }

  #hurry(): void {
    if (this.#retry !== undefined) this.#connect();
    else if (this.#ready) this.#line?.send({ type: 'ping' });
  }
}
