// What an agent writes is not lost when their session ends in mid-sentence.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DESK, SMALL_PHONE, agent, colleague, complaints, openCaller, page, say, shot, stage, until, visitor } from './support.mjs';

let theStage;
before(async () => (theStage = await stage()));
after(() => theStage?.close());

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
  await field.pressSequentially('Somebody comes at nine');
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
