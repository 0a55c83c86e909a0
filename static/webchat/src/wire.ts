/** The websocket to the server: says hello, keeps itself alive, comes back by itself. */
import { waitBefore } from '../../shared/backoff';
import type { Position, VisitorHears, VisitorSays } from '../../shared/wire';

const PING_EVERY_MS = 15_000;
const PINGS_MISSED_MAX = 2;
/** This page may not use the account, or there is none: coming back would change nothing. */
const FINAL_CODES = [4403, 4404];
/** The server did not understand us: no hurry to repeat that. */
const PATIENT_CODES = [1003, 1008, 1009];

export interface Listener {
  hello(): { token: string | null; after: Position | null };
  heard(frame: VisitorHears): void;
  down(): void;
  /** The chat cannot work on this page. */
  over(reason: string): void;
}

export class Wire {
  #socket: WebSocket | undefined;
  #attempt = 0;
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
    addEventListener('pagehide', () => this.#socket && this.#closed(1000, ''));
    document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && this.#hurry());
    this.#connect();
  }

  /** True between the server's welcome and the end of the connection. */
  get ready(): boolean {
    return this.#ready;
  }

  say(frame: VisitorSays): boolean {
    if (!this.#ready) return false;
    this.#send(frame);
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
    let socket: WebSocket;
    try {
      const address = new URL('/webchat/socket' + this.server.search, this.server);
      address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
      socket = new WebSocket(address);
    } catch {
      // The page's own policy forbids it.
      return this.listener.over('the page does not allow the connection');
    }
    this.#socket = socket;
    const mine = <Args extends unknown[]>(act: (...args: Args) => void) => (...args: Args) => socket === this.#socket && act(...args);
    socket.onopen = mine(() => this.#opened());
    socket.onmessage = mine((event: MessageEvent) => this.#read(String(event.data)));
    socket.onclose = mine((event: CloseEvent) => this.#closed(event.code, event.reason));
  }

  #opened(): void {
    this.#missed = 0;
    this.#send({ type: 'hello', ...this.listener.hello() });
    this.#pulse = setInterval(() => {
      if (this.#missed++ >= PINGS_MISSED_MAX) this.#closed(4000, '');
      else this.#send({ type: 'ping' });
    }, PING_EVERY_MS);
  }

  #read(data: string): void {
    const frame = JSON.parse(data) as VisitorHears;
    this.#missed = 0;
    if (frame.type === 'welcome') {
      this.#ready = true;
      this.#attempt = 0;
    }
    this.listener.heard(frame);
  }

  #closed(code: number, reason: string): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#ready = false;
    clearInterval(this.#pulse);
    socket?.close();
    if (FINAL_CODES.includes(code)) return this.listener.over(reason);
    this.listener.down();
    const wait = PATIENT_CODES.includes(code) ? 30_000 : waitBefore(this.#attempt++);
    this.#retry = setTimeout(() => this.#connect(), wait);
  }

  #hurry(): void {
    if (this.#retry !== undefined) this.#connect();
    else if (this.#ready) this.#send({ type: 'ping' });
  }

  #send(frame: VisitorSays): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }
}
