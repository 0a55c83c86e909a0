// From one agent to another: a conversation is handed over, with words the contact never sees.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PHONE, agent, colleague, complaints, lines, openCaller, say, shot, stage, visitor } from './support.mjs';

let theStage;
before(async () => (theStage = await stage()));
after(() => theStage?.close());

const mine = (look) => look.locator('nav section', { hasText: 'With me' }).locator('.row');

test('a colleague gets the floor and knows why', async () => {
  const ana = await agent(theStage);
  const vera = await visitor(theStage);
  await openCaller(ana, () => say(vera, 'I had an accident'));

  // Nobody else is there yet.
  await ana.getByRole('button', { name: 'Hand over to a colleague' }).click();
  await ana.getByText('Nobody else could take it.').waitFor();
  await ana.getByRole('button', { name: 'Close', exact: true }).click();

  const ben = await colleague(theStage, ana, { name: 'Ben', email: 'ben@harbor.example' });
  assert.equal(await mine(ben).count(), 0);
  await ana.locator('body').press('h');
  await ana.getByLabel('Ben').check();
  await ana.getByLabel('A note for the team').fill('Knows the harbour by heart.');
  await shot(ana, 'hand-over');
  assert.deepEqual(await complaints(ana), []);
  await ana.getByRole('button', { name: 'Hand over to Ben' }).click();
  await ana.getByText('Ben has the floor').waitFor();
  await ana.getByText('Ana handed over to Ben').waitFor();

  await mine(ben).first().click();
  await ben.getByText('You have the floor').waitFor();
  await ben.locator('main').getByText('Knows the harbour by heart.').waitFor();
  await shot(ben, 'handed-over');
  await ben.locator('#composer').fill('Where are you?');
  await ben.keyboard.press('Enter');
  await lines(vera, 'person').getByText('Where are you?').waitFor();
  assert.equal(await vera.getByText('by heart').count(), 0);

  // On a phone it fits, too, and whoever has it already is not offered.
  const phone = await agent(theStage, PHONE);
  await phone.goto(ana.url());
  await phone.getByRole('button', { name: 'Hand over to a colleague' }).click();
  await phone.getByText('Nobody else could take it.').waitFor();
  await shot(phone, 'hand-over-phone');
  assert.deepEqual([...ana.problems, ...ben.problems, ...vera.problems, ...phone.problems], []);
});
