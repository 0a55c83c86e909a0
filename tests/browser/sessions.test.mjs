// Sessions in the thread, and emoji in the field, at a desk and on a phone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DESK, SMALL_PHONE, agent, complaints, openCaller, say, shot, sideways, stage, visitor } from './support.mjs';

let theStage;
before(async () => (theStage = await stage()));
after(() => theStage?.close());

for (const [size, viewport] of [['desk', DESK], ['phone', SMALL_PHONE]]) {
  test(`sessions stand apart, can be folded, and are led to from beside the contact (${size})`, async () => {
    const ana = await agent(theStage, viewport);
    const vera = await visitor(theStage);
    await openCaller(ana, () => say(vera, `I had an accident, ${size}`));
    assert.equal(await ana.locator('.session[aria-expanded], .thread h3.session').count(), 0, 'one session needs no name');
    await ana.getByRole('button', { name: 'Close the conversation' }).click();
    await ana.getByRole('dialog').getByRole('button', { name: 'Close the conversation' }).click();
    await ana.getByRole('button', { name: 'Reopen' }).waitFor();
    await say(vera, 'I am back');
    await ana.locator('.bubble', { hasText: 'I am back' }).waitFor();

    const heads = ana.locator('h3.session button');
    await heads.nth(1).waitFor();
    assert.equal(await heads.count(), 2);
    await heads.first().scrollIntoViewIfNeeded();
    await shot(ana, `sessions-${size}`);
    assert.deepEqual(await complaints(ana), []);
    await heads.first().click();
    await ana.locator('.bubble', { hasText: 'I had an accident' }).waitFor({ state: 'detached' });
    assert.equal(await heads.first().getAttribute('aria-expanded'), 'false');
    assert.equal(await sideways(ana), 0);


    // Whoever is led to a place in it sees it.
    const about = ana.getByRole('button', { name: 'About the contact' });
    if (await about.isVisible()) await about.click();
    const sessions = ana.locator('.panel a.session');
    await sessions.nth(1).waitFor();
    assert.deepEqual(await complaints(ana), []);
    assert.equal(await sideways(ana), 0);
    await shot(ana, `sessions-panel-${size}`);
    await sessions.nth(1).click();
    await ana.locator('.bubble', { hasText: 'I had an accident' }).waitFor();
    assert.deepEqual([...ana.problems, ...vera.problems], []);
  });

  test(`an emoji is put where the caret is (${size})`, async () => {
    const ana = await agent(theStage, viewport);
    const vera = await visitor(theStage);
    await openCaller(ana, () => say(vera, 'I had an accident'));
    const field = ana.locator('#composer');
    await field.fill('Hello there');
    await field.evaluate((field) => field.setSelectionRange(5, 5));
    await ana.getByRole('button', { name: 'Emoji' }).click();
    const emoji = ana.getByRole('group', { name: 'Emoji' });
    await emoji.waitFor();
    await shot(ana, `emoji-${size}`);
    assert.deepEqual(await complaints(ana), []);
    assert.equal(await sideways(ana), 0);
    await ana.keyboard.press('ArrowRight');
    const chosen = await ana.evaluate(() => document.activeElement.textContent);
    await ana.keyboard.press('Enter');
    assert.equal(await field.inputValue(), `Hello${chosen} there`);
    await emoji.waitFor({ state: 'detached' });
    // What was taken last comes first; Esc takes none.
    await ana.getByRole('button', { name: 'Emoji' }).click();
    assert.equal(await emoji.locator('button').first().textContent(), chosen);
    await ana.keyboard.press('Escape');
    await emoji.waitFor({ state: 'detached' });
    await ana.getByRole('button', { name: 'Send' }).click();
    await vera.locator('.said.person', { hasText: chosen }).waitFor();
    assert.deepEqual([...ana.problems, ...vera.problems], []);
  });
}
