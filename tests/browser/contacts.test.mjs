// One person who writes twice: found, looked at, merged, and taken apart again.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PHONE, agent, complaints, lines, openCaller, say, shot, sideways, stage, visitor } from './support.mjs';

let theStage;
before(async () => (theStage = await stage()));
after(() => theStage?.close());

test('two conversations of one person are merged with a preview, and the merge is undone', async () => {
  const ana = await agent(theStage);
  const vera = await visitor(theStage);
  await openCaller(ana, () => say(vera, 'I had an accident with the Pelican'));
  await ana.getByRole('button', { name: 'Note', exact: true }).click();
  await ana.locator('#composer').fill('Her boat lies at pier nine');
  await ana.keyboard.press('Enter');
  await ana.locator('.thread .note .text', { hasText: 'pier nine' }).waitFor();
  const first = ana.url();
  const again = await visitor(theStage);
  await openCaller(ana, () => say(again, 'It is me again: an accident'));
  const panel = ana.locator('.panel');

  await panel.getByRole('button', { name: 'Merge with another contact' }).waitFor();
  await ana.locator('#composer').press('Escape');
  await ana.locator('body').press('m');
  const sheet = ana.getByRole('dialog');
  const name = await ana.evaluate(async (path) => {
    const id = path.split('/c/')[1];
    return (await (await fetch(`/api/v1/conversations/${id}/contact`)).json()).conversations[0].name;
  }, first);
  await sheet.getByLabel('Find a contact').fill(name);
  await sheet.getByRole('button', { name }).first().click();
  await sheet.getByText('2 conversations will be of one person.').waitFor();
  await shot(ana, 'merge-preview');
  assert.deepEqual(await complaints(ana), []);
  await sheet.getByRole('button', { name: 'Merge', exact: true }).click();
  await panel.getByText('Merged by Ana').waitFor();
  await panel.getByText('I had an accident with the Pelican').waitFor();
  const elsewhere = panel.locator('.note', { hasText: 'pier nine' });
  await elsewhere.getByRole('link', { name }).waitFor();
  await shot(ana, 'merged');
  assert.deepEqual(await complaints(ana), []);

  // To the note in the other, and there is the way back.
  await elsewhere.getByRole('link', { name }).click();
  await ana.waitForURL((url) => url.href.startsWith(first));
  await ana.locator('.thread .note .text', { hasText: 'pier nine' }).waitFor();
  await panel.getByText('It is me again').waitFor();

  const phone = await agent(theStage, PHONE);
  await phone.goto(first);
  await phone.getByRole('button', { name: 'About the contact' }).click();
  await phone.locator('.panel').getByText('Merged by Ana').waitFor();
  await shot(phone, 'merged-phone');
  assert.equal(await sideways(phone), 0);
  assert.deepEqual(await complaints(phone), []);
  await phone.locator('.panel').getByRole('button', { name: 'Undo the merge' }).click();
  await phone.locator('.panel').getByText('Merged by Ana').waitFor({ state: 'detached' });
  assert.equal(await phone.locator('.panel').getByText('It is me again').count(), 0);
  assert.equal(await lines(vera, 'bot').getByText('Ana').count(), 0);
  assert.deepEqual([...ana.problems, ...phone.problems, ...vera.problems, ...again.problems], []);
});

test('of merges that stand upon each other the newest goes first, and whoever asks for a lower one is told which', async () => {
  const ana = await agent(theStage);
  const people = [];
  const ids = [];
  for (const number of [1, 2, 3]) {
    people.push(await visitor(theStage));
    await openCaller(ana, () => say(people.at(-1), `I had an accident, number ${number}`));
    ids.push(new URL(ana.url()).pathname.split('/c/')[1]);
  }
  for (const other of [ids[1], ids[0]]) {
    const status = await ana.evaluate(async ([here, conversation]) => {
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify({ id: crypto.randomUUID(), conversation });
      return (await fetch(`/api/v1/conversations/${here}/contact`, { method: 'POST', headers, body })).status;
    }, [ids[2], other]);
    assert.equal(status, 204);
  }
  await ana.reload();
  const panel = ana.locator('.panel');
  const undo = panel.getByRole('button', { name: 'Undo the merge' });
  await undo.nth(1).waitFor();
  await undo.nth(1).click();
  await panel.getByRole('alert').filter({ hasText: /^Something was merged since\. First undo what Ana merged .*: Visitor .+ and Visitor/ }).waitFor();
  await shot(ana, 'merges-in-order');
  assert.deepEqual(await complaints(ana), []);
  assert.equal(await undo.count(), 2, 'nothing was undone');
  await undo.first().click();
  await undo.nth(1).waitFor({ state: 'detached' });
  await undo.first().click();
  await undo.waitFor({ state: 'detached' });
  assert.deepEqual(ana.problems, []);
});
