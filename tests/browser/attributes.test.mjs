// What a bot declares of contacts is written down as what it is: each attribute has the field of its type, and says what is wrong.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { messengerPage } from './messenger.mjs';
import { DESK, SMALL_PHONE, agent, complaints, openCaller, panelOf, shot, sideways, stage } from './support.mjs';

const BOT = {
  schema: 1,
  name: 'Desk',
  language: 'en',
  attributes: {
    email: { type: 'email' }, mobile_number: { type: 'phone' }, guests: { type: 'number' }, day: { type: 'date' }, site: { type: 'url' },
    vegan: { type: 'yes_no' }, size: { type: 'choice', choices: ['Small', 'Medium', '🦄 Large'] }, wish: { type: 'text' },
  },
  triggers: [{ first_contact: true, go: 'hello' }, { keywords: ['human'], hand_off: 'asked' }],
  dialogues: [
    { id: 'hello', widgets: [{ menu: { text: 'Hello! What may I do?', options: [{ label: 'A human', hand_off: true }, { label: 'Book', go: 'book' }] } }] },
    { id: 'book', widgets: [{ form: { id: 'book', questions: [{ text: 'How many guests?', attribute: 'guests' }, { text: 'Which size?', attribute: 'size' }] } }, { end: true }] },
  ],
};

let theStage;
let messenger;
let bots;
before(async () => {
  bots = mkdtempSync(join(tmpdir(), 'switchboard-bots-'));
  writeFileSync(join(bots, 'desk.json'), JSON.stringify(BOT));
  messenger = await messengerPage({ bot: 'desk' });
  theStage = await stage(`bots = "${bots}"\n${messenger.settings}`);
});
after(async () => {
  messenger?.close();
  await theStage?.close();
  rmSync(bots, { recursive: true, force: true });
});

for (const [size, viewport, contact] of [['desk', DESK, '7000000011'], ['phone', SMALL_PHONE, '7000000012']]) {
  test(`an attribute that the bot declares has the field of its type and takes nothing else (${size})`, async () => {
    const ana = await agent(theStage, viewport);
    await openCaller(ana, () => messenger.write(theStage, [contact], () => 'human'));
    const panel = await panelOf(ana, viewport);
    const value = panel.locator('.value');
    const begin = async (name) => {
      await panel.getByRole('button', { name: 'Add an attribute' }).click();
      await panel.getByLabel('Name of the attribute').fill(name);
    };
    await begin('wish');
    const offered = await panel.locator('#declared-attributes option').evaluateAll((all) => all.map(({ value }) => value));
    assert.deepEqual(offered, Object.keys(BOT.attributes).sort(), 'what is declared is offered by name');
    await ana.keyboard.press('Escape');

    for (const [name, type, wrong, why, right] of [
      ['email', 'email', 'call me', 'That is no e-mail address.', 'vera@example.org'],
      ['mobile_number', 'tel', 'none', 'That is no phone number: it has 5 to 15 digits.', '+351 21 123 456'],
      ['site', 'url', 'nowhere', 'That is no web address.', 'https://shop.example/a'],
    ]) {
      await begin(name);
      await panel.locator(`.value[type="${type}"]`).fill(wrong);
      await ana.keyboard.press('Enter');
      await panel.getByRole('alert').filter({ hasText: why }).waitFor();
      assert.equal(await value.getAttribute('aria-invalid'), 'true');
      if (name === 'email') {
        await shot(ana, `attribute-wrong-${size}`);
        assert.deepEqual(await complaints(ana), []);
        assert.equal(await sideways(ana), 0);
      }
      await value.fill(right);
      await ana.keyboard.press('Enter');
      await panel.getByRole('button', { name: `Change ${name}: ${right}` }).waitFor();
    }

    await begin('guests');
    await panel.locator('.value[type="number"]').pressSequentially('1e');
    await ana.keyboard.press('Enter');
    await panel.getByRole('alert').filter({ hasText: 'That is no number.' }).waitFor();
    await value.fill('12');
    await ana.keyboard.press('Enter');
    await panel.getByRole('button', { name: 'Change guests: 12' }).click();
    await value.pressSequentially('e');
    await ana.keyboard.press('Enter');
    await panel.getByRole('alert').waitFor();
    await ana.keyboard.press('Escape');
    await panel.getByRole('button', { name: 'Change guests: 12' }).waitFor();

    await begin('day');
    await panel.locator('.value[type="date"]').fill('2026-03-04');
    await ana.keyboard.press('Enter');
    await panel.getByRole('button', { name: 'Change day: 2026-03-04' }).waitFor();

    await begin('size');
    const choices = await panel.locator('select.value option').allTextContents();
    assert.deepEqual(choices, ['–', 'Small', 'Medium', '🦄 Large']);
    await value.selectOption('🦄 Large');
    await panel.getByRole('button', { name: 'Save' }).click();
    await panel.getByRole('button', { name: 'Change size: 🦄 Large' }).waitFor();

    await begin('vegan');
    await panel.locator('.value[type="checkbox"]').check();
    await panel.getByRole('button', { name: 'Save' }).click();
    const vegan = panel.getByRole('checkbox', { name: 'vegan' });
    await vegan.waitFor();
    assert.equal(await vegan.isChecked(), true);
    await vegan.uncheck();
    await panel.locator('.yes', { hasText: 'no' }).waitFor();
    await shot(ana, `attributes-typed-${size}`);
    assert.deepEqual(await complaints(ana), []);
    assert.equal(await sideways(ana), 0);
    await panel.getByRole('button', { name: 'Forget vegan' }).click();
    await vegan.waitFor({ state: 'detached' });

    // What nobody declares is taken as it is written.
    await begin('boat');
    await value.fill('Pelican');
    await ana.keyboard.press('Enter');
    await panel.getByRole('button', { name: 'Change boat: Pelican' }).waitFor();
    assert.deepEqual(ana.problems, []);
  });
}

test('the server refuses what is not of its kind, whoever asks, and keeps what is in one form', async () => {
  const ana = await agent(theStage);
  await openCaller(ana, () => messenger.write(theStage, ['7000000013'], () => 'human'));
  const set = (name, value) =>
    ana.evaluate(
      ({ conversation, name, value }) =>
        new Promise((answered) => {
          const socket = new WebSocket(new URL('/console/socket', location.href).href.replace('http', 'ws'));
          socket.onmessage = ({ data }) => {
            const tell = JSON.parse(data);
            if (tell.type === 'hello') socket.send(JSON.stringify({ ref: 1, type: 'set_attribute', conversation, cid: crypto.randomUUID(), name, value }));
            if (tell.ref !== 1) return;
            socket.close();
            answered(tell.code ?? tell.type);
          };
        }),
      { conversation: new URL(ana.url()).pathname.split('/c/')[1], name, value },
    );
  assert.equal(await set('day', '31.2.2026'), 'not_a_date');
  assert.equal(await set('size', 'Huge'), 'not_a_choice');
  assert.equal(await set('vegan', 'perhaps'), 'not_yes_or_no');
  assert.equal(await set('guests', 'a few'), 'not_a_number');
  assert.equal(await set('day', '4.3.2026'), 'done');
  const panel = ana.locator('.panel');
  await panel.getByRole('button', { name: 'Change day: 2026-03-04' }).waitFor();
  assert.equal(await set('size', '🦄 large'), 'done');
  await panel.getByRole('button', { name: 'Change size: 🦄 Large' }).waitFor();
  assert.deepEqual(ana.problems, []);
});
