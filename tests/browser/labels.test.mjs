// The short words by which a team sorts its contacts.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { agent, openCaller, say, shot, stage, visitor } from './support.mjs';

let theStage;
before(async () => (theStage = await stage()));
after(() => theStage?.close());

test('a label that one agent puts on is there for all, in the list and by the conversation, until it is taken off', async () => {
  const ana = await agent(theStage);
  const vera = await visitor(theStage);
  await openCaller(ana, () => say(vera, 'I had an accident'));
  const panel = ana.locator('.labels li');
  const row = ana.locator('.row .chip.label');

  await ana.getByLabel('Add a label').fill('  Fleet ');
  await ana.keyboard.press('Enter');
  await panel.getByText('fleet', { exact: true }).waitFor();
  await row.getByText('fleet', { exact: true }).waitFor();
  await shot(ana, 'labels');

  // It is with the contact, not with the screen.
  await ana.reload();
  await row.getByText('fleet', { exact: true }).waitFor();

  await ana.locator('.waiting .row').last().click();
  await ana.getByRole('button', { name: 'Take off the label fleet' }).click();
  await row.waitFor({ state: 'detached' });
  await panel.waitFor({ state: 'detached' });
  assert.deepEqual([...ana.problems, ...vera.problems], []);
});
