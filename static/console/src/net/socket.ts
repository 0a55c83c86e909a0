/**
 * The wire to the server: opens a websocket, notices when it is dead, comes back with patience, and hands over what
 * it reads. It knows nothing of conversations; what to ask after a reconnect is the listener's business.
 */
import { waitBefore } from '../../../shared/backoff';
import type { Ask, Tell } from '../../../shared/wire';
import { CLOSED_BY_US, CLOSED_SIGNED_OUT, PINGS_MISSED_MAX, PING_EVERY_MS, SOCKET_PATH } from './protocol';

export interface Listener {
  /** The server greeted us: ask for what is wanted. */
  opened(): void;
  /** `askedAt` is when the ask that this answers went out, by `performance.now()`. */
  heard(tell: Tell, askedAt: number | undefined): void;
  /** The wire broke, or never came about (`refused`, for a reason browsers do not tell). It will be tried again. */
  lost(refused: boolean): void;
  signedOut(): void;
}

export class Socket {
  #listener: Listener;
  #socket: WebSocket | undefined;
  #nextRef = 1;
  #askedAt = new Map<number, number>();
  #attempt = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #pulse: ReturnType<typeof setInterval> | undefined;
  #unheardPings = 0;
  #greeted = false;
  #stopped = false;

  constructor(listener: Listener) {
    this.#listener = listener;
    addEventListener('online', this.#hurry);
    document.addEventListener('visibilitychange', this.#hurry);
    addEventListener('pagehide', this.#leave);
    addEventListener('pageshow', this.#hurry);
    this.#connect();
  }

  /** Sends an ask and says under which `ref`; undefined when there is no wire. */
  ask(ask: Ask): number | undefined {
    if (!this.#greeted || this.#socket?.readyState !== WebSocket.OPEN) return undefined;
    const ref = this.#nextRef++;
    this.#askedAt.set(ref, performance.now());
    this.#socket.send(JSON.stringify({ ref, ...ask }));
    return ref;
  }

  stop(): void {
    this.#stopped = true;
    removeEventListener('online', this.#hurry);
    document.removeEventListener('visibilitychange', this.#hurry);
    removeEventListener('pagehide', this.#leave);
    removeEventListener('pageshow', this.#hurry);
    clearTimeout(this.#retry);
    this.#drop();
  }

  #connect(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    const address = new URL(SOCKET_PATH, location.href);
    address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(address);
    this.#socket = socket;
    socket.onopen = () => socket === this.#socket && this.#startPulse();
    socket.onmessage = ({ data }) => socket === this.#socket && this.#read(String(data));
    socket.onclose = ({ code }) => socket === this.#socket && this.#closed(code);
  }

  #read(data: string): void {
    const tell = JSON.parse(data) as Tell;
    this.#unheardPings = 0;
    const askedAt = 'ref' in tell && tell.ref !== null ? this.#takeAskedAt(tell.ref) : undefined;
    if (tell.type === 'hello') {
      this.#greeted = true;
      this.#attempt = 0;
    }
    this.#listener.heard(tell, askedAt);
    if (tell.type === 'hello' && !this.#stopped) this.#listener.opened();
  }

  #takeAskedAt(ref: number): number | undefined {
    const at = this.#askedAt.get(ref);
    this.#askedAt.delete(ref);
    return at;
  }

  #closed(code: number): void {
    const refused = !this.#greeted;
    this.#drop();
    if (code === CLOSED_SIGNED_OUT) {
      this.stop();
      this.#listener.signedOut();
      return;
    }
    this.#listener.lost(refused);
    if (!this.#stopped) this.#retry = setTimeout(() => this.#connect(), waitBefore(this.#attempt++));
  }

  #startPulse(): void {
    this.#unheardPings = 0;
    clearInterval(this.#pulse);
    this.#pulse = setInterval(() => this.#beat(), PING_EVERY_MS);
  }

  #beat(): void {
    if (this.#unheardPings >= PINGS_MISSED_MAX) {
      this.#closed(CLOSED_BY_US);
      return;
    }
    this.#unheardPings++;
    this.ask({ type: 'ping' });
  }

  /** Forgets the present socket, so that nothing it still says is heard. */
  #drop(): void {
    clearInterval(this.#pulse);
    const socket = this.#socket;
    this.#socket = undefined;
    this.#greeted = false;
    this.#askedAt.clear();
    socket?.close(CLOSED_BY_US);
  }

  /** The network or the reader came back: no reason to wait any longer. */
  #hurry = (): void => {
    if (this.#stopped || document.visibilityState === 'hidden') return;
    if (this.#retry !== undefined) {
      this.#attempt = 0;
      this.#connect();
    } else if (this.#greeted) {
      this.ask({ type: 'ping' });
    }
  };

  /** A page kept for the back button must not keep a socket. */
  #leave = (): void => {
    if (this.#socket) this.#closed(CLOSED_BY_US);
  };
}
