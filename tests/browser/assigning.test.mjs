// Whose a conversation is: assigned by typing a name, handed over to a team, and claimed by the first.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PHONE, agent, colleague, complaints, openCaller, say, shot, sideways, stage, until, visitor } from './support.mjs';

let theStage;
before(async () => (theStage = await stage()));
after(() => theStage?.close());

const rows = (look, group) => look.locator('nav section', { hasText: group }).locator('.row');

/** A key, wherever the focus was. */
async function key(look, pressed) {
  await look.evaluate(() => document.activeElement?.blur());
  await look.keyboard.press(pressed);
}

async function makeTeam(ana, name) {
  const status = await ana.evaluate(async (name) => {
    const { colleagues } = await (await fetch('/api/v1/colleagues')).json();
    const body = JSON.stringify({ name, members: colleagues.map(({ id }) => id) });
    const headers = { 'content-type': 'application/json' };
    return (await fetch(`/api/v1/teams/${crypto.randomUUID()}`, { method: 'PUT', headers, body })).status;
  }, name);
  assert.equal(status, 204);
}

test('a conversation is assigned by typing a name, and every screen shows whose it is', async () => {
  const ana = await agent(theStage);
  const ben = await colleague(theStage, ana, { name: 'Ben', email: 'ben@harbor.example' });
  await makeTeam(ana, 'Night shift');
  const vera = await visitor(theStage);
  await openCaller(ana, () => say(vera, 'I had an accident'));

  await key(ana, 'a');
  const sheet = ana.getByRole('dialog');
  await sheet.getByLabel('Find a person or a team').fill('be');
  await sheet.getByRole('button', { name: 'Assign to Ben' }).waitFor();
  await shot(ana, 'assign');
  assert.deepEqual(await complaints(ana), []);
  await ana.keyboard.press('Enter');
  await ana.locator('.banner').getByText('Assigned to Ben').waitFor();
  await ana.locator('main').getByText('Assigned to Ben · Ana').waitFor();
  await ana.locator('.panel .whose').getByText('Ben').waitFor();
  await rows(ana, 'Needs a human').getByText('Ben').waitFor();
  await rows(ben, 'Needs a human').getByText('Ben').waitFor();
  await shot(ana, 'assigned');

  // The bot goes on, and it is Ben's.
  const paul = await visitor(theStage);
  await say(paul, 'hello');
  await rows(ana, 'Bot is handling').first().click();
  await ana.keyboard.press('Control+k');
  await ana.getByLabel('What to do, or whom to find').fill('assign to me');
  await ana.keyboard.press('Enter');
  await ana.locator('.banner').getByText('Assigned to Ana').waitFor();
  await ana.getByText('Bot has the floor').waitFor();
  await until(() => rows(ana, 'With me').count(), (count) => count === 1, 'it is with Ana');
  await until(() => rows(ben, 'With others').count(), (count) => count === 1, 'Ben sees that it is Ana’s');
  await ana.locator('.panel .whose').getByRole('button', { name: 'Assign' }).click();
  await ana.getByRole('dialog').getByLabel('Nobody in particular').check();
  await ana.getByRole('button', { name: 'Assign to Nobody in particular' }).click();
  await ana.locator('main').getByText('Assigned to nobody any more').waitFor();
  await until(() => rows(ana, 'With me').count(), (count) => count === 0, 'it is the bot’s alone again');
  assert.deepEqual([...ana.problems, ...ben.problems, ...vera.problems, ...paul.problems], []);
});

test('of a team the first who claims it gets it, and the other sees by whom', async () => {
  const ana = await agent(theStage);
  const ben = await colleague(theStage, ana, { name: 'Bob', email: 'bob@harbor.example' });
  const vera = await visitor(theStage);
  await openCaller(ana, () => say(vera, 'I had an accident'));
  await ana.getByRole('button', { name: 'Take over' }).click();
  await ana.getByText('You have the floor').waitFor();
  await key(ana, 'h');
  const sheet = ana.getByRole('dialog');
  await sheet.getByLabel('Find a person or a team').fill('night');
  await sheet.getByText('The first who claims it').waitFor();
  await sheet.getByLabel('A note for the team').fill('Wants a large boat.');
  await shot(ana, 'hand-over-team');
  assert.deepEqual(await complaints(ana), []);
  await sheet.getByRole('button', { name: 'Hand over to Night shift' }).click();
  await ana.locator('.banner.waiting').getByText('Assigned to Night shift').waitFor();

  await ben.goto(ana.url());
  await ben.locator('.banner.waiting').waitFor();
  await shot(ben, 'team-waits');
  await Promise.all([ana, ben].map((look) => look.getByRole('button', { name: 'Take over' }).click()));
  const holders = () => Promise.all([ana, ben].map((look) => look.locator('.banner.human strong').textContent().catch(() => '')));
  const seen = await until(holders, (seen) => seen.every(Boolean), 'both see who has it');
  assert.equal(seen.filter((words) => words === 'You have the floor').length, 1, seen.join(' / '));
  const loser = seen[0] === 'You have the floor' ? ben : ana;
  const winner = loser === ben ? 'Ana' : 'Bob';
  await loser.locator('.refusal').getByText(`${winner} has the floor.`).waitFor();
  await shot(loser, 'claimed-by-another');

  // What a team has is found again.
  await key(ana, 'f');
  await ana.locator('label', { hasText: /^Team/ }).locator('select').selectOption({ label: 'Night shift' });
  await ana.getByRole('button', { name: 'Show' }).click();
  await ana.getByText('1 conversation. That is all.').waitFor();

  const phone = await agent(theStage, PHONE);
  await phone.goto(ben.url());
  await phone.getByRole('button', { name: 'Assign to somebody' }).click();
  await phone.getByRole('dialog').getByLabel('Night shift').check();
  await shot(phone, 'assign-phone');
  assert.equal(await sideways(phone), 0);
  assert.deepEqual(await complaints(phone), []);
  await phone.getByRole('button', { name: 'Assign to Night shift' }).click();
  await phone.locator('.banner.waiting').waitFor();
  await shot(phone, 'assigned-phone');
  assert.deepEqual([...ana.problems, ...ben.problems, ...phone.problems, ...vera.problems], []);
});
