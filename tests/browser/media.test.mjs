// What contacts say aloud, and film: played where it stands, through the server.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { attachOnMessenger, fakeGraph, harborPage, note, writeOnMessenger } from './graph.mjs';
import { SMALL_PHONE, agent, complaints, openCaller, page, shot, sideways, stage, until } from './support.mjs';

const ZOE = '7001';
const SECONDS = 40;

let theStage;
let graph;
let elsewhere;
before(async () => {
  graph = await fakeGraph();
  elsewhere = await fakeGraph();
  graph.files['/tide.wav'] = { type: 'audio/wav', bytes: note(SECONDS) };
  graph.files['/policy.pdf'] = { type: 'application/pdf', bytes: Buffer.alloc(48_213, '%PDF-1.7 ') };
  elsewhere.files['/secret.wav'] = { type: 'audio/wav', bytes: note(1) };
  theStage = await stage(harborPage(graph));
  graph.files['/film.webm'] = { type: 'video/webm', bytes: await film() };
});
after(async () => {
  await theStage?.close();
  graph?.close();
  elsewhere?.close();
});

/** Two seconds of a changing square, as the browser films it. */
async function film() {
  const camera = await page(theStage);
  const bytes = await camera.evaluate(async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 64 });
    const brush = canvas.getContext('2d');
    const recorder = new MediaRecorder(canvas.captureStream(20), { mimeType: 'video/webm' });
    const chunks = [];
    recorder.ondataavailable = ({ data }) => chunks.push(data);
    const ended = new Promise((done) => (recorder.onstop = done));
    recorder.start();
    for (let at = 0; at < 40; at += 1) {
      brush.fillStyle = `hsl(${at * 9} 80% 50%)`;
      brush.fillRect(0, 0, 64, 64);
      await new Promise((next) => setTimeout(next, 50));
    }
    recorder.stop();
    await ended;
    return [...new Uint8Array(await new Blob(chunks).arrayBuffer())];
  });
  await camera.context().close();
  assert.ok(bytes.length > 500, 'something was filmed');
  return Buffer.from(bytes);
}

const asked = (path) => graph.asked.filter((one) => one.path === path);

test('a recording is played in the thread, by keyboard too, from where the agent wants', async () => {
  const ana = await agent(theStage);
  await openCaller(ana, () => writeOnMessenger(theStage, ZOE, 'I had an accident'));
  await attachOnMessenger(theStage, ZOE, 'audio', `${graph.url}/tide.wav`);
  const audio = ana.locator('.message audio');
  await audio.waitFor();
  assert.match(await audio.getAttribute('src'), /^\/api\/v1\/conversations\/.*\/attachments\//, 'through the server');
  await ana.locator('.attachment .size', { hasText: '640 kB' }).waitFor();
  assert.ok(asked('/tide.wav').every(({ range }) => range === undefined), 'nothing is fetched to be played before somebody plays it');
  await shot(ana, 'voice');
  assert.deepEqual(await complaints(ana), []);

  await audio.focus();
  await ana.keyboard.press('Space');
  const state = (name) => audio.evaluate((element, name) => element[name], name);
  await until(() => state('currentTime'), (at) => at > 0, 'it plays');
  assert.ok(Math.abs((await state('duration')) - SECONDS) < 1);
  await audio.evaluate((element) => (element.currentTime = 30));
  await until(() => state('currentTime'), (at) => at > 30, 'it goes on from there');
  assert.ok(asked('/tide.wav').some(({ range }) => range !== undefined), 'in stretches');
  await audio.evaluate((element) => element.pause());
  assert.deepEqual(ana.problems, [], 'nothing that the policy forbids');
});

test('a film is played in the thread, and on a small phone it fits', async () => {
  const ana = await agent(theStage, SMALL_PHONE);
  await attachOnMessenger(theStage, ZOE, 'video', `${graph.url}/film.webm`);
  await ana.getByText('Messenger').first().or(ana.locator('nav .row').first()).first().waitFor();
  await ana.locator('nav .row').first().click();
  const video = ana.locator('.message video');
  await video.scrollIntoViewIfNeeded();
  await video.focus();
  await ana.keyboard.press('Space');
  await until(() => video.evaluate((element) => element.currentTime), (at) => at > 0, 'it plays');
  assert.equal(await video.evaluate((element) => element.videoWidth), 64);
  await shot(ana, 'film-phone');
  assert.ok((await sideways(ana)) <= 0);
  assert.deepEqual(await complaints(ana), []);
  assert.deepEqual(ana.problems, []);
});

test('what lies where we do not look is not played, and a file says how long it is', async () => {
  const ana = await agent(theStage);
  await ana.locator('nav .row').first().click();
  const before = await ana.locator('.message audio').count();
  await attachOnMessenger(theStage, ZOE, 'audio', `${elsewhere.url}/secret.wav`);
  const theirs = ana.locator('.message audio').nth(before);
  await theirs.focus();
  await ana.keyboard.press('Space');
  await theirs.waitFor({ state: 'detached' });
  await ana.locator('.attachment', { hasText: 'secret.wav' }).waitFor();
  assert.deepEqual(elsewhere.asked, [], 'nobody has gone there');

  await attachOnMessenger(theStage, ZOE, 'file', `${graph.url}/policy.pdf`);
  await ana.locator('.attachment', { hasText: 'policy.pdf' }).locator('.size', { hasText: '48 kB' }).waitFor();
  await shot(ana, 'file-with-size');
  assert.deepEqual(await complaints(ana), []);
});
