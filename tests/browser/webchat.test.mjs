// The web chat on somebody else's page: strict about what may run, careless about what its styles hit.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { shopServer } from './shop.mjs';
import { DESK, PHONE, agent, lines, openCaller, page, shot, sideways, stage, until, wire } from './support.mjs';

const SECRET = 'a secret of more than thirty-two letters';

/** What the shop's own server says, in the five lines of the docs. */
function signed(claims, secret = SECRET) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const body = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ exp: Math.floor(Date.now() / 1000) + 3600, ...claims })}`;
  return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`;
}

let theStage;
let shop;
before(async () => {
  theStage = await stage(`
    bots = "${new URL('../../bots', import.meta.url).pathname}"
    [[account]]
    id = "shop"
    kind = "webchat"
    bot = "harbor"
    name = "Harbor"
    origins = ["http://localhost:*"]
    identity_secret = "${SECRET}"
  `);
  shop = await shopServer(theStage);
});
after(async () => {
  shop?.close();
  await theStage?.close();
});

const widget = (vera) => vera.locator('[data-switchboard]');
const launcher = (vera) => widget(vera).locator('.launch');
const badge = (vera) => widget(vera).locator('.badge');

async function guest(path, viewport = DESK, more = {}) {
  const vera = await page(theStage, viewport, more);
  await vera.goto(shop.url(path));
  return vera;
}

/** In any language. */
async function say(vera, text) {
  await widget(vera).locator('textarea').fill(text);
  await vera.keyboard.press('Enter');
}

async function chatting(vera) {
  await launcher(vera).click();
  await lines(vera, 'bot').first().waitFor();
}

test('styles that hit everything do not hit the chat, and its own do not leave it', async () => {
  const looks = (vera) =>
    vera.evaluate(() => {
      const root = document.querySelector('[data-switchboard]').shadowRoot;
      const style = (one) => {
        const { width, height, color, backgroundColor, fontFamily, fontSize, fontStyle, opacity, direction, transform } = getComputedStyle(root.querySelector(one));
        return { width, height, color, backgroundColor, fontFamily, fontSize, fontStyle, opacity, direction, transform };
      };
      const { left, top } = root.querySelector('.launch').getBoundingClientRect();
      return { left, top, opacity: getComputedStyle(root.host).opacity, all: ['.panel', '.launch', '.said p', 'textarea', 'h2'].map(style) };
    });
  const seen = [];
  for (const css of ['', 'hostile']) {
    const vera = await guest(`/?lang=en&css=${css}`, DESK, { reducedMotion: 'reduce' });
    const before = await vera.evaluate(() => JSON.stringify({ ...getComputedStyle(document.querySelector('h1')) }));
    await chatting(vera);
    await say(vera, 'opening hours');
    await until(() => lines(vera, 'bot').count(), (count) => count > 2, 'the bot answers');
    seen.push(await looks(vera));
    await shot(vera, `guest-${css || 'polite'}`);
    const after = await vera.evaluate(() => JSON.stringify({ ...getComputedStyle(document.querySelector('h1')) }));
    assert.equal(after, before, 'the page looks as before');
    const globals = await vera.evaluate(() => Object.keys(globalThis).filter((name) => !globalThis.before.includes(name) && name !== 'before'));
    assert.deepEqual(globals, ['Switchboard']);
    assert.equal(await vera.evaluate(() => document.adoptedStyleSheets.length), 0);
    assert.deepEqual(vera.problems, [], 'nothing that a strict policy forbids');
  }
  assert.equal(seen[0].opacity, '1');
  assert.deepEqual(seen[1], seen[0]);
});

test('a site that the account does not name shows no chat', async () => {
  const vera = await page(theStage);
  const said = [];
  vera.on('console', (line) => said.push(line.text()));
  await vera.goto(shop.url('/').replace('localhost', '127.0.0.1'));
  await until(() => said.join(), (text) => /the chat is not available/.test(text), 'the reason is in the console');
  assert.equal(await widget(vera).count(), 0);
});

const OPEN = {
  en: 'Open the chat', de: 'Chat öffnen', es: 'Abrir el chat', fr: 'Ouvrir le chat', pt: 'Abrir o chat', ar: 'فتح المحادثة', ja: 'チャットを開く',
};

test('it speaks the language of the page, else the browser’s, and says nothing in another', async () => {
  const spoken = async (lang, locale) => {
    const vera = await guest(`/?lang=${lang}`, DESK, { locale, reducedMotion: 'reduce' });
    assert.equal(await launcher(vera).getAttribute('aria-label'), OPEN[lang || 'ja'], lang);
    await chatting(vera);
    await say(vera, 'I had an accident');
    await widget(vera).locator('.line.waiting').waitFor();
    // What it says by itself: labels, the state, system lines and names of speakers, but not what was said.
    const own = await vera.evaluate(() => {
      const root = document.querySelector('[data-switchboard]').shadowRoot;
      const labels = [...root.querySelectorAll('[aria-label], [placeholder]')].flatMap((one) => [one.ariaLabel, one.placeholder]);
      const words = [...root.querySelectorAll('header p, .line, .said small, .said .sr, .writing, .offline')].map((one) => one.textContent);
      return [root.host.lang, root.host.dir, ...new Set([...labels, ...words].filter(Boolean))];
    });
    await vera.context().close();
    return own;
  };
  const english = new Set((await spoken('en', 'en-US')).slice(2));
  for (const lang of Object.keys(OPEN).filter((lang) => lang !== 'en')) {
    const [tag, dir, ...words] = await spoken(lang, 'en-US');
    assert.deepEqual([tag, dir], [lang, lang === 'ar' ? 'rtl' : 'ltr']);
    // French and English share two words.
    const shared = { fr: ['Messages', 'Assistant', 'Assistant: '] }[lang] ?? [];
    assert.deepEqual(words.filter((word) => english.has(word) && !shared.includes(word)), [], lang);
  }
  assert.equal((await spoken('', 'ja-JP'))[0], 'ja');
});

for (const [name, viewport] of [['desk', DESK], ['phone', PHONE]]) {
  test(`in Arabic it stands on the left and reads from the right (${name})`, async () => {
    const vera = await guest('/?lang=ar', viewport, { reducedMotion: 'reduce' });
    const at = await launcher(vera).boundingBox();
    assert.ok(at.x < viewport.width / 2);
    await chatting(vera);
    await say(vera, 'I had an accident');
    await widget(vera).locator('.line.waiting').waitFor();
    const mine = await lines(vera, 'me').locator('p').boundingBox();
    const bots = await lines(vera, 'bot').locator('p').first().boundingBox();
    assert.ok(mine.x < bots.x, 'ours is on the left');
    assert.ok((await sideways(vera)) <= 0);
    await shot(vera, `guest-ar-${name}`);
    assert.deepEqual(await axeOf(vera), []);
    assert.deepEqual(vera.problems, []);
  });
}

/** What axe says of the chat; the page around it is the shop's business, and its policy lets no checker in. */
async function axeOf(vera) {
  const { readFileSync } = await import('node:fs');
  const { createRequire } = await import('node:module');
  const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  await vera.evaluate(source);
  const { violations } = await vera.evaluate(() => globalThis.axe.run('[data-switchboard]', { resultTypes: ['violations'] }));
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`);
}

test('the page may start it, open and close it, hear from it, and tell what is looked at', async () => {
  const ana = await agent(theStage);
  const vera = await guest('/?lang=en&boot');
  await vera.waitForFunction(() => 'Switchboard' in globalThis);
  assert.equal(await widget(vera).count(), 0);
  await vera.evaluate(() => {
    globalThis.heard = [];
    for (const name of ['open', 'close', 'message']) Switchboard.on(name, (detail) => heard.push([name, detail?.kind]));
    // A callback that breaks is the page's own trouble.
    Switchboard.on('open', () => { throw new Error('the page breaks'); });
    Switchboard.open();
    Switchboard.boot({ account: 'shop', language: 'fr' });
    Switchboard.boot({ account: 'another' });
  });
  await lines(vera, 'bot').first().waitFor();
  assert.equal(await launcher(vera).getAttribute('aria-label'), 'Fermer le chat');
  await openCaller(ana, () => say(vera, 'I had an accident'));
  await vera.evaluate(() => Switchboard.close());
  await until(() => vera.evaluate(() => heard.map(([name]) => name).join()), (names) => /^open,.*message.*close$/.test(names), 'the page heard');

  // A site that changes pages without loading any, and what it tells by itself.
  await vera.evaluate(() => history.pushState(null, '', '/pricing'));
  const looked = () => ana.locator('.page a').evaluateAll((all) => all.map((one) => new URL(one.href).pathname));
  await until(looked, (paths) => paths.includes('/pricing'), 'a page without a load');
  await vera.evaluate(() => Switchboard.trackPage('/step/2', 'The second step'));
  await until(looked, (paths) => paths[0] === '/step/2', 'a page that the site told');
  await vera.evaluate(() => Switchboard.trackPage('http://['));
  await vera.evaluate(() => history.replaceState(null, '', '/basket'));
  await until(looked, (paths) => paths[0] === '/basket', 'an address that was replaced');
  await vera.evaluate(() => history.pushState(null, '', '/pay'));
  await until(looked, (paths) => paths[0] === '/pay', 'the next one');
  await vera.evaluate(() => history.back());
  await until(looked, (paths) => paths[0] === '/basket', 'and back again');

  // What the page knows of its visitor: texts, numbers, truths; what is none of them is refused with words.
  await vera.evaluate(() => {
    globalThis.refused = [];
    Switchboard.on('error', ({ code, text }) => refused.push(`${code}: ${text}`));
    Switchboard.setAttributes({ plan: 'gold', seats: 3, vip: true });
    Switchboard.setAttributes({ 'No Name': 'x' });
  });
  await ana.getByRole('checkbox', { name: 'vip', checked: true }).waitFor();
  for (const value of ['gold', '3']) await ana.locator('.about dd', { hasText: new RegExp(`^${value}$`) }).first().waitFor();
  await until(() => vera.evaluate(() => refused.join()), (text) => /No Name|name/.test(text), 'a name that is none');
  assert.deepEqual(vera.problems, []);
});

test('two tabs are one chat; what was not seen is counted until one of them shows it', async () => {
  const ana = await agent(theStage);
  const one = await guest('/?lang=en');
  await chatting(one);
  await say(one, 'said in the first tab');
  const two = await one.context().newPage();
  two.setDefaultTimeout(40_000);
  await two.goto(shop.url('/?lang=en'));
  await launcher(two).click();
  await lines(two, 'me').filter({ hasText: 'said in the first tab' }).waitFor();
  await openCaller(ana, () => say(two, 'said in the second tab, an accident'));
  await lines(one, 'me').filter({ hasText: 'said in the second tab' }).waitFor();
  for (const tab of [one, two]) await tab.getByRole('button', { name: 'Close the chat' }).first().click();
  await ana.locator('#composer').fill('Hello from Ana');
  await ana.keyboard.press('Enter');
  for (const tab of [one, two]) await until(() => badge(tab).innerText(), (text) => text === '1', 'one unread');
  assert.equal(await launcher(two).getAttribute('aria-label'), 'Open the chat, 1 unread');
  await two.bringToFront();
  await launcher(two).click();
  await lines(two, 'person').filter({ hasText: 'Hello from Ana' }).waitFor();
  await until(() => badge(one).isHidden(), Boolean, 'seen in one tab is seen in all');
});

test('what is written without a connection survives the page, and arrives once', async () => {
  const ana = await agent(theStage);
  const cable = await wire(theStage);
  const vera = await page(theStage);
  // The script is in the browser's cache, say; only the wire is gone.
  const script = await (await fetch(new URL('/webchat.js', theStage.url))).text();
  await vera.route('**/webchat.js', (route) => route.fulfill({ contentType: 'text/javascript', body: script }));
  const address = shop.url(`/?lang=en&chat=${encodeURIComponent(cable.url)}`);
  await vera.goto(address);
  await chatting(vera);
  await openCaller(ana, () => say(vera, 'I had an accident'));
  cable.cut();
  await vera.getByText('Connecting…').waitFor();
  await say(vera, 'written on the train');
  await say(vera, 'and another');
  await vera.reload();
  await lines(vera, 'me.unsent').nth(1).waitFor();
  cable.join();
  await until(() => lines(vera, 'me.unsent').count(), (count) => count === 0, 'both went out');
  await until(
    () => ana.locator('.message.contact .text').allInnerTexts(),
    (texts) => texts.join() === 'I had an accident,written on the train,and another',
    'each once, in order',
  );
});

test('who wants less motion gets none', async () => {
  const moves = async (reducedMotion) => {
    const vera = await guest('/?lang=en', DESK, { reducedMotion });
    await chatting(vera);
    return vera.evaluate(() => getComputedStyle(document.querySelector('[data-switchboard]').shadowRoot.querySelector('.panel')).animationName);
  };
  assert.equal(await moves('reduce'), 'none');
  assert.equal(await moves('no-preference'), 'rise');
});

test('where websockets are blocked the chat goes on by requests, and resumes after a reload', async () => {
  const vera = await guest('/?lang=en&polls', PHONE);
  const sockets = [];
  vera.on('websocket', (socket) => sockets.push(socket.url()));
  await launcher(vera).waitFor();
  await chatting(vera);
  await say(vera, 'opening hours');
  await until(() => lines(vera, 'bot').count(), (count) => count > 2, 'the bot answers');
  const ana = await agent(theStage);
  await openCaller(ana, () => say(vera, 'urgent: accident'));
  await ana.locator('#composer').fill('Ana by polling');
  await ana.keyboard.press('Enter');
  await lines(vera, 'person').getByText('Ana by polling').waitFor();
  const before = await widget(vera).locator('.said').allTextContents();
  await vera.reload();
  await lines(vera, 'person').getByText('Ana by polling').waitFor();
  await say(vera, 'still here');
  await until(() => widget(vera).locator('.unsent').count(), (count) => count === 0, 'it arrives');
  assert.deepEqual((await widget(vera).locator('.said').allTextContents()).slice(0, before.length), before, 'each line once, in order');
  await ana.getByText('still here').first().waitFor();
  assert.deepEqual(sockets, [], 'no websocket got through');
});

test('who the visitor is, only their website’s server can say; then they have one conversation on every device', async () => {
  const first = await guest('/?lang=en&user');
  await launcher(first).waitFor();
  const heard = (vera) => vera.evaluate(() => globalThis.heard);
  const listen = (vera) =>
    vera.evaluate(() => {
      globalThis.heard = [];
      for (const name of ['ready', 'identified', 'error', 'unread']) globalThis.Switchboard.on(name, (detail) => globalThis.heard.push([name, detail?.code ?? detail]));
    });
  await listen(first);
  await chatting(first);
  await say(first, 'before I was known');
  await until(() => lines(first, 'me').count(), (count) => count === 1, 'it is there');
  const identify = (vera, user, token) => vera.evaluate(([user, token]) => globalThis.Switchboard.identify(user, token), [user, token]);
  await identify(first, { id: '7' }, undefined);
  await identify(first, { id: '7' }, signed({ sub: '7' }, 'another secret than the account has'));
  await until(() => heard(first), (all) => all.some(([name, code]) => name === 'error' && code === 'bad_identity'), 'it is refused');
  assert.equal((await heard(first)).some(([name]) => name === 'identified'), false);
  assert.equal(await lines(first, 'me').count(), 1, 'they stay who they were');

  await identify(first, { id: '7', seats: 3 }, signed({ sub: '7', name: 'Vera Marsh', attributes: { plan: 'gold' } }));
  await until(() => heard(first), (all) => all.some(([name]) => name === 'identified'), 'the website says who it is');
  await until(() => lines(first, 'me').count(), (count) => count === 0, 'what a stranger said is not theirs');
  await say(first, 'urgent: accident, it is me');
  await until(() => lines(first, 'me').count(), (count) => count === 1, 'it is said');
  const second = await guest('/?lang=en&user');
  await launcher(second).waitFor();
  await identify(second, { id: '7' }, signed({ sub: '7' }));
  await launcher(second).click();
  await lines(second, 'me').getByText('it is me').waitFor();
  const ana = await agent(theStage);
  await ana.locator('.row', { hasText: 'Vera Marsh' }).first().click();
  await ana.getByText('gold').first().waitFor();
  await ana.getByText('seats').first().waitFor();
  await first.evaluate(() => globalThis.Switchboard.forget());
  await until(() => lines(first, 'me').count(), (count) => count === 0, 'nothing of them stays');
});
