// For every screen and everybody: a small phone, a keyboard, a screen reader, light and dark.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DESK, SMALL_PHONE, agent, complaints, lines, page, say, shot, sideways, stage, visitor } from './support.mjs';

let theStage;
before(async () => (theStage = await stage()));
after(() => theStage?.close());

test('on a small phone: the list, a conversation and back, nothing wider than the screen', async () => {
  const vera = await visitor(theStage, SMALL_PHONE);
  await say(vera, 'I had an accident');
  await vera.getByText('A person is on the way').first().waitFor();
  assert.ok((await sideways(vera)) <= 0);
  await shot(vera, 'phone-widget');

  const ana = await agent(theStage, SMALL_PHONE);
  await ana.locator('.waiting .row').last().waitFor();
  assert.ok((await sideways(ana)) <= 0, 'list');
  await shot(ana, 'phone-list');
  await ana.locator('.waiting .row').last().click();
  await ana.locator('.bubble', { hasText: 'I had an accident' }).waitFor();
  assert.ok((await sideways(ana)) <= 0, 'thread');
  assert.match(new URL(ana.url()).pathname, /^\/c\//);
  await shot(ana, 'phone-thread');
  const small = await ana.locator('main button:visible').evaluateAll((all) =>
    all.filter((one) => one.getBoundingClientRect().height < 44).map((one) => one.textContent || one.ariaLabel),
  );
  assert.deepEqual(small, [], 'targets under 44 px');
  await ana.getByRole('button', { name: 'About the contact' }).click();
  await ana.getByRole('button', { name: 'Close', exact: true }).waitFor();
  await shot(ana, 'phone-panel');
  await ana.getByRole('button', { name: 'Close', exact: true }).click();
  await ana.getByRole('button', { name: 'Back to the list' }).click();
  await ana.locator('.waiting .row').last().waitFor();
  assert.equal(new URL(ana.url()).pathname, '/');
});

test('the console is run by keys alone', async () => {
  const vera = await visitor(theStage);
  await say(vera, 'I want to talk to a human');
  const ana = await agent(theStage);
  await ana.locator('.waiting .row').first().waitFor();
  await ana.keyboard.press('j');
  await ana.locator('#composer').waitFor();
  await ana.keyboard.press('t');
  await ana.locator('.banner.human .count').waitFor();
  await ana.keyboard.press('+');
  await ana.locator('.banner.human .count', { hasText: /^1:5\d:/ }).waitFor();
  await ana.keyboard.press('n');
  await ana.keyboard.type('Called back on Monday');
  await ana.keyboard.press('Enter');
  await ana.locator('.thread .note .text', { hasText: 'Called back on Monday' }).waitFor();
  await ana.keyboard.press('Escape');
  await ana.keyboard.press('?');
  await ana.getByRole('heading', { name: 'Keyboard' }).waitFor();
  await ana.keyboard.press('Escape');
  await ana.keyboard.press('b');
  await ana.locator('.banner.bot').waitFor();
});

for (const colorScheme of ['light', 'dark']) {
  test(`axe has no serious complaint (${colorScheme})`, async () => {
    const vera = await visitor(theStage, DESK, { colorScheme });
    await say(vera, 'I had an accident');
    await vera.getByText('A person is on the way').first().waitFor();
    await lines(vera, 'bot').nth(1).waitFor();
    assert.deepEqual(await complaints(vera), [], 'web chat and demo');
    await shot(vera, `widget-${colorScheme}`);

    const ana = await agent(theStage, DESK, { colorScheme });
    await ana.locator('.waiting .row').last().waitFor();
    assert.deepEqual(await complaints(ana), [], 'inbox');
    await ana.locator('.waiting .row').last().click();
    await ana.locator('.bubble', { hasText: 'I had an accident' }).waitFor();
    assert.deepEqual(await complaints(ana), [], 'waiting');
    await ana.keyboard.press('Escape');
    await ana.keyboard.press('t');
    await ana.locator('.banner.human').waitFor();
    await ana.waitForTimeout(300);
    assert.deepEqual(await complaints(ana), [], 'human');
    await shot(ana, `desk-${colorScheme}`);

    const stranger = await page(theStage, DESK, { colorScheme });
    await stranger.goto(theStage.url);
    await stranger.getByRole('heading', { name: 'Sign in' }).waitFor();
    assert.deepEqual(await complaints(stranger), [], 'sign in');
  });
}

/** Keys that open a sheet over an open conversation. */
const SHEETS = ['h', 'a', 'x', 'z', 'p', 'm', 'f', 'd', ',', '?', 'Control+k'];

for (const [colorScheme, contrast] of [['light', 'no-preference'], ['dark', 'no-preference'], ['light', 'more'], ['dark', 'more']]) {
  test(`axe has no serious complaint about any sheet (${colorScheme}, contrast ${contrast})`, async () => {
    const vera = await visitor(theStage);
    await say(vera, 'I had an accident');
    const ana = await agent(theStage, DESK, { colorScheme, contrast, reducedMotion: 'reduce' });
    await ana.locator('.waiting .row').last().click();
    await ana.locator('.bubble', { hasText: 'I had an accident' }).waitFor();
    assert.deepEqual(await complaints(ana), [], 'the conversation');
    // Out of the field, which has the keys.
    await ana.locator('#composer').press('Escape');
    for (const key of SHEETS) {
      await ana.locator('body').press(key);
      const sheet = ana.locator('dialog[open]');
      await sheet.waitFor();
      assert.deepEqual(await complaints(ana), [], key);
      await ana.keyboard.press('Escape');
      await sheet.waitFor({ state: 'detached' });
    }
    assert.deepEqual(ana.problems, []);
  });
}
