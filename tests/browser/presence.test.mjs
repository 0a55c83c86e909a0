// Who else is at a conversation, and who writes: seen by those who talk, and forgotten by itself.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { agent, lines, openCaller, say, shot, stage, until, visitor } from './support.mjs';

let theStage;
before(async () => (theStage = await stage()));
after(() => theStage?.close());

const line = (ana) => ana.locator('.presence');
const shows = (look, words, what) => until(() => look.innerText(), (text) => words.test(text), what);

test('each side sees that the other writes, until the words are there', async () => {
  const ana = await agent(theStage);
  const vera = await visitor(theStage);
  await openCaller(ana, () => say(vera, 'I had an accident'));
  const name = await ana.locator('main header h2').innerText();

  // The visitor's keys are seen by the agent; their words end it.
  await vera.getByLabel('Your message').pressSequentially('Somebody hit my car', { delay: 10 });
  await shows(line(ana), new RegExp(`^${name} is writing…$`), 'the agent sees the visitor write');
  await shot(ana, 'presence-console');
  await vera.keyboard.press('Enter');
  await ana.locator('.bubble', { hasText: 'Somebody hit my car' }).waitFor();
  await shows(line(ana), /^$/, 'the words are there');

  // A note is for the team alone; a reply is announced, and ends with its words.
  const writing = vera.locator('[data-switchboard] .writing');
  await ana.getByRole('button', { name: 'Note', exact: true }).click();
  await ana.getByRole('textbox', { name: /Note/ }).pressSequentially('mind the car', { delay: 10 });
  await ana.getByRole('textbox', { name: /Note/ }).fill('');
  await ana.getByRole('button', { name: 'Reply', exact: true }).click();
  assert.equal(await writing.innerText(), '');
  await ana.getByRole('textbox', { name: /Reply/ }).pressSequentially('Are you hurt?', { delay: 10 });
  await shows(writing, /^Ana is writing…$/, 'the visitor sees the agent write');
  await shot(vera, 'presence-widget');
  await ana.keyboard.press('Enter');
  await lines(vera, 'person').filter({ hasText: 'Are you hurt?' }).waitFor();
  await shows(writing, /^$/, 'the words are there');

  // Who begins and thinks better of it is forgotten.
  await vera.getByLabel('Your message').pressSequentially('hm', { delay: 10 });
  await shows(line(ana), /is writing…$/, 'the visitor begins');
  await shows(line(ana), /^$/, 'and stops');
  assert.deepEqual([...ana.problems, ...vera.problems], []);
});
