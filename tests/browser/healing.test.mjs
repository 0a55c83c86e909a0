// Drops heal by themselves: nothing missed, nothing twice, nobody asked to reload.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { agent, answersBy, lines, openCaller, say, shot, stage, until, visitor, wire } from './support.mjs';

let theStage;
before(async () => (theStage = await stage()));
after(() => theStage?.close());

const LONG_DROP = 2500;

test('a console that was cut off shows what it missed, without a reload', async () => {
  const cable = await wire(theStage);
  const vera = await visitor(theStage);
  const ana = await agent(theStage, undefined, { url: cable.url });
  await openCaller(ana, () => say(vera, 'I had an accident'));
  await ana.locator('.bubble', { hasText: 'I had an accident' }).waitFor();
  await ana.evaluate(() => (globalThis.neverReloaded = true));

  cable.cut();
  await say(vera, 'Are you there?');
  await ana.getByText('This screen may be out of date since').waitFor();
  await ana.waitForTimeout(LONG_DROP);
  await shot(ana, 'healing-cut-off');
  await ana.getByRole('textbox', { name: /Reply/ }).fill('I am here');
  await ana.keyboard.press('Enter');
  await ana.getByText('Goes out when the connection is back').waitFor();

  cable.join();
  await ana.locator('.bubble', { hasText: 'Are you there?' }).waitFor({ timeout: 60_000 });
  await ana.getByText('may be out of date').waitFor({ state: 'detached' });
  assert.equal(await ana.locator('.bubble', { hasText: 'Are you there?' }).count(), 1);
  await lines(vera, 'person').filter({ hasText: 'I am here' }).waitFor();
  assert.equal(await lines(vera, 'person').filter({ hasText: 'I am here' }).count(), 1);
  assert.equal(await ana.evaluate(() => globalThis.neverReloaded), true);
});

test('a reply to an old picture is held back, with what was said since, and the agent decides', async () => {
  const cable = await wire(theStage);
  const vera = await visitor(theStage);
  await say(vera, 'is somebody there?');
  const ana = await agent(theStage, undefined, { url: cable.url });
  await ana.locator('.row', { hasText: 'Web chat' }).last().waitFor();
  await ana.locator('.bot .row').first().click();
  await ana.locator('.bubble', { hasText: 'is somebody there?' }).waitFor();

  cable.cut();
  await ana.getByText('may be out of date').waitFor();
  await say(vera, 'opening hours');
  const [answer] = await until(() => answersBy(vera, 'bot'), (texts) => texts.length > 0, 'the bot answers');
  await ana.getByRole('textbox', { name: /Reply/ }).fill('Yes, I am Ana');
  await ana.keyboard.press('Enter');
  cable.join();

  const panel = ana.getByRole('alert').filter({ hasText: 'Somebody else has spoken meanwhile' });
  await panel.waitFor({ timeout: 60_000 });
  await shot(ana, 'healing-superseded');
  assert.ok((await panel.innerText()).includes(answer.replace(/^Assistant:? ?/, '').trim()));
  assert.equal(await lines(vera, 'person').count(), 0);
  await ana.getByRole('button', { name: 'Send anyway' }).click();
  await lines(vera, 'person').filter({ hasText: 'Yes, I am Ana' }).waitFor();
  assert.equal(await lines(vera, 'person').count(), 1);
});

test('what a visitor writes while cut off is sent once, when the wire is back', async () => {
  const cable = await wire(theStage);
  const ana = await agent(theStage);
  const vera = await visitor(theStage, undefined, { url: cable.url });
  await openCaller(ana, () => say(vera, 'I want to talk to a human'));
  await ana.locator('.bubble', { hasText: 'talk to a human' }).first().waitFor();

  cable.cut();
  await say(vera, 'written in a tunnel');
  await vera.locator('.said.me.unsent', { hasText: 'written in a tunnel' }).waitFor();
  await vera.getByText('Connecting…').waitFor();
  cable.join();
  await ana.locator('.bubble', { hasText: 'written in a tunnel' }).waitFor({ timeout: 60_000 });
  await vera.locator('.said.me.unsent').waitFor({ state: 'detached' });

  cable.cut();
  await say(vera, 'written before a reload');
  cable.join();
  await vera.reload();
  await ana.locator('.bubble', { hasText: 'written before a reload' }).waitFor({ timeout: 60_000 });
  for (const text of ['written in a tunnel', 'written before a reload']) {
    assert.equal(await ana.locator('.bubble', { hasText: text }).count(), 1);
    assert.equal(await lines(vera, 'me').filter({ hasText: text }).count(), 1);
  }
});

test('a reload keeps the visitor’s conversation, and another page too', async () => {
  const vera = await visitor(theStage);
  await say(vera, 'opening hours');
  const answers = await until(() => answersBy(vera, 'bot'), (texts) => texts.length > 0, 'the bot answers');
  await vera.reload();
  await until(() => answersBy(vera, 'bot'), (texts) => texts.length === answers.length, 'the history is there');
  await vera.getByRole('link', { name: 'Pricing' }).click();
  await say(vera, 'what is in my basket?');
  await until(() => answersBy(vera, 'bot'), (texts) => texts.length > 0, 'the conversation goes on');
  assert.equal(await lines(vera, 'me').filter({ hasText: 'opening hours' }).count(), 1);
  assert.deepEqual(vera.problems, []);
});

test('older lines come when the reader goes up, and what is being read stays where it is', async () => {
  const vera = await visitor(theStage);
  const ana = await agent(theStage);
  await openCaller(ana, () => say(vera, 'I want to talk to a human'));
  await ana.locator('.bubble', { hasText: 'talk to a human' }).first().waitFor();
  await ana.keyboard.press('Escape');
  await ana.keyboard.press('t');
  await ana.locator('.banner.human').waitFor();
  for (let line = 1; line <= 120; line++) await say(vera, `line ${line}`);
  await ana.locator('.bubble', { hasText: 'line 120' }).waitFor();

  await ana.reload();
  const newest = ana.locator('.bubble', { hasText: 'line 120' });
  await newest.waitFor();
  assert.ok(await newest.evaluate((line) => line.getBoundingClientRect().bottom < innerHeight), 'opens at the foot');
  const [before, after] = await ana.locator('.scroller').evaluate(async (scroller) => {
    scroller.scrollTop = 120;
    const line = [...scroller.querySelectorAll('.message')].find((one) => one.getBoundingClientRect().top > 150);
    const before = line.getBoundingClientRect().top;
    const many = scroller.querySelectorAll('.message').length;
    while (scroller.querySelectorAll('.message').length === many) await new Promise((soon) => setTimeout(soon, 20));
    return [before, line.getBoundingClientRect().top];
  });
  assert.ok(Math.abs(after - before) < 2, `moved from ${before} to ${after}`);
  await ana.locator('.bubble', { hasText: 'talk to a human' }).first().waitFor({ state: 'attached' });
});
