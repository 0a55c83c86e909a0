// What an agent does with a conversation that needs nothing more, or nothing now.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PHONE, agent, complaints, lines, openCaller, say, shot, sideways, stage, until, visitor } from './support.mjs';

let theStage;
before(async () => (theStage = await stage()));
after(() => theStage?.close());

const row = (look, name) => look.locator('nav .row', { hasText: name });

test('a conversation is closed with a word before and a way back after, and comes back when the contact writes', async () => {
  const ana = await agent(theStage);
  const vera = await visitor(theStage);
  await openCaller(ana, () => say(vera, 'I had an accident'));
  const name = await ana.locator('main header h2').textContent();
  await ana.locator('#composer').fill('Anna here.');
  await ana.keyboard.press('Enter');
  await ana.getByText('You have the floor').waitFor();
  await lines(vera, 'person').getByText('Anna here.').waitFor();

  // What will happen is said first.
  await ana.locator('body').press('Escape');
  await ana.locator('main header h2').click();
  await ana.keyboard.press('x');
  await ana.getByText('You have the floor: the bot gets it back, without a word.').waitFor();
  await shot(ana, 'close-sheet');
  assert.deepEqual(await complaints(ana), []);
  await ana.keyboard.press('Enter');
  await ana.getByText('This conversation is closed.').waitFor();
  await ana.getByText('Ana closed the conversation').waitFor();
  await row(ana, name).waitFor({ state: 'detached' });
  await shot(ana, 'closed');
  assert.deepEqual(await complaints(ana), []);

  // Taken back, all is as it was.
  await ana.getByRole('button', { name: 'Undo' }).click();
  await ana.getByText('You have the floor').waitFor();
  await ana.getByText('Ana took the closing back').waitFor();
  await row(ana, name).waitFor();

  await ana.keyboard.press('x');
  await ana.getByRole('dialog').getByRole('button', { name: 'Close the conversation' }).click();
  await ana.getByText('This conversation is closed.').waitFor();
  await ana.getByRole('button', { name: /^Closed 1/ }).click();
  await row(ana, name).waitFor();
  await shot(ana, 'closed-list');
  assert.equal(await lines(vera, 'bot').getByText('without a word').count(), 0);

  await say(vera, 'What are your hours?');
  await ana.getByText('Back in the lists: the contact wrote').waitFor();
  await ana.getByRole('button', { name: 'Clear the filter' }).first().click();
  await row(ana, name).waitFor();
  assert.deepEqual([...ana.problems, ...vera.problems], []);
});

test('a conversation is snoozed until a time, and is back at once when the contact writes, also on a phone', async () => {
  const ana = await agent(theStage, PHONE);
  const vera = await visitor(theStage);
  await openCaller(ana, () => say(vera, 'I had an accident'));
  const name = await ana.locator('main header h2').textContent();
  await shot(ana, 'aside-phone');
  await ana.getByRole('button', { name: 'Snooze', exact: true }).click();
  await ana.getByText('Out of the lists until then').waitFor();
  await shot(ana, 'snooze-phone');
  assert.deepEqual(await complaints(ana), []);
  await ana.getByRole('dialog').getByRole('button', { name: /^Tomorrow/ }).click();
  await ana.getByText(/Snoozed until tomorrow/).waitFor();
  await shot(ana, 'snoozed-phone');
  assert.equal(await sideways(ana), 0);
  assert.deepEqual(await complaints(ana), []);
  await ana.getByRole('button', { name: 'Back to the list', exact: true }).click();
  await ana.getByRole('button', { name: /^Snoozed 1/ }).click();
  await row(ana, name).waitFor();
  await shot(ana, 'snoozed-list-phone');
  await say(vera, 'Are you there?');
  await ana.getByRole('button', { name: 'Clear the filter' }).first().click();
  await until(() => ana.locator('.waiting .row').count(), (count) => count > 0, 'it waits again');

  // At its time it comes back by itself.
  await row(ana, name).click();
  await ana.getByRole('button', { name: 'Snooze', exact: true }).click();
  const soon = await ana.evaluate(() => new Date(Math.ceil((Date.now() + 1000) / 60_000) * 60_000).toISOString());
  const field = await ana.evaluate((at) => {
    const day = new Date(at);
    return new Date(day.getTime() - day.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
  }, soon);
  await ana.getByLabel('Until').fill(field);
  await ana.getByRole('dialog').getByRole('button', { name: 'Snooze', exact: true }).click();
  await ana.getByText(/Snoozed until/).first().waitFor();
  await ana.getByText('Back in the lists: the snooze is over').waitFor({ timeout: 90_000 });
  assert.deepEqual([...ana.problems, ...vera.problems], []);
});
