// What helps agents write: canned replies, drafts that follow their agent, and the way back from a take over.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PHONE, agent, complaints, lines, openCaller, say, shot, stage, visitor } from './support.mjs';

let theStage;
before(async () => (theStage = await stage()));
after(() => theStage?.close());

const field = (ana) => ana.locator('#composer');

test('a canned reply is written once, found by a slash and filled with what is known', async () => {
  const ana = await agent(theStage);
  const vera = await visitor(theStage);
  await openCaller(ana, () => say(vera, 'I had an accident'));

  // A whole book is stopped before it is sent, and in words.
  await field(ana).fill('a'.repeat(10_007));
  await ana.getByText('7 characters too long').waitFor();
  assert.equal(await ana.getByRole('button', { name: 'Send' }).isDisabled(), true);

  // What was just written may be kept under a name.
  await field(ana).fill('Dear {{name|customer}}, help is on its way.');
  await ana.getByRole('button', { name: 'Keep these words as a canned reply' }).click();
  await ana.getByLabel('Name').fill('On its way');
  await ana.getByRole('button', { name: 'Save' }).click();
  await ana.locator('dialog .words', { hasText: '/on-its-way' }).waitFor();
  await shot(ana, 'canned-sheet');
  assert.deepEqual(await complaints(ana), []);
  await ana.getByRole('button', { name: 'New canned reply' }).click();
  await ana.getByLabel('Name').fill('hours');
  await ana.getByRole('textbox', { name: 'Words' }).fill('We are open from 9 to 17.');
  await ana.getByRole('button', { name: 'Save' }).click();
  await ana.locator('dialog .words', { hasText: '/hours' }).waitFor();
  await ana.getByRole('button', { name: 'Close', exact: true }).click();

  await field(ana).fill('');
  await field(ana).press('/');
  const choices = ana.getByRole('option');
  await choices.nth(1).waitFor();
  await shot(ana, 'canned-picker');
  assert.deepEqual(await complaints(ana), []);
  await ana.keyboard.press('ArrowDown');
  await ana.keyboard.press('Enter');
  assert.equal(await field(ana).inputValue(), 'Dear customer, help is on its way.');
  await ana.keyboard.press('Enter');
  await lines(vera, 'person').getByText('Dear customer, help is on its way.').waitFor();

  // Away with it, and back again.
  await field(ana).press('/');
  await ana.getByRole('button', { name: 'Manage' }).click();
  await ana.getByRole('button', { name: 'Delete /hours' }).click();
  await ana.getByText('/hours is deleted.').waitFor();
  assert.equal(await ana.locator('dialog .words').count(), 1);
  await ana.locator('dialog').getByRole('button', { name: 'Undo' }).click();
  await ana.locator('dialog .words', { hasText: '/hours' }).waitFor();
  assert.deepEqual([...ana.problems, ...vera.problems], []);
});

test('what an agent has begun to write waits on the next device, and is gone there once it is sent', async () => {
  const desk = await agent(theStage);
  const vera = await visitor(theStage);
  await openCaller(desk, () => say(vera, 'accident at the pier'));
  const saved = desk.waitForResponse((answer) => answer.url().includes('/api/v1/drafts/') && answer.ok());
  await field(desk).fill('I am looking into');
  await saved;

  const phone = await agent(theStage, PHONE);
  await phone.getByText('I am looking into').waitFor();
  await shot(phone, 'draft-in-list');
  await phone.goto(desk.url());
  await phone.waitForFunction(() => document.querySelector('#composer')?.value === 'I am looking into');
  const emptied = phone.waitForResponse((answer) => answer.url().includes('/api/v1/drafts/') && answer.ok());
  await field(phone).fill('I am looking into it.');
  await phone.getByRole('button', { name: 'Send' }).click();
  await lines(vera, 'person').getByText('I am looking into it.').waitFor();
  await emptied;

  await desk.reload();
  await desk.locator('.bubble', { hasText: 'I am looking into it.' }).waitFor();
  await desk.waitForFunction(() => document.querySelector('#composer')?.value === '');
  assert.deepEqual([...desk.problems, ...phone.problems, ...vera.problems], []);
});

test('what somebody has begun to write is not their colleague’s, who signs in on the same browser', async () => {
  const ana = await agent(theStage);
  const vera = await visitor(theStage);
  await openCaller(ana, () => say(vera, 'accident on the bridge'));
  const link = await ana.evaluate(async () => {
    const body = JSON.stringify({ name: 'Ben', email: 'ben@harbor.example', role: 'agent' });
    const headers = { 'content-type': 'application/json' };
    return (await (await fetch('/api/v1/people', { method: 'POST', headers, body })).json()).link;
  });
  // Her words have not reached the server when her session is ended there.
  await ana.route('**/api/v1/drafts/**', (route) => route.abort());
  await field(ana).fill('Only Ana knows');
  await ana.waitForFunction(() => JSON.stringify({ ...localStorage }).includes('Only Ana knows'));
  const conversation = ana.url();
  await ana.context().clearCookies();

  await ana.goto(new URL(new URL(link).pathname + new URL(link).search, theStage.url).href);
  await ana.unroute('**/api/v1/drafts/**');
  const fetched = ana.waitForResponse((answer) => answer.url().endsWith('/api/v1/drafts') && answer.ok());
  await ana.getByLabel('Password').fill('a quiet pier in winter');
  await ana.getByRole('button', { name: 'Open the console' }).click();
  await fetched;
  await ana.goto(conversation);
  await ana.locator('.banner.waiting').waitFor();
  assert.equal(await field(ana).inputValue(), '');
  await ana.waitForTimeout(2500);
  const kept = await ana.evaluate(async () => (await fetch('/api/v1/drafts')).text());
  assert.ok(!kept.includes('Only Ana knows'), kept);

  // She comes back to her own words.
  await ana.context().clearCookies();
  await ana.reload();
  await ana.getByLabel('E-mail').fill('ana@harbor.example');
  await ana.getByLabel('Password').fill('a calm harbor at night');
  await ana.getByRole('button', { name: 'Sign in' }).click();
  await ana.waitForFunction(() => document.querySelector('#composer')?.value === 'Only Ana knows');
  assert.deepEqual([...ana.problems, ...vera.problems], []);
});

test('who takes over from the bot without meaning to has a moment to undo it', async () => {
  const ana = await agent(theStage);
  const vera = await visitor(theStage);
  await openCaller(ana, () => say(vera, 'my claim, please'));
  const takeOver = ana.getByRole('button', { name: /^Take over/ });
  await takeOver.click();
  await ana.getByText('You took over from the bot.').waitFor();
  await shot(ana, 'undo');
  await ana.getByRole('button', { name: 'Undo' }).click();
  await ana.locator('.banner.bot').waitFor();
  await ana.getByText('You took over from the bot.').waitFor({ state: 'detached' });

  await takeOver.click();
  await ana.getByText('You took over from the bot.').waitFor();
  await ana.getByText('You took over from the bot.').waitFor({ state: 'detached' });
  await ana.locator('.banner.human').waitFor();
  assert.deepEqual([...ana.problems, ...vera.problems], []);
});
