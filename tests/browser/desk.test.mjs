// What nobody has seen, what is urgent, whom nobody listens to, and several conversations at once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PHONE, agent, colleague, complaints, openCaller, say, shot, sideways, stage, until, visitor } from './support.mjs';

let theStage;
before(async () => (theStage = await stage()));
after(() => theStage?.close());

const rows = (look) => look.locator('nav .row');
const unread = (look) => look.locator('nav .row .count.new');

test('what one agent has seen is unread to none, and can be marked unread again', async () => {
  const ana = await agent(theStage);
  const ben = await colleague(theStage, ana, { name: 'Ben', email: 'ben@harbor.example' });
  const vera = await visitor(theStage);
  await say(vera, 'I had an accident');
  await unread(ana).first().waitFor();
  await unread(ben).first().waitFor();
  await shot(ana, 'unread');
  assert.deepEqual(await complaints(ana), []);

  // Since when exactly, the pointer is told.
  await rows(ana).first().hover();
  await until(() => rows(ana).first().locator('time').getAttribute('title'), (title) => /\d{4}/.test(title), 'the year, too');

  await rows(ana).first().click();
  await unread(ben).waitFor({ state: 'detached' });
  await say(vera, 'Hello?');
  await ana.locator('main').getByText('Hello?').waitFor();
  await until(() => unread(ben).count(), (count) => count === 0, 'seen as it came');

  await ana.locator('main header h2').click();
  await ana.keyboard.press('u');
  await unread(ben).first().waitFor();
  await ana.keyboard.press('Escape');
  await unread(ana).first().waitFor();
  await rows(ben).first().click();
  await unread(ana).waitFor({ state: 'detached' });
  assert.deepEqual([...ana.problems, ...ben.problems], []);
});

test('several conversations are picked, closed at once, and closing is taken back at once', async () => {
  const ana = await agent(theStage);
  const callers = [await visitor(theStage), await visitor(theStage), await visitor(theStage)];
  for (const caller of callers) await say(caller, 'I had an accident');
  const waiting = ana.locator('nav .waiting .row');
  // And whoever has waited since the story before.
  const before = await until(() => waiting.count(), (count) => count === callers.length + 1, 'all wait');

  await waiting.first().hover();
  await ana.locator('nav .waiting input.pick').first().click();
  await waiting.nth(before - 1).click({ modifiers: ['Shift'] });
  await ana.getByText(`${before} selected`).waitFor();
  await shot(ana, 'selected');
  assert.deepEqual(await complaints(ana), []);
  await ana.getByRole('toolbar').getByRole('button', { name: 'Close', exact: true }).click();
  await ana.getByText(`${before} closed.`).waitFor();
  await until(() => waiting.count(), (count) => count === 0, 'none waits');
  await shot(ana, 'many-closed');
  await ana.getByRole('button', { name: 'Undo' }).click();
  await until(() => waiting.count(), (count) => count === before, 'all wait again');

  // One of them is urgent: it comes first.
  await waiting.nth(before - 1).click();
  const name = await ana.locator('main header h2').textContent();
  await ana.locator('main header h2').click();
  await ana.keyboard.press('p');
  await ana.getByRole('dialog').getByRole('button', { name: 'Urgent' }).click();
  await until(() => waiting.first().locator('.name').textContent(), (first) => first === name, 'the urgent one is first');
  await shot(ana, 'urgent');
  assert.deepEqual(await complaints(ana), []);
  assert.deepEqual(ana.problems, []);
});

test('a contact is blocked and unblocked, also on a phone', async () => {
  const ana = await agent(theStage, PHONE);
  const vera = await visitor(theStage);
  await openCaller(ana, () => say(vera, 'I had an accident'));
  await ana.getByRole('button', { name: 'About the contact' }).click();
  await ana.getByRole('button', { name: 'Block the contact' }).click();
  await ana.getByText('The contact is blocked').first().waitFor();
  await shot(ana, 'blocked-phone');
  assert.equal(await sideways(ana), 0);
  assert.deepEqual(await complaints(ana), []);
  await say(vera, 'Nobody hears me');
  await ana.getByRole('button', { name: 'Undo' }).click();
  await ana.getByText('no longer blocks the contact').waitFor();
  await until(() => ana.getByText('The contact is blocked').count(), (count) => count === 0, 'listened to again');
  await ana.locator('.about').getByRole('button', { name: 'Close', exact: true }).click();
  await ana.getByRole('button', { name: 'Back to the list', exact: true }).click();
  await ana.getByRole('button', { name: 'Menu' }).click();
  await ana.getByRole('menuitem', { name: /Select several/ }).click();
  await shot(ana, 'select-phone');
  assert.deepEqual(await complaints(ana), []);
  assert.deepEqual([...ana.problems, ...vera.problems], []);
});
