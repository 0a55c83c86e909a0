/** Where the reader is. The address bar is the state: `/` the list, `/c/{id}` a conversation (with `?seq=` a place in it),
 * `/welcome` the set-up. */
export type Place = { screen: 'list' } | { screen: 'conversation'; id: string; seq?: number } | { screen: 'welcome'; token: string };

function read(): Place {
  const { pathname, searchParams } = new URL(location.href);
  const conversation = /^\/c\/([^/]+)\/?$/.exec(pathname);
  if (conversation) {
    const seq = Number(searchParams.get('seq'));
    return { screen: 'conversation', id: decodeURIComponent(conversation[1]!), ...(Number.isSafeInteger(seq) && seq > 0 ? { seq } : {}) };
  }
  if (pathname === '/welcome') return { screen: 'welcome', token: searchParams.get('token') ?? '' };
  return { screen: 'list' };
}

let present = $state.raw<Place>(read());
addEventListener('popstate', () => (present = read()));

export const place = {
  get now(): Place {
    return present;
  },

  /** From one conversation to the next the history does not grow: back always leads to the list. */
  go(path: string): void {
    const next = path.startsWith('/c/') && present.screen === 'conversation';
    history[next ? 'replaceState' : 'pushState']({ inside: true }, '', path);
    present = read();
  },

  /** Back to the list, by the browser's own way when we came from there. */
  toList(): void {
    if (present.screen === 'list') return;
    if ((history.state as { inside?: boolean } | null)?.inside) history.back();
    else this.go('/');
  },
};

export const conversationPath = (id: string, seq?: number): string => `/c/${encodeURIComponent(id)}${seq === undefined ? '' : `?seq=${seq}`}`;
