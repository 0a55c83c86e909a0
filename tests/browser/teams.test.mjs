// Teams: an admin makes one, fills it and removes it; everybody sees which they are in.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PHONE, agent, colleague, complaints, shot, sideways, stage } from './support.mjs';

let theStage;
before(async () => (theStage = await stage()));
after(() => theStage?.close());

const openTeams = async (look) => {
  await look.getByRole('button', { name: 'Menu' }).click();
  await look.getByRole('menuitem', { name: 'Teams' }).click();
  return look.getByRole('dialog', { name: 'Teams' });
};

test('an admin makes a team, and its members see that they are in it', async () => {
  const ana = await agent(theStage);
  const ben = await colleague(theStage, ana, { name: 'Ben', email: 'ben@harbor.example' });
  const teams = await openTeams(ana);
  await teams.getByText('No teams yet').waitFor();
  await teams.getByRole('button', { name: 'New team' }).click();
  const form = ana.getByRole('dialog', { name: 'New team' });
  await form.getByLabel('Name').fill('Night shift');
  await form.getByLabel('Find a person').fill('be');
  assert.equal(await form.getByRole('checkbox').count(), 1);
  await form.getByLabel('Ben', { exact: true }).check();
  await shot(ana, 'team-new');
  assert.deepEqual(await complaints(ana), []);
  await form.getByRole('button', { name: 'Save' }).click();
  await teams.getByText('Night shift').waitFor();
  await teams.locator('.team').getByText('Ben').waitFor();

  // No two are called the same.
  await teams.getByRole('button', { name: 'New team' }).click();
  await form.getByLabel('Name').fill('night SHIFT');
  await form.getByText('There is one of this name already.').waitFor();
  assert.equal(await form.getByRole('button', { name: 'Save' }).isDisabled(), true);
  await form.getByRole('button', { name: 'Cancel' }).click();

  const bens = await openTeams(ben);
  await bens.getByText('you are in it').waitFor();
  assert.equal(await bens.getByRole('button', { name: 'New team' }).count(), 0);
  assert.deepEqual(await complaints(ben), []);

  // Another name, and both are in it; on a phone, too.
  const phone = await agent(theStage, PHONE);
  const small = await openTeams(phone);
  await small.getByRole('button', { name: 'Change a team: Night shift' }).click();
  const change = phone.getByRole('dialog', { name: 'Change a team' });
  await change.getByLabel('Name').fill('Days');
  await change.getByLabel('Ana', { exact: true }).check();
  await shot(phone, 'team-change-phone');
  assert.equal(await sideways(phone), 0);
  assert.deepEqual(await complaints(phone), []);
  await change.getByRole('button', { name: 'Save' }).click();
  await small.getByText('you are in it').waitFor();
  await shot(phone, 'teams-phone');

  // Removed by mistake.
  await small.getByRole('button', { name: 'Delete Days' }).click();
  await small.getByText('Days is deleted.').waitFor();
  await small.getByRole('button', { name: 'Undo' }).click();
  await small.getByText('Ana and Ben').waitFor();
  await shot(ana, 'teams');
  assert.deepEqual([...ana.problems, ...ben.problems, ...phone.problems], []);
});
