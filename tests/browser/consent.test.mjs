// A contact who wants no more messages: whoever is about to write knows it before, and it ends when they say so.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { phoneLine } from './phone.mjs';
import { DESK, SMALL_PHONE, agent, complaints, openCaller, panelOf, shot, sideways, stage, until } from './support.mjs';

let theStage;
let line;
before(async () => {
  line = await phoneLine();
  theStage = await stage(line.settings);
});
after(async () => {
  line?.close();
  await theStage?.close();
});

for (const [size, viewport, number] of [['desk', DESK, '+14155550100'], ['phone', SMALL_PHONE, '+14155550101']]) {
  test(`who has opted out by STOP gets nothing, which is said before anything is written, until START (${size})`, async () => {
    const ana = await agent(theStage, viewport);
    const write = (text) => line.write(theStage, number, text);
    const got = (text) => until(() => line.texts(number).includes(text), Boolean, `“${text}” goes out`);
    await openCaller(ana, () => write('I had an accident'));
    const field = ana.locator('#composer');
    await field.fill('Are you all right?');
    await ana.getByRole('button', { name: 'Send' }).click();
    await got('Are you all right?');

    // What is being written stays, and does not go out.
    await field.fill('Where are you?');
    await write('STOP');
    const policy = ana.locator('.policy');
    await policy.waitFor();
    assert.match(await policy.textContent(), /has opted out \(STOP\): nothing can be sent\. They can write START\./);
    await ana.locator('.banner .window.closed', { hasText: 'Has opted out' }).waitFor();
    await ana.locator('.line', { hasText: 'wants no more messages' }).waitFor();
    assert.equal(await ana.getByRole('button', { name: 'Send' }).isDisabled(), true);
    await shot(ana, `opted-out-${size}`);
    assert.deepEqual(await complaints(ana), []);
    assert.equal(await sideways(ana), 0);
    await field.press('Enter');
    await ana.locator('.policy[role="alert"]').waitFor();
    assert.equal(await field.inputValue(), 'Where are you?');

    // The panel says it, too.
    const panel = await panelOf(ana, viewport);
    await panel.getByText('has opted out (STOP)').waitFor();
    await shot(ana, `opted-out-panel-${size}`);
    if (viewport === SMALL_PHONE) await panel.getByRole('button', { name: 'Close', exact: true }).click();

    // Notes are for the team.
    await ana.getByRole('button', { name: 'Note', exact: true }).click();
    await policy.waitFor({ state: 'detached' });
    await field.fill('Do not call');
    await ana.getByRole('button', { name: 'Save the note' }).click();
    await ana.locator('.thread .note .text', { hasText: 'Do not call' }).waitFor();
    await ana.getByRole('button', { name: 'Reply', exact: true }).click();
    await policy.waitFor();

    // A reload does not forget it; START ends it on the screen that is open.
    await field.fill('Still there?');
    await ana.reload();
    await policy.waitFor();
    await write('START');
    await policy.waitFor({ state: 'detached' });
    await ana.locator('.banner .window.closed').waitFor({ state: 'detached' });
    assert.equal(line.texts(number).includes('Where are you?'), false);
    await field.fill('Good to have you back');
    await ana.getByRole('button', { name: 'Send' }).click();
    await got('Good to have you back');
    assert.deepEqual(ana.problems, []);
  });
}
