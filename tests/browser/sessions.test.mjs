// What an agent knows of a contact: sessions, notes of all their conversations, and attributes, at a desk and on a phone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DESK, SMALL_PHONE, agent, complaints, openCaller, panelOf, say, shot, sideways, stage, visitor } from './support.mjs';

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
    const panel = await panelOf(ana, viewport);
    const sessions = panel.locator('a.session');
    await sessions.nth(1).waitFor();
    await shot(ana, `sessions-panel-${size}`);
    assert.deepEqual(await complaints(ana), []);
    assert.equal(await sideways(ana), 0);
    await sessions.nth(1).click();
    await ana.locator('.bubble', { hasText: 'I had an accident' }).waitFor();
    assert.deepEqual([...ana.problems, ...vera.problems], []);
  });

  test(`what is known of a contact is changed where it stands, and every screen has it at once (${size})`, async () => {
    const ana = await agent(theStage, viewport);
    const other = await agent(theStage);
    const vera = await visitor(theStage);
    await openCaller(ana, () => say(vera, 'I had an accident'));
    await other.goto(ana.url());
    const panel = await panelOf(ana, viewport);
    const add = panel.getByRole('button', { name: 'Add an attribute' });
    for (const [name, value] of [['city', '<b>Porto</b>'], ['seats', '12'], ['email', 'vera@example.org']]) {
      await add.click();
      await panel.getByLabel('Name of the attribute').fill(name);
      await panel.locator('.value').fill(value);
      await ana.keyboard.press('Enter');
      await other.locator('.panel').getByText(value, { exact: true }).waitFor();
    }
    const seats = panel.getByRole('button', { name: 'Change seats: 12' });
    await seats.click();
    assert.equal(await panel.getByLabel('seats').getAttribute('type'), 'number');
    await shot(ana, `attributes-${size}`);
    assert.deepEqual(await complaints(ana), []);
    assert.equal(await sideways(ana), 0);
    await panel.getByLabel('seats').fill('13');
    await ana.keyboard.press('Escape');
    await seats.waitFor();
    await seats.click();
    await panel.getByLabel('seats').fill('14');
    await ana.keyboard.press('Enter');
    await other.locator('.panel').getByText('14', { exact: true }).waitFor();
    assert.equal(await panel.getByText('<b>Porto</b>').count(), 1, 'what is written is words');

    // Emptied, it is forgotten.
    await panel.getByRole('button', { name: 'Change email' }).click();
    await panel.getByLabel('email').fill('');
    await ana.keyboard.press('Enter');
    await other.locator('.panel').getByText('vera@example.org', { exact: true }).waitFor({ state: 'detached' });
    assert.equal(await vera.getByText('Porto').count(), 0, 'the contact hears nothing of it');
    assert.deepEqual([...ana.problems, ...other.problems, ...vera.problems], []);
  });

  test(`before the bot gets the floor, what it does about the last message is said and chosen (${size})`, async () => {
    const ana = await agent(theStage, viewport);
    const vera = await visitor(theStage);
    await openCaller(ana, () => say(vera, 'I had an accident'));
    const back = ana.getByRole('button', { name: /^Give back/ });
    const dialog = ana.getByRole('dialog', { name: /back to the bot/ });
    const ask = async (question) => {
      await ana.locator('#composer').fill('One moment');
      await ana.getByRole('button', { name: 'Send' }).click();
      await ana.locator('.banner.human').waitFor();
      await say(vera, question);
      await ana.locator('.bubble', { hasText: question }).waitFor();
      await back.click();
      await dialog.waitFor();
    };
    await ask('What are your hours today?');
    await shot(ana, `give-back-${size}`);
    assert.deepEqual(await complaints(ana), []);
    assert.equal(await sideways(ana), 0);
    await dialog.getByRole('button', { name: 'Keep it: the bot stays silent until given back' }).click();
    await ana.getByText('Bot stays silent').first().waitFor();
    await back.click();
    const said = await vera.locator('.said.bot').count();
    await dialog.getByRole('button', { name: 'The bot waits for the next message' }).click();
    await ana.locator('.banner.bot').waitFor();
    await ask('Your hours, please');
    assert.equal(await vera.locator('.said.bot').count(), said, 'it waited');
    await dialog.getByRole('button', { name: 'The bot answers it' }).click();
    await ana.locator('.banner.bot').waitFor();
    await vera.locator('.said.bot').nth(said).waitFor();
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
