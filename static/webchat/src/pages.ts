/** Notices which page the visitor looks at, also on sites that change pages without loading any. */

const SETTLED_MS = 500;

/** Calls `seen` for the present page and for each new address, once it has stood for half a second. */
export function watchPages(seen: (url: string, title: string) => void): void {
  let last: string | undefined;
  let timer: ReturnType<typeof setTimeout>;
  const look = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (location.href === last) return;
      last = location.href;
      seen(location.href, document.title);
    }, SETTLED_MS);
  };
  for (const name of ['pushState', 'replaceState'] as const) {
    const original = history[name];
    history[name] = function (this: History, ...args: Parameters<typeof original>) {
      original.apply(this, args);
      look();
    };
  }
  addEventListener('popstate', look);
  addEventListener('hashchange', look);
  look();
}
