// The web chat in its account's colours and words, on a page with hostile styles and a strict policy.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { shopServer } from './shop.mjs';
import { DESK, PHONE, agent, complaints, lines, openCaller, page, shot, sideways, stage, until } from './support.mjs';

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
    accent = "#ffd500"
    position = "start"
    bottom_px = 60
    [account.texts]
    title = "Ask Harbor"
    launcher = "Questions?"
    greeting = "We are here from 9 to 5."
    assistant = "Harby"
    write = "Ask anything"
    coming = "A colleague is on the way"
    [account.texts.de]
    title = "Fragen Sie Harbor"
    launcher = "Fragen?"
    [[account]]
    id = "dark"
    kind = "webchat"
    bot = "harbor"
    origins = ["http://localhost:*"]
    accent = "#102040"
    theme = "dark"
  `);
  shop = await shopServer(theStage);
});
after(async () => {
  shop?.close();
  await theStage?.close();
});

const widget = (vera) => vera.locator('[data-switchboard]');
const launcher = (vera) => widget(vera).locator('.launch');

async function guest(path, viewport = DESK, more = {}) {
  const vera = await page(theStage, viewport, { reducedMotion: 'reduce', ...more });
  await vera.goto(shop.url(path));
  return vera;
}

/** How much two colours of the page differ, by WCAG. */
const contrast = (vera, one, two, ground) =>
  vera.evaluate(([one, two, ground]) => {
    const root = document.querySelector('[data-switchboard]').shadowRoot;
    const luminance = (text) => {
      const [r, g, b] = text.match(/\d+(\.\d+)?/g).map((part) => Number(part) / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const [light, dark] = [getComputedStyle(root.querySelector(one))[two], getComputedStyle(root.querySelector(ground ?? one)).backgroundColor].map(luminance).sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  }, [one, two, ground]);

for (const css of ['', 'hostile']) {
  test(`it wears what its account chose, in words and colours that can be read (${css || 'polite'} page)`, async () => {
    const vera = await guest(`/?lang=en&css=${css}`);
    assert.equal(await launcher(vera).locator('span').first().textContent(), 'Questions?');
    assert.equal(await launcher(vera).getAttribute('aria-label'), 'Questions?. Open the chat');
    const box = await launcher(vera).boundingBox();
    assert.ok(box.x < 40 && Math.abs(box.y + box.height - (DESK.height - 60)) <= 1, JSON.stringify(box));
    await shot(vera, `look-closed-${css || 'polite'}`);
    await launcher(vera).click();
    await lines(vera, 'bot').first().waitFor();
    await widget(vera).locator('textarea').fill('hours');
    await vera.keyboard.press('Enter');
    await lines(vera, 'me').first().waitFor();
    assert.equal(await widget(vera).locator('h2').textContent(), 'Ask Harbor');
    assert.equal(await widget(vera).locator('.greet').textContent(), 'We are here from 9 to 5.');
    assert.equal(await widget(vera).locator('.bot small').first().textContent(), 'Harby');
    assert.equal(await widget(vera).locator('textarea').getAttribute('placeholder'), 'Ask anything');
    assert.ok((await contrast(vera, '.me p', 'color')) >= 4.5);
    assert.ok((await contrast(vera, '.me p', 'backgroundColor', '.panel')) >= 3);
    assert.deepEqual(await complaints(vera), []);
    assert.deepEqual(vera.problems, []);
    await shot(vera, `look-${css || 'polite'}`);
  });
}

test('it says who is on the way, and who has come', async () => {
  const ana = await agent(theStage);
  const vera = await guest('/?lang=en');
  await openCaller(ana, async () => {
    await launcher(vera).click();
    await lines(vera, 'bot').first().waitFor();
    await widget(vera).locator('textarea').fill('I want to talk to a person');
    await vera.keyboard.press('Enter');
    await widget(vera).locator('.line.waiting').waitFor();
  });
  assert.equal(await widget(vera).locator('.line.waiting').textContent(), 'A colleague is on the way');
  await ana.locator('.banner.waiting').getByRole('button', { name: 'Take over' }).click();
  await until(() => widget(vera).locator('.line').last().textContent(), (text) => text === 'Ana joined', 'Ana joined');
  await shot(vera, 'look-joined');
});

test('another language has its own words, and fits a phone; the next page shows them at once', async () => {
  const vera = await guest('/?lang=de', PHONE);
  assert.equal(await launcher(vera).locator('span').first().textContent(), 'Fragen?');
  await launcher(vera).click();
  await lines(vera, 'bot').first().waitFor();
  assert.equal(await widget(vera).locator('h2').textContent(), 'Fragen Sie Harbor');
  assert.equal(await widget(vera).locator('.greet').textContent(), 'We are here from 9 to 5.');
  assert.ok((await sideways(vera)) <= 0);
  await shot(vera, 'look-phone-de');
  await widget(vera).getByRole('button', { name: 'Chat schließen' }).click();
  await shot(vera, 'look-phone-closed');
  // Whatever is painted on the next page, from its first frame on, has the account's colour and place.
  await vera.addInitScript(() => {
    globalThis.seen = new Set();
    const look = () => {
      const host = document.querySelector('[data-switchboard]');
      const launch = host && !host.hidden && host.shadowRoot.querySelector('.launch');
      if (launch) globalThis.seen.add([getComputedStyle(launch).backgroundColor, launch.textContent, getComputedStyle(host).left].join('|'));
      requestAnimationFrame(look);
    };
    look();
  });
  await vera.reload();
  await launcher(vera).waitFor();
  await until(() => vera.evaluate(() => globalThis.seen.size), (size) => size > 0, 'it was painted');
  await vera.waitForFunction(() => document.querySelector('[data-switchboard]') !== null);
  const seen = await vera.evaluate(() => [...globalThis.seen]);
  assert.equal(seen.length, 1, seen.join(' then '));
});

test('what is always dark is dark for everyone, with an accent that can be found on it', async () => {
  const vera = await guest('/?account=dark&lang=en', DESK, { colorScheme: 'light' });
  await launcher(vera).click();
  await lines(vera, 'bot').first().waitFor();
  await widget(vera).locator('textarea').fill('hours');
  await vera.keyboard.press('Enter');
  await lines(vera, 'me').first().waitFor();
  assert.equal(await widget(vera).locator('.panel').evaluate((one) => getComputedStyle(one).backgroundColor), 'rgb(30, 32, 38)');
  assert.ok((await contrast(vera, '.me p', 'backgroundColor', '.panel')) >= 3);
  assert.ok((await contrast(vera, '.me p', 'color')) >= 4.5);
  assert.deepEqual(await complaints(vera), []);
  await shot(vera, 'look-dark');
});
