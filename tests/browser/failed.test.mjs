// What did not go out: supervisors and administrators see why, by account, and see to it, one by one or all at once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fakeGraph, harborPage, writeOnMessenger } from './graph.mjs';
import { PHONE, agent, colleague, complaints, shot, sideways, stage, until } from './support.mjs';

let theStage;
let graph;
before(async () => {
  graph = await fakeGraph();
  theStage = await stage(harborPage(graph));
});
after(async () => {
  await theStage?.close();
  graph?.close();
});

async function openSheet(ana) {
  await ana.getByRole('button', { name: 'Menu' }).click();
  await ana.getByRole('menuitem', { name: 'Messages that did not go out' }).click();
  return ana.getByRole('dialog', { name: 'Messages that did not go out' });
}

const hasFailed = (ana, count) =>
  until(
    () => ana.evaluate(async () => (await (await fetch('/api/v1/deliveries')).json()).deliveries.length),
    (found) => found === count,
    `${count} have failed`,
  );

test('what failed says why, and is sent again or left, one by one or all at once', async () => {
  const ana = await agent(theStage);
  graph.refuses = true;
  for (const psid of ['8001', '8002', '8003', '8004']) await writeOnMessenger(theStage, psid, 'opening hours');
  await hasFailed(ana, 4);
  graph.refuses = false;

  const sheet = await openSheet(ana);
  const rows = sheet.locator('li');
  await until(() => rows.count(), (count) => count === 4, 'all are listed');
  assert.equal(await sheet.getByRole('heading', { name: 'Harbor on Facebook' }).count(), 1);
  assert.match(await rows.first().textContent(), /We are open.*outside the 24-hour window/s);
  assert.deepEqual(await complaints(ana), []);
  await shot(ana, 'failed-desk');

  await rows.first().getByRole('button', { name: 'Send again' }).click();
  await sheet.getByText('1 message goes out again.').waitFor();
  await rows.first().getByRole('button', { name: 'Leave it' }).click();
  await sheet.getByText('1 message is left as it is.').waitFor();
  assert.equal(await rows.count(), 2);

  await sheet.getByRole('button', { name: 'Send all again' }).click();
  await sheet.getByText('Send up to 1,000 messages of Harbor on Facebook again?').waitFor();
  await shot(ana, 'failed-sure');
  await sheet.getByRole('button', { name: 'Cancel' }).click();
  await sheet.getByRole('button', { name: 'Send all again' }).click();
  await sheet.getByRole('button', { name: 'Send all again' }).click();
  await sheet.getByText('2 messages go out again.').waitFor();
  await sheet.getByText('Nothing. Everything went out.').waitFor();
  await until(() => graph.accepted.length, (count) => count === 3, 'three went out, one was left');
});

test('a row leads to its place in the conversation, and all of it fits a phone', async () => {
  const ana = await agent(theStage, PHONE);
  graph.refuses = true;
  await writeOnMessenger(theStage, '8005', 'prices');
  await hasFailed(ana, 1);
  graph.refuses = false;
  const sheet = await openSheet(ana);
  await sheet.locator('li').first().waitFor();
  assert.ok((await sideways(ana)) <= 0);
  assert.deepEqual(await complaints(ana), []);
  await shot(ana, 'failed-phone');
  await sheet.getByRole('link', { name: '8005' }).click();
  await ana.locator('.message', { hasText: /Not delivered/ }).waitFor();
});

test('who answers customers and nothing else is not offered it', async () => {
  const ana = await agent(theStage);
  const ben = await colleague(theStage, ana, { name: 'Ben', email: 'ben@harbor.example' });
  await ben.getByRole('button', { name: 'Menu' }).click();
  await ben.getByRole('menuitem', { name: 'Settings' }).waitFor();
  assert.equal(await ben.getByRole('menuitem', { name: 'Messages that did not go out' }).count(), 0);
});
