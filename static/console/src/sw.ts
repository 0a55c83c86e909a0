/**
 * The service worker: the console opens without a network, and says there that it has none. Only the page and its parts
 * are kept, which are the same for everybody; what people wrote never is. The network is asked first for the page, so
 * nobody stays with an old one.
 */

const CACHE = 'switchboard-shell-1';
const SHELL = '/';

interface Extendable extends Event {
  waitUntil(work: Promise<unknown>): void;
}

interface Fetched extends Extendable {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}

interface Worker {
  addEventListener(type: 'install' | 'activate', listen: (event: Extendable) => void): void;
  addEventListener(type: 'fetch', listen: (event: Fetched) => void): void;
  skipWaiting(): Promise<void>;
  readonly clients: { claim(): Promise<void> };
  readonly location: Location;
}

const worker = self as unknown as Worker;

worker.addEventListener('install', (event) => event.waitUntil(freshShell().then(() => worker.skipWaiting())));

worker.addEventListener('activate', (event) => {
  const others = caches.keys().then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))));
  event.waitUntil(others.then(() => worker.clients.claim()));
});

worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== worker.location.origin) return;
  if (request.mode === 'navigate' && (pathname === SHELL || pathname.startsWith('/c/'))) event.respondWith(page(request));
  else if (pathname.startsWith('/assets/')) event.respondWith(part(request));
});

/** The page as the server has it; without the server, as it was last. */
async function page(request: Request): Promise<Response> {
  try {
    const answer = await fetch(request);
    if (answer.ok) void keep(answer.clone()).catch(() => undefined);
    return answer;
  } catch (problem) {
    const kept = await caches.match(SHELL);
    if (kept) return kept;
    throw problem;
  }
}

/** The names of parts change with their content: what is kept is right. */
async function part(request: Request): Promise<Response> {
  const kept = await caches.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) await (await caches.open(CACHE)).put(request, answer.clone());
  return answer;
}

async function freshShell(): Promise<void> {
  const answer = await fetch(SHELL, { cache: 'no-cache' });
  if (answer.ok) await keep(answer);
}

/** Keeps the page with its parts, and lets go of the parts of older ones. */
async function keep(answer: Response): Promise<void> {
  const cache = await caches.open(CACHE);
  const text = await answer.clone().text();
  const parts = [...text.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map((found) => found[1]!);
  const known = (await cache.keys()).map((request) => new URL(request.url).pathname);
  await cache.addAll(parts.filter((path) => !known.includes(path)));
  await cache.put(SHELL, answer);
  // Parts that a page fetches later, such as the words of a language, are named in those it has at once.
  const named = (await Promise.all(parts.map(async (path) => (await cache.match(path))?.text() ?? ''))).join('\n');
  const old = known.filter((path) => path !== SHELL && !parts.includes(path) && !named.includes(path.slice(path.lastIndexOf('/') + 1)));
  await Promise.all(old.map((path) => cache.delete(path)));
}
