// Beside Meta's own inbox: a conversation is passed there and taken back, and a contact has a face, and files that open.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PAGE_INBOX, attachOnMessenger, fakeGraph, harborPage, square, writeOnMessenger } from './graph.mjs';
import { DESK, PHONE, agent, complaints, openCaller, shot, sideways, stage, until } from './support.mjs';

const ZOE = '7001';

let theStage;
let graph;
before(async () => {
  graph = await fakeGraph();
  graph.files['/zoe.png'] = { type: 'image/png', bytes: square([214, 120, 60]) };
  graph.files['/roof.png'] = { type: 'image/png', bytes: square([70, 110, 160], 240) };
  graph.files['/policy.pdf'] = { type: 'application/pdf', bytes: Buffer.from('%PDF-1.7 a policy') };
  graph.people[ZOE] = { first_name: 'Zoë', last_name: 'Marsh', profile_pic: `${graph.url}/zoe.png` };
  theStage = await stage(harborPage(graph));
});
after(async () => {
  await theStage?.close();
  graph?.close();
});

const accepted = (text) => until(() => graph.accepted.includes(text), Boolean, `“${text}” goes out`);
const reply = async (ana, text) => {
  await ana.locator('#composer').fill(text);
  await ana.keyboard.press('Enter');
};
/** What is not read whole in it. */
const cutOff = (banner) =>
  banner.evaluate((element) =>
    [...element.querySelectorAll('strong, .more')]
      .filter(({ scrollWidth, clientWidth, scrollHeight, clientHeight }) => scrollWidth > clientWidth + 1 || scrollHeight > clientHeight + 1)
      .map(({ textContent }) => textContent),
  );
const seen = (image) => until(() => image.evaluate(({ complete, naturalWidth }) => complete && naturalWidth), (width) => width > 0, 'it is seen');

test('a contact has a face, and what they attach is shown or saved through the server', async () => {
  const ana = await agent(theStage);
  await openCaller(ana, () => writeOnMessenger(theStage, ZOE, 'I had an accident'));
  await ana.locator('h1, h2').getByText('Zoë Marsh').first().waitFor();
  await seen(ana.locator('.about .portrait'));

  await attachOnMessenger(theStage, ZOE, 'image', `${graph.url}/roof.png`);
  await seen(ana.locator('.attachment img'));
  await attachOnMessenger(theStage, ZOE, 'file', `${graph.url}/policy.pdf`);
  const file = ana.locator('.attachment', { hasText: 'policy.pdf' });
  await file.waitFor();
  await ana.locator('nav .row', { hasText: 'Zoë Marsh' }).getByText('Attachment').waitFor();
  await shot(ana, 'contact-with-a-face');
  assert.match(await file.getAttribute('href'), /^\/api\/v1\/conversations\/.*\/attachments\//);
  const saves = new Promise((found) => {
    ana.on('download', found);
    ana.context().on('page', (tab) => tab.on('download', found));
  });
  await file.click();
  const saved = await saves;
  assert.equal(saved.suggestedFilename(), 'policy.pdf');
  assert.deepEqual(await complaints(ana), []);
  assert.deepEqual(ana.problems, []);
});

test('what grows below the reader, as a late picture does, leaves the newest line in sight', async () => {
  const ana = await agent(theStage);
  await ana.getByText('Zoë Marsh').first().click();
  const thread = ana.locator('.scroller');
  const below = () => thread.evaluate(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight);
  await until(below, (left) => left < 60, 'the newest line is in sight');
  // The browser tells of a scroll before it tells that something has grown.
  await thread.evaluate((scroller) => {
    scroller.firstElementChild.style.paddingBlockEnd = '2000px';
    scroller.dispatchEvent(new Event('scroll'));
  });
  await until(below, (left) => left < 60, 'what has grown is followed');
  // Who goes up is left where they are.
  await thread.evaluate((scroller) => (scroller.scrollTop -= 500));
  await ana.getByRole('button', { name: 'Newest' }).waitFor();
  await thread.evaluate((scroller) => (scroller.firstElementChild.style.paddingBlockEnd = '2400px'));
  await ana.waitForTimeout(300);
  assert.ok((await below()) > 300);
  await ana.context().close();
});

test('a conversation is passed to the Page’s inbox once all is said, and taken back by a reply', async () => {
  const ana = await agent(theStage);
  await ana.getByText('Zoë Marsh').first().click();
  graph.holds = true;
  await reply(ana, 'My colleagues of the Page go on with this.');
  await ana.getByRole('button', { name: 'Hand over to a colleague' }).click();
  const sheet = ana.getByRole('dialog');
  const pass = sheet.getByRole('button', { name: 'Pass to Page inbox' });
  await pass.click();
  await sheet.getByText('has not gone out yet').waitFor();
  assert.deepEqual(graph.moves, [], 'Meta was not asked');
  await shot(ana, 'pass-not-yet');
  assert.deepEqual(await complaints(ana), []);
  graph.holds = false;
  await accepted('My colleagues of the Page go on with this.');
  graph.keeps = true;
  await pass.click();
  const refused = sheet.getByRole('alert').filter({ hasText: 'Another app has the conversation and keeps it.' });
  await refused.waitFor();
  assert.match(await refused.getAttribute('title'), /controlling this thread/, 'in Meta’s own words');
  assert.deepEqual(graph.moves.splice(0), ['pass_thread_control']);
  await shot(ana, 'pass-refused');
  graph.keeps = false;
  await pass.click();
  await ana.getByText('Ana passed').or(ana.getByText('Passed to Page inbox.')).first().waitFor();
  await sheet.waitFor({ state: 'detached' });
  assert.deepEqual(graph.moves, ['pass_thread_control']);
  assert.equal(graph.owners[ZOE], PAGE_INBOX);
  await shot(ana, 'passed');
  // Who has the floor is read whole, however little room there is.
  for (const width of [1280, 1100, 1024, 360]) {
    await ana.setViewportSize({ width, height: 760 });
    assert.deepEqual(await cutOff(ana.locator('.banner')), [], `at ${width}`);
    assert.ok((await sideways(ana)) <= 0);
    await shot(ana, `banner-${width}`);
  }
  await ana.setViewportSize(DESK);

  // What is said there is heard, and nobody here answers.
  const before = graph.accepted.length;
  await writeOnMessenger(theStage, ZOE, 'opening hours', 'standby');
  await ana.locator('.bubble', { hasText: 'opening hours' }).waitFor();
  assert.equal(graph.accepted.length, before);
  assert.equal(await ana.locator('.message.bot').last().locator('.bubble', { hasText: 'We are open' }).count(), 0);

  await reply(ana, 'I have it again.');
  await accepted('I have it again.');
  assert.deepEqual(graph.moves, ['pass_thread_control', 'take_thread_control']);
  await ana.getByText('You have the floor').waitFor();
  await shot(ana, 'taken-back');
  assert.deepEqual(ana.problems, []);
});

test('on a phone, all of it fits', async () => {
  const ana = await agent(theStage, PHONE);
  await ana.getByText('Zoë Marsh').first().click();
  await ana.locator('.bubble', { hasText: 'I have it again.' }).waitFor();
  await shot(ana, 'files-phone');
  assert.ok((await sideways(ana)) <= 0);
  await ana.getByRole('button', { name: 'Hand over to a colleague' }).click();
  await ana.getByRole('button', { name: 'Pass to Page inbox' }).scrollIntoViewIfNeeded();
  await shot(ana, 'pass-phone');
  assert.ok((await sideways(ana)) <= 0);
  assert.deepEqual(await complaints(ana), []);
  await ana.getByRole('button', { name: 'Close', exact: true }).click();
  await ana.getByRole('button', { name: /About|Contact|details/i }).first().click();
  await seen(ana.locator('.about .portrait'));
  await until(() => ana.locator('div.about').boundingBox(), ({ x, width }) => x + width <= PHONE.width, 'the panel has come');
  await shot(ana, 'face-phone');
  assert.deepEqual(await complaints(ana), []);
  assert.deepEqual(ana.problems, []);
});
