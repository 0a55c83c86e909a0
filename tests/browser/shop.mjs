// Somebody else's page: strict about what may run, careless about what its styles hit.
import http from 'node:http';

const HOSTILE = `
  * { all: unset !important; font: italic 40px cursive !important; color: red !important; animation: none !important }
  div, section, button, textarea, p, span { display: none !important; position: static !important; opacity: 0 !important;
    transform: rotate(180deg) !important; width: 1px !important; direction: rtl !important; --brand: lime !important }
  [hidden] { display: block !important } script, style, head { display: none !important }
`;
const POLITE = 'body { font: 16px sans-serif; margin: 2rem } div { position: relative; opacity: 0.3; margin: 40px }';

/** A shop of another origin, with the chat of the account `shop`, or `?account=`. `?css=hostile`, `?lang=ar`, `?boot` (the page starts the chat itself), `?chat=` its server. */
export async function shopServer(theStage) {
  const server = http.createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://localhost');
    const chat = new URL(searchParams.get('chat') ?? theStage.url);
    if (pathname === '/style.css') return response.setHeader('content-type', 'text/css').end(searchParams.has('hostile') ? HOSTILE : POLITE);
    if (pathname === '/globals.js') return response.setHeader('content-type', 'text/javascript').end('globalThis.before = Object.keys(globalThis);');
    const policy = `default-src 'none'; script-src 'self' ${chat.origin}; style-src 'self'; connect-src ${chat.origin}${searchParams.has('polls') ? '' : ` ws://${chat.host}`}; base-uri 'none'; form-action 'none'`;
    const lang = searchParams.get('lang');
    const account = searchParams.has('boot') ? '' : ` data-account="${searchParams.get('account') ?? 'shop'}"`;
    response.setHeader('content-security-policy', policy).setHeader('content-type', 'text/html; charset=utf-8');
    response.end(`<!doctype html><html${lang ? ` lang="${lang}"` : ''}><head><meta name="viewport" content="width=device-width"><title>Shop ${pathname}</title>
      <link rel="stylesheet" href="/style.css?${searchParams.get('css') ?? ''}"><script src="/globals.js"></script>
      <script src="${new URL('/webchat.js', chat)}"${account} async></script></head><body><main><h1>Shop</h1></main></body></html>`);
  });
  await new Promise((resolve) => server.listen(0, resolve));
  return { url: (path) => `http://localhost:${server.address().port}${path}`, close: () => server.close() };
}
