// Where somebody is signed in: they see it, and end what they have lost; an administrator signs a person out everywhere, and
// nothing of what that person was writing is lost.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DESK, SMALL_PHONE, agent, colleague, complaints, openCaller, say, shot, sideways, stage, until, visitor } from './support.mjs';

let theStage;
before(async () => (theStage = await stage()));
after(() => theStage?.close());

const BEN = { name: 'Ben', email: 'ben@harbor.example' };
const PASSWORD = 'a quiet pier in winter';

const openFromMenu = async (look, name) => {
  await look.getByRole('button', { name: 'Menu' }).click();
  await look.getByRole('menuitem', { name }).click();
  return look.getByRole('dialog', { name });
};

test('an admin signs somebody out in mid-sentence, and after signing in again the words stand where they stood', async () => {
  const ana = await agent(theStage);
  const ben = await colleague(theStage, ana, BEN);
  const vera = await visitor(theStage);
  await openCaller(ben, () => say(vera, 'I had an accident'));
  const [conversation, field] = [ben.url(), ben.locator('#composer')];
  await field.pressSequentially('The assessor comes at nine');

  const teams = await openFromMenu(ana, 'Teams');
  const people = teams.getByRole('listitem');
  await people.filter({ hasText: BEN.email }).waitFor();
  assert.equal(await people.filter({ hasText: 'ana@harbor.example' }).getByRole('button').count(), 0, 'nobody signs themselves out here');
  const begin = teams.getByRole('button', { name: 'Sign Ben out everywhere' });
  await begin.click();
  await teams.getByText('Sign Ben out on every browser and device?').waitFor();
  await shot(ana, 'people-sure');
  assert.deepEqual(await complaints(ana), []);
  await teams.getByRole('button', { name: 'Cancel' }).click();
  assert.equal(await begin.evaluate((button) => button === document.activeElement), true, 'the keyboard is where it was');
  await begin.press('Enter');
  await teams.getByRole('button', { name: 'Sign out everywhere', exact: true }).press('Enter');
  await teams.getByText('Ben is signed out everywhere: 1 session has ended.').waitFor();
  await shot(ana, 'people-signed-out');

  // A console asks by itself every fifteen seconds; this one hears it before.
  await ben.getByRole('heading', { name: 'Sign in' }).waitFor({ timeout: 10_000 });
  assert.equal(ben.url(), conversation);
  await ben.getByLabel('E-mail').fill(BEN.email);
  await ben.getByLabel('Password').fill(PASSWORD);
  await ben.getByRole('button', { name: 'Sign in' }).click();
  await until(() => field.inputValue(), (words) => words === 'The assessor comes at nine', 'the words are back');
  await ben.getByRole('button', { name: 'Send' }).click();
  await vera.locator('.said.person', { hasText: 'The assessor comes at nine' }).waitFor();
  assert.equal(await ben.getByRole('button', { name: 'Menu' }).count(), 1);
  const bens = await openFromMenu(ben, 'Teams');
  await bens.getByRole('heading', { name: 'Teams' }).waitFor();
  assert.equal(await bens.getByRole('heading', { name: 'People' }).count(), 0, 'that is for administrators');
  assert.deepEqual([...ana.problems, ...ben.problems, ...vera.problems], []);
});

for (const [size, viewport] of [['desk', DESK], ['phone', SMALL_PHONE]]) {
  test(`whoever lost a device sees it in their settings, and ends it (${size})`, async () => {
    const ana = await agent(theStage, viewport, { userAgent: 'Mozilla/5.0 (Windows NT 10.0; rv:128.0) Gecko/20100101 Firefox/128.0' });
    const iPhone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1';
    const lost = await agent(theStage, DESK, { userAgent: iPhone });
    const settings = await openFromMenu(ana, 'Settings');
    const rows = settings.locator('.sessions li');
    await rows.filter({ hasText: 'Firefox on Windows' }).filter({ hasText: 'this one' }).waitFor();
    const phone = rows.filter({ hasText: 'Safari on iPhone' });
    await phone.getByText(/signed in .+ · last seen/).waitFor();
    await phone.scrollIntoViewIfNeeded();
    await shot(ana, `sessions-${size}`);
    assert.ok((await sideways(ana)) <= 0);
    assert.deepEqual(await complaints(ana), []);
    await settings.getByRole('button', { name: 'Sign out Safari on iPhone' }).click();
    await settings.getByText('1 session has ended.').waitFor();
    await lost.getByRole('heading', { name: 'Sign in' }).waitFor({ timeout: 10_000 });
    assert.equal(await phone.count(), 0);

    // Two more, and all but this one at once.
    const others = [await agent(theStage, DESK), await agent(theStage, DESK)];
    await ana.keyboard.press('Escape');
    await openFromMenu(ana, 'Settings');
    await settings.getByRole('button', { name: 'Sign out everywhere else' }).click();
    for (const other of others) await other.getByRole('heading', { name: 'Sign in' }).waitFor({ timeout: 10_000 });
    await until(() => rows.count(), (count) => count === 1, 'this one alone is left');
    await ana.keyboard.press('Escape');
    await ana.locator('nav .zero, nav section').first().waitFor();
    assert.deepEqual([...ana.problems, ...lost.problems], []);
  });
}
