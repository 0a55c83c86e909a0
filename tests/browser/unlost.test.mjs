// What an agent writes is not lost, and not sent by mistake: far too much of it, and a session that ends in mid-sentence.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DESK, SMALL_PHONE, agent, colleague, complaints, openCaller, page, say, shot, sideways, stage, until, visitor } from './support.mjs';

let theStage;
before(async () => (theStage = await stage()));
after(() => theStage?.close());

const MEGABYTE = 1_048_576;
/** On a machine that others use, too. */
const KEY_MS = 2_500;

test('a megabyte that is pasted stays whole and is not sent, the page answers, and what is left of it can go out', async (t) => {
  const ana = await agent(theStage, DESK, { permissions: ['clipboard-read', 'clipboard-write'] });
  const vera = await visitor(theStage);
  await openCaller(ana, () => say(vera, 'I had an accident'));
  const field = ana.locator('#composer');
  await field.focus();
  const pasted = 'All that was ever said. '.repeat(MEGABYTE / 24 + 1).slice(0, MEGABYTE);
  await ana.evaluate((text) => navigator.clipboard.writeText(text), pasted);
  const since = Date.now();
  await ana.keyboard.press('Control+v');
  const limit = ana.locator('.composer .hint.long');
  await limit.waitFor();
  t.diagnostic(`pasted and painted after ${Date.now() - since} ms`);
  assert.match(await limit.textContent(), /1,038,576 characters too long/);
  assert.equal((await field.inputValue()).length, MEGABYTE);
  assert.equal(await ana.getByRole('button', { name: 'Send' }).isDisabled(), true);
  await shot(ana, 'megabyte');
  assert.equal(await sideways(ana), 0);

  // Keys are still answered: each is there within a moment, and painted.
  const waits = [];
  for (const key of ['a', 'b', 'c']) {
    const pressed = Date.now();
    await ana.keyboard.press(key);
    await ana.evaluate(() => new Promise((next) => requestAnimationFrame(() => setTimeout(next))));
    waits.push(Date.now() - pressed);
  }
  t.diagnostic(`keys were painted after ${waits.join(', ')} ms`);
  assert.ok(Math.max(...waits) < KEY_MS, `${waits}`);
  await ana.keyboard.press('Enter');
  assert.equal((await field.inputValue()).length, MEGABYTE + 3, 'Enter sends none of it');
  assert.equal(await vera.locator('.said.person').count(), 0);
  assert.equal(await ana.locator('.banner.waiting').count(), 1, 'and nobody has taken over by it');

  // It outlives the page, and the other conversation is not held up by it.
  await ana.reload();
  await limit.waitFor();
  assert.equal((await field.inputValue()).length, MEGABYTE + 3);
  await field.evaluate((field) => {
    field.value = field.value.slice(0, 9_990) + ' the end';
    field.dispatchEvent(new InputEvent('input', { bubbles: true }));
  });
  await limit.waitFor({ state: 'detached' });
  await ana.getByRole('button', { name: 'Send' }).click();
  await vera.locator('.said.person', { hasText: 'the end' }).last().waitFor();
  assert.deepEqual([...ana.problems, ...vera.problems], []);
});

for (const [size, viewport] of [['desk', DESK], ['phone', SMALL_PHONE]]) {
  test(`signed out elsewhere in mid-sentence: after signing in again the words stand where they stood (${size})`, async () => {
    const ana = await agent(theStage, viewport);
    const vera = await visitor(theStage);
    await openCaller(ana, () => say(vera, 'I had an accident'));
    const conversation = ana.url();
    const field = ana.locator('#composer');
    await field.pressSequentially('The estimate is');
    // Another tab of the same browser signs out, which leaves nothing of the agent in it.
    const other = await ana.context().newPage();
    other.setDefaultTimeout(40_000);
    await other.goto(theStage.url);
    await other.getByRole('button', { name: 'Menu', exact: true }).click();
    await field.pressSequentially(' 1,200 euros');
    await other.getByRole('menuitem', { name: /^Sign out/ }).click();
    await other.getByRole('heading', { name: 'Sign in' }).waitFor();
    const door = ana.getByRole('heading', { name: 'Sign in' });
    await door.waitFor({ timeout: 60_000 });
    assert.equal(await ana.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }).includes('euros')), false, 'nothing stays in the browser');
    await shot(ana, `signed-out-${size}`);
    assert.deepEqual(await complaints(ana), []);
    assert.equal(ana.url(), conversation);
    await ana.getByLabel('E-mail').fill('ana@harbor.example');
    await ana.getByLabel('Password').fill('a calm harbor at night');
    await ana.getByRole('button', { name: 'Sign in' }).click();
    await until(() => field.inputValue(), (words) => words === 'The estimate is 1,200 euros', 'the words are back');
    await shot(ana, `signed-in-again-${size}`);
    await field.press('End');
    await field.pressSequentially(', and that is all');
    await ana.getByRole('button', { name: 'Send' }).click();
    await vera.locator('.said.person', { hasText: 'The estimate is 1,200 euros, and that is all' }).waitFor();
    assert.deepEqual([...ana.problems, ...vera.problems], []);
  });
}

test('an admin who renews an agent’s link ends their sessions; what was being written is there after the new password', async () => {
  const ana = await agent(theStage);
  const ben = await colleague(theStage, ana, { name: 'Ben', email: 'ben@harbor.example' });
  const vera = await visitor(theStage);
  await openCaller(ben, () => say(vera, 'I had an accident'));
  const field = ben.locator('#composer');
  await field.pressSequentially('Somebody comes at');
  const link = await ana.evaluate(async () => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch('/api/v1/people/link', { method: 'POST', headers, body: JSON.stringify({ email: 'ben@harbor.example' }) });
    return (await answer.json()).link;
  });
  const elsewhere = await page(theStage);
  await elsewhere.goto(theStage.url);
  await elsewhere.evaluate(async ({ token, password }) => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ token, name: 'Ben', email: 'ben@harbor.example', password });
    const answer = await fetch('/api/v1/welcome', { method: 'POST', headers, body });
    if (!answer.ok) throw new Error(`the link was not taken: ${answer.status}`);
  }, { token: new URL(link).searchParams.get('token'), password: 'another pier in summer' });
  await field.pressSequentially(' nine');
  await ben.getByRole('heading', { name: 'Sign in' }).waitFor({ timeout: 60_000 });
  await ben.getByLabel('E-mail').fill('ben@harbor.example');
  await ben.getByLabel('Password').fill('another pier in summer');
  await ben.getByRole('button', { name: 'Sign in' }).click();
  await until(() => field.inputValue(), (words) => words === 'Somebody comes at nine', 'the words are back');
  assert.deepEqual([...ben.problems, ...vera.problems], []);
});

test('who signs in after somebody else sees nothing of what they wrote', async () => {
  const ana = await agent(theStage);
  await colleague(theStage, ana, { name: 'Cleo', email: 'cleo@harbor.example' }).then((cleo) => cleo.context().close());
  const vera = await visitor(theStage);
  await openCaller(ana, () => say(vera, 'I had an accident'));
  const field = ana.locator('#composer');
  await field.pressSequentially('Only mine');
  await ana.evaluate(() => fetch('/api/v1/session', { method: 'DELETE' }));
  await ana.getByRole('heading', { name: 'Sign in' }).waitFor({ timeout: 60_000 });
  await ana.getByLabel('E-mail').fill('cleo@harbor.example');
  await ana.getByLabel('Password').fill('a quiet pier in winter');
  await ana.getByRole('button', { name: 'Sign in' }).click();
  await field.waitFor();
  assert.equal(await field.inputValue(), '');
  assert.deepEqual([...ana.problems, ...vera.problems], []);
});
