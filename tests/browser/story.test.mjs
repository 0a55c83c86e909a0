// The story the product exists for, from both sides of the conversation.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { agent, answersBy, lines, say, shot, stage, until, visitor } from './support.mjs';

let theStage;
before(async () => (theStage = await stage()));
after(() => theStage?.close());

const spoken = (texts) => texts.length > 0;

test('the main story', async () => {
  const ana = await agent(theStage);
  const vera = await visitor(theStage);
  await shot(ana, 'story-inbox-before');

  // The bot greets, and a way to a person is near.
  const menu = vera.getByRole('group', { name: 'Choices' }).getByRole('button');
  assert.match(await menu.last().innerText(), /talk to a human/i);
  await say(vera, 'opening hours');
  await until(() => answersBy(vera, 'bot'), spoken, 'the bot answers');

  // An urgent word calls a person at once, and says so on both sides.
  await say(vera, 'I had an accident');
  await vera.getByText('A person is on the way').first().waitFor();
  const row = ana.locator('.waiting .row').last();
  await row.getByText('urgent').waitFor();
  await until(() => ana.title(), (title) => /^\(\d+\)/.test(title), 'the title counts who waits');
  await row.click();
  await ana.locator('.bubble', { hasText: 'I had an accident' }).waitFor();
  await ana.locator('.banner.waiting').waitFor();
  await shot(ana, 'story-waiting');

  // Replying is taking over: the visitor sees who speaks, the agent for how long.
  await ana.getByRole('textbox', { name: /Reply/ }).fill('This is Ana. Are you all right?');
  await ana.keyboard.press('Enter');
  await lines(vera, 'person').filter({ hasText: 'Are you all right?' }).waitFor();
  await lines(vera, 'person').filter({ hasText: 'Ana' }).first().waitFor();
  const countdown = ana.locator('.banner.human .count');
  assert.match(await countdown.innerText(), /^(1:00:00|5\d:\d\d)$/);
  await ana.getByText('You have the floor').waitFor();
  await shot(ana, 'story-human');

  // While a person has the floor the bot is silent.
  await say(vera, 'opening hours');
  await ana.locator('.message.contact').filter({ hasText: 'opening hours' }).nth(1).waitFor();
  await vera.waitForTimeout(1500);
  assert.deepEqual(await answersBy(vera, 'bot'), []);

  // More time, and back to the bot.
  await ana.getByRole('button', { name: '+15 min' }).click();
  await until(() => countdown.innerText(), (text) => /^1:1[0-5]:/.test(text), 'the pause grew');
  await shot(vera, 'story-visitor');
  await ana.getByRole('button', { name: /Give back/ }).click();
  await ana.getByRole('dialog').getByRole('button', { name: 'The bot answers it' }).click();
  await ana.locator('.banner.bot').waitFor();
  await vera.getByText('The assistant is back').waitFor();
  await say(vera, 'opening hours');
  await until(() => answersBy(vera, 'bot'), spoken, 'the bot answers again');
  await shot(vera, 'story-end');
  assert.deepEqual([...ana.problems, ...vera.problems], []);
});
