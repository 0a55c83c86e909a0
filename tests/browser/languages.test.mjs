// The console in other languages: none of its words is forgotten, right to left is a mirror, and a choice is kept.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DESK, SMALL_PHONE, agent, colleague, complaints, lines, page, say, shot, sideways, stage, until, visitor, wire } from './support.mjs';

let theStage;
before(async () => (theStage = await stage()));
after(() => theStage?.close());

const PERSON = { email: 'ana@harbor.example', password: 'a calm harbor at night' };

/** Signs in by names that are the same in every language. */
async function enter(one, url = theStage.url) {
  await one.goto(url);
  await one.locator('input[type=email]').fill(PERSON.email);
  await one.locator('input[type=password]').fill(PERSON.password);
  await one.locator('form .button.main').click();
  await one.locator('nav .zero, nav section').first().waitFor();
}

/** A console whose every word from the catalogue or from `Intl` stands in brackets. It asks for German, and gets this. */
async function markedConsole() {
  const ana = await page(theStage, DESK, { locale: 'de-DE', serviceWorkers: 'block' });
  await ana.route('**/assets/de-*.js', async (route) => {
    const text = await (await route.fetch({ headers: { ...route.request().headers(), 'accept-encoding': 'identity' } })).text();
    const words = (await import(`data:text/javascript,${encodeURIComponent(text)}`)).default;
    // In these something else than words stands: each stretch has brackets of its own.
    const stretches = (text) => text.replace(/[^{}]+(?![^{]*\})/g, '⟦$&⟧');
    const PHRASES = ['firstCustomer', 'pressKeys', 'waitingFor', 'returnsIn', 'nobodyElse'];
    const marked = (entry) => (typeof entry === 'string' ? `⟦${entry}⟧` : Object.fromEntries(Object.entries(entry).map(([form, one]) => [form, `⟦${one}⟧`])));
    const body = `export default ${JSON.stringify(Object.fromEntries(Object.entries(words).map(([key, entry]) => [key, PHRASES.includes(key) ? stretches(entry) : marked(entry)])))}`;
    await route.fulfill({ contentType: 'text/javascript', body });
  });
  await ana.addInitScript(() => {
    const mark = (text) => (/\p{L}/u.test(text) ? `⟦${text}⟧` : text);
    for (const kind of [Intl.DateTimeFormat, Intl.NumberFormat]) {
      const { get } = Object.getOwnPropertyDescriptor(kind.prototype, 'format');
      Object.defineProperty(kind.prototype, 'format', { get() { return (value) => mark(get.call(this)(value)); } });
    }
    for (const [kind, name] of [[Intl.RelativeTimeFormat, 'format'], [Intl.ListFormat, 'format'], [Intl.DisplayNames, 'of']]) {
      const original = kind.prototype[name];
      kind.prototype[name] = function (...values) { return mark(original.apply(this, values)); };
    }
  });
  return ana;
}

/** Words on the screen, in labels and in the title that are neither in brackets nor somebody's own. */
const leftovers = (ana) =>
  ana.evaluate(() => {
    const found = new Set();
    // What the server says in sentences of its own: why the bot spoke, and what it does next.
    const SERVERS = '.bubble, .line, .banner .more';
    const OWN = '.banner .more, [dir=auto], bdi, kbd, code, .brand, script, style, noscript, option[lang]';
    // Names of people, of what is connected, and of keys and addresses.
    const NAMES = /\b(Ana|Ben|Switchboard|Visitor [0-9A-F]{4}|Messenger|Instagram|WhatsApp|SMS|Telegram|Harbor Insurance|web-demo|harbor|Harbor bot|Esc|Ctrl|Enter|Shift)\b|https?:\S+/g;
    const look = (text, where) => {
      let rest = text;
      for (let before; before !== rest; ) [before, rest] = [rest, rest.replace(/⟦[^⟦⟧]*⟧/gu, '')];
      if (/\p{L}{2,}/u.test(rest.replace(NAMES, ''))) found.add(`${where}: ${text.trim()}`);
    };
    look(document.title, 'title');
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const parent = walker.currentNode.parentElement;
      if (!parent.closest(OWN)) look(walker.currentNode.data, parent.tagName.toLowerCase());
    }
    for (const element of document.body.querySelectorAll('*')) {
      for (const name of ['aria-label', 'title', 'placeholder', 'alt']) {
        const text = element.getAttribute(name);
        if (text && !(name === 'title' && element.closest(SERVERS)) && !(name !== 'aria-label' && element.closest(OWN))) look(text, `${element.tagName.toLowerCase()}[${name}]`);
      }
    }
    return [...found];
  });

test('no view has words of its own: all come from the catalogue', async () => {
  const first = await agent(theStage);
  const ben = await colleague(theStage, first, { name: 'Ben', email: 'ben@harbor.example' });
  const cable = await wire(theStage);
  const ana = await markedConsole();
  const nothingLeft = async (view) => assert.deepEqual(await leftovers(ana), [], view);

  const link = new URL(theStage.signIn);
  await ana.goto(new URL(link.pathname + link.search, cable.url).href);
  await ana.locator('h1', { hasText: '⟦' }).waitFor();
  await nothingLeft('a used link');
  await ana.goto(cable.url);
  await ana.locator('input[type=email]').waitFor();
  await nothingLeft('sign in');
  await enter(ana, cable.url);
  await nothingLeft('inbox');

  const vera = await visitor(theStage);
  await say(vera, 'opening hours');
  await vera.goto(new URL('demo/pricing', theStage.url).href);
  await say(vera, 'I had an accident');
  await vera.getByText('A person is on the way').first().waitFor();
  await ana.locator('.waiting .row').first().click();
  await ana.locator('.bubble', { hasText: 'I had an accident' }).waitFor();
  await nothingLeft('somebody waits');

  const id = new URL(ana.url()).pathname.split('/').at(-1);
  await ben.goto(new URL(`c/${id}`, theStage.url).href);
  await ben.locator('#composer').fill('Hello');
  await ana.locator('.presence', { hasText: '⟦' }).waitFor();
  await nothingLeft('a colleague is there');

  await ana.locator('.banner .button', { hasText: 'T' }).first().click();
  await ana.locator('.banner.human').waitFor();
  await nothingLeft('taken over');
  await ana.keyboard.press('n');
  await nothingLeft('writing a note');
  await ana.locator('#composer').fill('a note');
  await nothingLeft('a note written');
  await ana.keyboard.press('Enter');
  await ana.locator('.thread .note .text').waitFor();
  await ana.locator('.modes button').first().click();
  await ana.locator('#composer').fill('We come.');
  await ana.keyboard.press('Enter');
  await lines(vera, 'person').filter({ hasText: 'We come.' }).waitFor();
  await nothingLeft('replied');

  await ana.locator('.canned').click();
  await ana.locator('.picker').waitFor();
  await nothingLeft('canned replies, none');
  await ana.locator('.picker .button').click();
  await ana.locator('dialog form').waitFor();
  await nothingLeft('a canned reply is written');
  await ana.locator('dialog input').fill('hours');
  await ana.locator('dialog textarea').fill('From 9 to 17.');
  await ana.locator('dialog .button.main').click();
  await ana.locator('dialog li .words').waitFor();
  await nothingLeft('canned replies');
  await ana.locator('dialog li .button.bare').click();
  await ana.locator('dialog .deleted').waitFor();
  await nothingLeft('a canned reply is deleted');
  await ana.keyboard.press('Escape');

  await ana.locator('#add-label').fill('claims');
  await ana.keyboard.press('Enter');
  await ana.locator('.labels li').waitFor();
  await nothingLeft('a label');

  for (const [number, view] of [[1, 'commands'], [2, 'failed messages'], [3, 'settings'], [4, 'keys'], [5, 'mentions'], [6, 'teams']]) {
    await ana.locator('.frame header [aria-haspopup=menu]').click();
    await nothingLeft('menu');
    await ana.locator('[role=menuitem]').nth(number).click();
    await ana.locator('dialog[open]').waitFor();
    await nothingLeft(view);
    await ana.keyboard.press('Escape');
    await ana.locator('dialog[open]').waitFor({ state: 'detached' });
  }
  await ana.locator('.frame header .tool').last().click();
  await ana.locator('dialog[open]').waitFor();
  await nothingLeft('filter');
  await ana.keyboard.press('Escape');
  await ana.locator('dialog[open]').waitFor({ state: 'detached' });
  await ana.locator('.frame header .tool').first().click();
  await ana.getByRole('searchbox').fill('nobody said this');
  await ana.getByRole('searchbox').press('Enter');
  await nothingLeft('search');
  await ana.getByRole('searchbox').press('Escape');
  await ana.locator('.waiting, nav section').first().waitFor();

  await ana.locator('.banner .acts .button').first().click();
  await ana.locator('dialog fieldset').waitFor();
  await nothingLeft('hand over');
  await ana.keyboard.press('Escape');

  // Ben speaks while Ana's reply is on no wire: it stops, and shows what was said.
  cable.cut();
  await ana.locator('.pill').waitFor();
  await nothingLeft('no connection');
  await ana.locator('#composer').fill('Ana is here.');
  await ana.keyboard.press('Enter');
  await ana.locator('.unsent').waitFor();
  await nothingLeft('a reply waits');
  await ben.locator('#composer').fill('Ben is here.');
  await ben.keyboard.press('Enter');
  await lines(vera, 'person').filter({ hasText: 'Ben is here.' }).waitFor();
  cable.join();
  await ana.locator('.refusal').waitFor();
  await nothingLeft('somebody else has spoken');
  await ana.locator('.refusal .button').last().click();
  await ben.getByRole('button', { name: /Take over/ }).click();
  await ana.locator('.others .row').waitFor();
  await nothingLeft('a colleague has taken over');

  await ana.locator('.banner .acts .button').last().click();
  await ana.locator('.banner.bot').waitFor();
  await nothingLeft('given back');
  await ana.goto(cable.url);
  await ana.locator('.nothing p').first().waitFor();
  await nothingLeft('nothing open');
  assert.deepEqual(ana.problems, []);
});

for (const [name, viewport] of [['desk', DESK], ['phone', SMALL_PHONE]]) {
  test(`in Arabic the ${name} is a mirror, and nothing is wider than it`, async () => {
    await agent(theStage);
    const vera = await visitor(theStage);
    await say(vera, 'I had an accident');
    await vera.getByText('A person is on the way').first().waitFor();
    const ana = await page(theStage, viewport, { locale: 'ar', reducedMotion: 'reduce' });
    const fits = async (view) => {
      await shot(ana, `ar-${name}-${view}`);
      assert.ok((await sideways(ana)) <= 0, `${view} is wider than the screen`);
      assert.deepEqual(await complaints(ana), [], view);
    };
    await ana.goto(theStage.url);
    await ana.locator('input[type=email]').waitFor();
    assert.deepEqual(await ana.evaluate(() => [document.documentElement.lang, document.documentElement.dir]), ['ar', 'rtl']);
    await fits('door');
    await enter(ana);
    await ana.locator('.waiting .row').last().waitFor();
    await fits('list');
    await ana.locator('.waiting .row').last().click();
    await ana.locator('.bubble', { hasText: 'I had an accident' }).waitFor();
    await fits('thread');
    if (name === 'desk') {
      const [list, thread, panel] = await Promise.all(['.list', 'main.thread', '.panel'].map((one) => ana.locator(one).boundingBox()));
      assert.ok(list.x > thread.x && thread.x > panel.x, 'list, thread and panel go from right to left');
      await ana.locator('.list .divider').press('ArrowLeft');
      const wider = await ana.locator('.list').boundingBox();
      assert.equal(wider.width, list.width + 16, 'to the left is wider');
      await ana.locator('.thread h2').click();
      // The key where T is, as an Arabic keyboard sends it.
      await ana.evaluate(() => dispatchEvent(new KeyboardEvent('keydown', { key: 'ف', code: 'KeyT', bubbles: true })));
      await ana.locator('.banner.human').waitFor();
      await fits('human');
    } else {
      await ana.locator('.about[aria-expanded]').click();
      await until(() => ana.locator('aside.panel').boundingBox(), (box) => box?.x === 0, 'the panel came in');
      await fits('panel');
      await ana.locator('aside .close').click();
    }
    await ana.keyboard.press('Escape');
    await ana.keyboard.press(',');
    await ana.locator('dialog[open] select').waitFor();
    await fits('settings');
    assert.deepEqual(ana.problems, []);
  });
}

test('a language that was chosen is spoken at once, after a reload, and without a network', async () => {
  await agent(theStage);
  const ana = await page(theStage, DESK);
  await enter(ana);
  const spoken = () => ana.evaluate(() => `${document.documentElement.lang} ${document.querySelector('h1')?.textContent}`);
  assert.equal(await spoken(), 'en Inbox');
  await ana.keyboard.press(',');
  await ana.locator('dialog[open] select').selectOption('ja');
  await until(spoken, (words) => words === 'ja 受信トレイ', 'Japanese');
  await ana.evaluate(() => navigator.serviceWorker.ready);
  for (const round of [1, 2]) {
    await ana.reload();
    await until(spoken, (words) => words === 'ja 受信トレイ', `Japanese after reload ${round}`);
  }
  await until(() => ana.evaluate(async () => (await (await caches.open('switchboard-shell-1')).keys()).some(({ url }) => /\/ja-/.test(url))), Boolean, 'the words are kept');
  await ana.context().setOffline(true);
  await ana.reload();
  await ana.getByText('サーバーに接続できません').waitFor();
  await ana.context().setOffline(false);
  await until(spoken, (words) => words === 'ja 受信トレイ', 'Japanese with the network');
  assert.deepEqual(ana.problems.filter((problem) => !/Failed to fetch/.test(problem)), []);
});
