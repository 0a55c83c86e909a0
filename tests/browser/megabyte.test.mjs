// Far too much of it at once is not lost and not sent by mistake, and the page goes on answering.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DESK, agent, openCaller, say, shot, sideways, stage, visitor } from './support.mjs';

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
