// A note that names a colleague: completed by the field, told once, and found again.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PHONE, agent, colleague, complaints, openCaller, say, shot, sideways, stage, visitor } from './support.mjs';

let theStage;
before(async () => (theStage = await stage()));
after(() => theStage?.close());

test('a colleague is named in a note, is told, and finds it', async () => {
  const ana = await agent(theStage);
  const odd = '<img src=x onerror=alert(1)> O’Hara';
  await colleague(theStage, ana, { name: odd, email: 'odd@harbor.example' });
  const ben = await colleague(theStage, ana, { name: 'Ben Okoro', email: 'ben@harbor.example' });
  const vera = await visitor(theStage);
  await openCaller(ana, () => say(vera, 'I had an accident'));

  await ana.getByRole('button', { name: 'Note', exact: true }).click();
  const field = ana.locator('#composer');
  await field.pressSequentially('Ask @oko');
  await ana.getByRole('option', { name: 'Ben Okoro' }).waitFor();
  await shot(ana, 'mention-completion');
  assert.deepEqual(await complaints(ana), []);
  await ana.keyboard.press('Enter');
  assert.equal(await field.inputValue(), 'Ask @Ben Okoro ');
  await field.pressSequentially('or @img');
  await ana.getByRole('option', { name: odd }).click();
  await field.pressSequentially('please');
  await ana.keyboard.press('Enter');
  await ana.locator('main .note').getByText('Told: Ben Okoro and').waitFor();
  await shot(ana, 'mention-note');

  const told = ben.getByRole('button', { name: 'Mentions: 1' });
  await told.waitFor();
  await shot(ben, 'mention-badge');
  await told.click();
  const sheet = ben.getByRole('dialog', { name: 'Mentions' });
  await sheet.getByText('Ask @Ben Okoro').waitFor();
  await shot(ben, 'mentions');
  assert.deepEqual(await complaints(ben), []);
  await sheet.getByRole('button', { name: 'Ana about' }).click();
  await ben.locator('main .note').getByText('Ask @Ben Okoro').waitFor();
  await told.waitFor({ state: 'detached' });

  const phone = await agent(theStage, PHONE);
  await phone.goto(ana.url());
  await phone.getByRole('button', { name: 'Note', exact: true }).click();
  await phone.locator('#composer').pressSequentially('@ben');
  await phone.getByRole('option', { name: 'Ben Okoro' }).waitFor();
  await shot(phone, 'mention-phone');
  assert.equal(await sideways(phone), 0);
  assert.deepEqual(await complaints(phone), []);
  assert.equal(await vera.getByText('Ben Okoro').count(), 0);
  assert.deepEqual([...ana.problems, ...ben.problems, ...phone.problems, ...vera.problems], []);
});
