// What an agent may choose, and everything by its name.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DESK, PHONE, agent, complaints, openCaller, say, shot, stage, until, visitor } from './support.mjs';

let theStage;
before(async () => (theStage = await stage()));
after(() => theStage?.close());

const canvas = (ana) => ana.evaluate(() => getComputedStyle(document.body).backgroundColor);
const bar = (ana) => ana.getByRole('combobox', { name: 'What to do, or whom to find' });

test('the command bar does everything by its name, and finds people', async () => {
  const ana = await agent(theStage);
  const vera = await visitor(theStage);
  await openCaller(ana, () => say(vera, 'I had an accident near the zoo'));
  await ana.keyboard.press('Control+k');
  await bar(ana).fill('take');
  await ana.getByRole('option', { name: /Take over/ }).first().waitFor();
  await shot(ana, 'command-bar');
  assert.deepEqual(await complaints(ana), []);
  await ana.keyboard.press('Enter');
  await ana.locator('.banner.human').waitFor();

  await ana.keyboard.press('Control+k');
  await bar(ana).fill('write note');
  await ana.keyboard.press('Enter');
  await ana.waitForFunction(() => document.activeElement?.getAttribute('aria-label') === 'Note to the team');

  await ana.goto(theStage.url);
  await ana.locator('.mine .row').first().waitFor();
  await ana.keyboard.press('Control+k');
  await bar(ana).fill('zoo');
  await ana.getByRole('option', { name: /near the zoo/ }).waitFor();
  await ana.keyboard.press('Enter');
  await ana.locator('.bubble', { hasText: 'near the zoo' }).waitFor();
  await ana.keyboard.press('Control+k');
  await bar(ana).fill('nothing is called so');
  await ana.getByText('Nothing is called so.').waitFor();
  await ana.keyboard.press('Escape');
  await bar(ana).waitFor({ state: 'detached' });
  assert.deepEqual([...ana.problems, ...vera.problems], []);
});

test('colours, text, density and keys are as the agent chose them, also after a reload', async () => {
  const ana = await agent(theStage, DESK, { colorScheme: 'light' });
  const vera = await visitor(theStage);
  await openCaller(ana, () => say(vera, 'accident'));
  const light = await canvas(ana);
  await ana.getByRole('button', { name: 'Menu' }).click();
  await ana.getByRole('menuitem', { name: 'Settings' }).click();
  await ana.getByLabel('Dark').check();
  await ana.getByLabel('High').check();
  await ana.getByLabel('Large').check();
  await ana.getByLabel('Compact').check();
  await until(() => canvas(ana), (colour) => colour !== light, 'the page is dark');
  await shot(ana, 'settings');
  assert.deepEqual(await complaints(ana), []);

  const key = (words) => ana.getByRole('button', { name: `Change the key for “${words}”` });
  await key('Take over').click();
  await ana.keyboard.press('b');
  await ana.getByText('B is for “Give back to the bot”.').waitFor();
  await ana.keyboard.press('w');
  await ana.getByRole('button', { name: 'Change the key for “Take over”, now W' }).waitFor();
  await ana.getByRole('button', { name: 'Close', exact: true }).click();

  await ana.reload();
  const dark = await canvas(ana);
  assert.notEqual(dark, light);
  await ana.locator('.banner.waiting').waitFor();
  await ana.getByRole('button', { name: /^Take over W/ }).waitFor();
  await ana.locator('body').click({ position: { x: 700, y: 400 } });
  await ana.keyboard.press('t');
  await ana.keyboard.press('w');
  await ana.locator('.banner.human').waitFor();
  await shot(ana, 'dark-high-large-compact');
  assert.deepEqual([...ana.problems, ...vera.problems], []);
});

test('who writes long letters sends with Ctrl and Enter', async () => {
  const ana = await agent(theStage);
  const vera = await visitor(theStage);
  await openCaller(ana, () => say(vera, 'accident'));
  await ana.getByRole('button', { name: 'Menu' }).click();
  await ana.getByRole('menuitem', { name: 'Settings' }).click();
  await ana.getByLabel('Begins a new line').check();
  await ana.getByRole('button', { name: 'Close', exact: true }).click();
  const field = ana.locator('#composer');
  await field.fill('Dear Vera,');
  await field.press('Enter');
  await field.pressSequentially('we come.');
  await field.press('Control+Enter');
  await ana.locator('.bubble', { hasText: 'we come.' }).waitFor();
  assert.deepEqual(ana.problems, []);
});

test('somebody who begins to wait is announced to an agent who looks elsewhere, once', async () => {
  const ana = await agent(theStage);
  await ana.context().grantPermissions(['notifications'], { origin: new URL(theStage.url).origin });
  // What the desktop is asked to show, and a page that nobody looks at.
  await ana.addInitScript(() => {
    globalThis.shown = [];
    globalThis.Notification = class {
      static permission = 'granted';
      static requestPermission = async () => 'granted';
      constructor(title, { body, tag }) {
        globalThis.shown.push({ title, body, tag });
      }
      close() {}
    };
    document.hasFocus = () => false;
  });
  await ana.reload();
  await ana.getByRole('button', { name: 'Menu' }).click();
  await ana.getByRole('menuitem', { name: 'Settings' }).click();
  await ana.getByLabel(/A notice of the desktop/).check();
  await ana.getByRole('button', { name: 'Close', exact: true }).click();
  const before = await ana.evaluate(() => globalThis.shown.length);
  assert.equal(before, 0, 'who waits already is no news');
  const vera = await visitor(theStage);
  await say(vera, 'I had an accident');
  await ana.waitForFunction(() => globalThis.shown.length > 0);
  const other = await visitor(theStage);
  await say(other, 'my claim please');
  await ana.waitForFunction(() => globalThis.shown.length > 1);
  const shown = await ana.evaluate(() => globalThis.shown);
  assert.equal(shown.length, 2, JSON.stringify(shown));
  assert.match(shown[0].title, /needs a human/);
  assert.match(shown[0].body, /urgent/);
  assert.notEqual(shown[0].tag, shown[1].tag);
});

test('on a phone the settings and the command bar fit', async () => {
  const ana = await agent(theStage, PHONE);
  for (const name of ['Settings', 'Commands']) {
    await ana.getByRole('button', { name: 'Menu' }).click();
    await ana.getByRole('menuitem', { name }).click();
    await ana.locator('dialog').waitFor();
    await shot(ana, `phone-${name.toLowerCase()}`);
    const wide = await ana.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    assert.equal(wide, false, name);
    assert.deepEqual(await complaints(ana), []);
    await ana.keyboard.press('Escape');
  }
  assert.deepEqual(ana.problems, []);
});
