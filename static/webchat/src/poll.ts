/** The server without a websocket: requests that wait for news, where networks or pages let nothing else through. */
import type { VisitorHears, VisitorPolled, VisitorSays } from '../../shared/wire';

export interface Line {
  send(frame: VisitorSays): void;
  close(): void;
}

export interface Ends {
  /** The hello of this moment; `anew`: also who the page says it is. */
  hello(anew: boolean): Extract<VisitorSays, { type: 'hello' }>;
  heard(frame: VisitorHears): void;
  closed(code: number, reason: string): void;
}

const FRAMES_MAX = 32;
const FINAL: Record<number, number> = { 403: 4403, 404: 4404 };

export function poll(server: URL, { hello, heard, closed }: Ends): Line {
  const address = new URL('/webchat/poll' + server.search, server);
  const abort = new AbortController();
  let [over, welcomed, sending] = [false, false, false];
  let out: VisitorSays[] = [];

  const end = (code: number, reason = ''): void => {
    if (over) return;
    close();
    closed(code, reason);
  };
  const close = (): void => {
    over = true;
    abort.abort();
  };
  const ask = async (says: VisitorSays[], wait: boolean): Promise<void> => {
    const anew = !welcomed || says.some(({ type }) => type === 'set_attributes');
    const body = JSON.stringify({ hello: hello(anew), says, wait });
    try {
      const response = await fetch(address, { method: 'POST', body, signal: abort.signal, credentials: 'omit' });
      if (!response.ok) return end(FINAL[response.status] ?? 1006, response.statusText);
      const polled = (await response.json()) as VisitorPolled;
      for (const frame of polled.hears) {
        if (over) return;
        const again = frame.type === 'welcome' && welcomed;
        welcomed ||= frame.type === 'welcome';
        if (!again) heard(frame);
      }
      if (polled.closed) end(polled.closed.code, polled.closed.reason);
    } catch {
      end(1006);
    }
  };
  /** Pages and attributes alone begin no conversation, and nobody would remember them between two requests. */
  const isDue = (): boolean =>
    hello(false).after !== null || out.some(({ type }) => type !== 'page' && type !== 'set_attributes');
  const flush = async (): Promise<void> => {
    if (sending || !welcomed) return;
    sending = true;
    while (!over && out.length > 0 && isDue()) await ask(out.splice(0, FRAMES_MAX), false);
    sending = false;
  };

  void (async () => {
    await ask([], false);
    while (!over) {
      void flush();
      await ask([], true);
    }
  })();
  return {
    send: (frame) => {
      if (frame.type === 'ping') return;
      out = [...out, frame].slice(-2 * FRAMES_MAX);
      void flush();
    },
    close,
  };
}
