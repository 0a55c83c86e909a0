// Finding what was said, narrowing the list, keeping a view, and going to any place of a conversation.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { SMALL_PHONE, agent, complaints, openCaller, say, shot, sideways, stage, until, visitor } from './support.mjs';

let theStage;
before(async () => (theStage = await stage()));
after(() => theStage?.close());

test('a word of long ago is found by its beginning and leads to its place; the newest is a step away', async () => {
  const ana = await agent(theStage);
  const vera = await visitor(theStage);
  await openCaller(ana, () => say(vera, 'I had an accident'));
  await ana.getByRole('button', { name: 'Take over' }).first().click();
  await say(vera, 'The façade <b>fell</b> down');
  await until(() => ana.locator('.message.contact').count(), (count) => count >= 2, 'the line arrives');
  const conversation = new URL(ana.url()).pathname.split('/').pop();
  // So much that a part around its beginning does not reach the newest part.
  for (let number = 0; number < 220; number += 1) {
    await say(vera, `line ${number}`);
    if (number % 20 === 19) await ana.getByText(`line ${number}`, { exact: true }).first().waitFor();
  }
  await ana.reload();
  await ana.locator('.message.contact').first().waitFor();
  assert.equal(await ana.getByText('The façade', { exact: false }).count(), 0, 'it is not among the newest part');

  await ana.keyboard.press('s');
  const field = ana.getByRole('searchbox');
  await until(() => field.evaluate((field) => document.activeElement === field), Boolean, 'the field has the focus');
  await field.fill('zebra');
  await ana.getByText('Nothing was found').waitFor();
  await field.fill('FACADE fel');
  const hit = ana.locator('.hit').first();
  await hit.waitFor();
  assert.deepEqual(await hit.locator('mark').allTextContents(), ['façade', 'fell']);
  assert.match(await hit.locator('.words').textContent(), /<b>fell<\/b>/, 'markup is text');
  await shot(ana, 'search');
  assert.deepEqual(await complaints(ana), []);

  await ana.keyboard.press('ArrowDown');
  await ana.keyboard.press('Enter');
  // It is only marked for a moment.
  const sought = await ana.waitForFunction(() => document.querySelector('.sought')?.textContent);
  assert.match(await sought.jsonValue(), /façade/);
  assert.match(ana.url(), new RegExp(`/c/${conversation}\\?seq=\\d+$`));
  await ana.getByText('You are reading an earlier part').waitFor();
  await ana.getByRole('button', { name: 'Back to the newest' }).click();
  await ana.getByText('line 219', { exact: true }).first().waitFor();

  // Any day of it.
  await ana.locator('.scroller').focus();
  await ana.keyboard.press('d');
  await ana.getByLabel('Day', { exact: true }).fill('2020-01-01');
  await ana.getByRole('button', { name: 'Go', exact: true }).click();
  await ana.getByText('You are reading an earlier part').waitFor();
  assert.deepEqual([...ana.problems, ...vera.problems], []);
  await vera.context().close();
  await ana.context().close();
});

test('a filter narrows the list, is kept as a view, and says when nothing matches and when that is all', async () => {
  const ana = await agent(theStage);
  const vera = await visitor(theStage);
  await openCaller(ana, () => say(vera, 'my policy number is 77'));
  await ana.getByRole('button', { name: 'Filter the list' }).click();
  const sheet = ana.getByRole('dialog', { name: 'Filter' });
  await sheet.getByLabel('Why a human is wanted').selectOption('urgent');
  await sheet.getByLabel('Order').selectOption('waiting');
  assert.deepEqual(await complaints(ana), []);
  await sheet.getByLabel('Name of the view').fill('Urgent');
  await sheet.getByRole('button', { name: 'Save as a view' }).click();
  await sheet.locator('li', { hasText: 'Urgent' }).waitFor();
  await sheet.getByRole('button', { name: 'Show', exact: true }).click();
  const flat = ana.locator('.flat');
  await flat.locator('.row').first().waitFor();
  await flat.getByText('That is all').waitFor();
  assert.equal(await ana.getByRole('button', { name: 'Urgent', exact: true }).getAttribute('aria-pressed'), 'true');
  await shot(ana, 'filtered');
  assert.deepEqual(await complaints(ana), []);

  await ana.getByRole('button', { name: 'Filter the list' }).click();
  await sheet.getByLabel('Labels').fill('nobody has this');
  await sheet.getByRole('button', { name: 'Show', exact: true }).click();
  await flat.getByText('Nothing matches the filter').waitFor();
  let away = true;
  await ana.route('**/api/v1/conversations?**', (route) => (away ? route.abort() : route.continue()));
  await ana.getByRole('button', { name: 'Without “nobody has this”' }).click();
  await flat.getByText('The list could not be fetched').waitFor();
  // It can be clicked, and then is at once: a change in the lists would be a reason to ask again without it.
  const again = flat.getByRole('button', { name: 'Try again' });
  await again.click({ trial: true });
  away = false;
  await again.evaluate((button) => button.click());
  await flat.locator('.row').first().waitFor();

  // By its name, too, as the conversations of a bot.
  await ana.keyboard.press('Control+k');
  await ana.keyboard.type('of the bot harbor');
  await ana.keyboard.press('Enter');
  await ana.getByRole('button', { name: 'Without “Bot harbor”' }).waitFor();
  await flat.locator('.row').first().waitFor();
  await ana.getByRole('button', { name: 'Clear the filter' }).first().click();
  await ana.locator('nav section').first().waitFor();
  assert.deepEqual(ana.problems, []);
  await vera.context().close();
  await ana.context().close();
});

test('on a small phone search and filter fit, and a hit opens its conversation', async () => {
  const ana = await agent(theStage, SMALL_PHONE);
  await ana.getByRole('button', { name: 'Search', exact: true }).click();
  await ana.getByRole('searchbox').fill('policy');
  await ana.locator('.hit').first().waitFor();
  assert.equal(await sideways(ana), 0);
  await shot(ana, 'search-phone');
  await ana.locator('.hit').first().click();
  await ana.locator('.message').first().waitFor();
  await ana.getByRole('button', { name: 'Back to the list' }).click();
  await ana.locator('.hit').first().waitFor();
  await ana.getByRole('button', { name: 'End the search' }).click();
  await ana.getByRole('button', { name: 'Filter the list' }).click();
  await ana.getByRole('dialog', { name: 'Filter' }).waitFor();
  assert.equal(await sideways(ana), 0);
  assert.deepEqual(await complaints(ana), []);
  assert.deepEqual(ana.problems, []);
});
