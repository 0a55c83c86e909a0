// When something outside fails, the screen says what and since when, and how to go on.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { fakeGraph, harborPage, writeOnMessenger } from './graph.mjs';
import { DESK, SMALL_PHONE, agent, complaints, lines, openCaller, say, shot, sideways, stage, visitor } from './support.mjs';

let theStage;
let graph;
before(async () => {
  graph = await fakeGraph();
  theStage = await stage(harborPage(graph, 'subscription_look_s = 1'));
});
after(async () => {
  await theStage?.close();
  graph?.close();
});

test('what the channel refused says why, and goes out once when it is sent again', async () => {
  const ana = await agent(theStage);
  await openCaller(ana, () => writeOnMessenger(theStage, '7001', 'I had an accident'));
  graph.refuses = true;
  await ana.getByRole('textbox', { name: /Reply/ }).fill('This is Ana. Are you all right?');
  await ana.keyboard.press('Enter');
  const line = ana.locator('.message', { hasText: 'Are you all right?' });
  await line.getByText('Not delivered: outside the 24-hour window').waitFor();
  await shot(ana, 'trouble-refused');
  assert.deepEqual(await complaints(ana), []);

  graph.refuses = false;
  await line.getByRole('button', { name: 'Send again' }).click();
  await line.getByText('Not delivered').waitFor({ state: 'detached' });
  await line.locator('.fate', { hasText: /Sent/i }).or(line.getByLabel(/sent/i)).first().waitFor();
  assert.equal(graph.accepted.filter((text) => text.includes('Are you all right?')).length, 1);
  await shot(ana, 'trouble-sent-again');
});

test('a token that died pauses its account, and every console says so until it is renewed', async () => {
  const ana = await agent(theStage);
  await openCaller(ana, () => writeOnMessenger(theStage, '7009', 'I had an accident'));
  graph.dead = true;
  await ana.getByRole('textbox', { name: /Reply/ }).fill('This waits, and is not lost.');
  await ana.keyboard.press('Enter');
  const bar = ana.getByRole('alert').filter({ hasText: 'The account harbor-page cannot send. Nothing is lost' });
  await bar.waitFor();
  const line = ana.locator('.message', { hasText: 'is not lost' });
  await line.waitFor();
  assert.equal(await line.getByText('Not delivered').count(), 0, 'it waits');
  const other = await agent(theStage, SMALL_PHONE);
  await other.getByRole('alert').filter({ hasText: 'The account harbor-page cannot send' }).waitFor();
  await shot(ana, 'trouble-dead-token');
  await shot(other, 'trouble-dead-token-phone');
  assert.ok((await sideways(other)) <= 0);
  assert.deepEqual(await complaints(ana), []);
  graph.dead = false;
});

test('what Meta may not bring us every console says, until it is seen to come', async () => {
  graph.hides = true;
  const ana = await agent(theStage);
  const bar = ana.getByRole('alert').filter({ hasText: 'What contacts write on the account harbor-page may not reach us' });
  await bar.waitFor();
  assert.match(await bar.getAttribute('title'), /Error validating access token/, 'in Meta’s own words');
  await shot(ana, 'trouble-hearing');
  assert.deepEqual(await complaints(ana), []);
  graph.hides = false;
  await bar.waitFor({ state: 'detached' });
});

test('while nothing can be stored, everybody is told, and nobody has to reload afterwards', async () => {
  const ana = await agent(theStage);
  const vera = await visitor(theStage);
  await openCaller(ana, () => say(vera, 'I want to talk to a human'));

  limitFiles('1');
  await say(vera, 'is anybody there?');
  const bar = ana.getByRole('alert').filter({ hasText: /cannot (be )?(store|save|write)|storage/i });
  await bar.waitFor();
  await vera.getByText('Not sent yet. It goes out by itself.').waitFor();
  await shot(ana, 'trouble-storage');
  await shot(vera, 'trouble-storage-visitor');
  await ana.setViewportSize(SMALL_PHONE);
  assert.ok((await sideways(ana)) <= 0);
  await ana.setViewportSize(DESK);

  limitFiles('unlimited');
  await bar.waitFor({ state: 'detached' });
  await ana.locator('.bubble', { hasText: 'is anybody there?' }).waitFor({ timeout: 20_000 });
  assert.equal(await lines(vera, 'me').filter({ hasText: 'is anybody there?' }).count(), 1);
  await vera.getByText('Not sent yet').waitFor({ state: 'detached' });
});

/** No file of the server can grow beyond so many bytes: as near to a full disk as an ordinary user comes. */
function limitFiles(bytes) {
  execFileSync('prlimit', ['--pid', String(theStage.pid), `--fsize=${bytes}:`]);
}
