// The console as an installed program: on a phone, and without a network.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PHONE, agent, openCaller, say, shot, stage, visitor, wire } from './support.mjs';

let theStage;
before(async () => (theStage = await stage()));
after(() => theStage?.close());

const kept = () => globalThis.caches?.match('/').then((page) => page !== undefined);

test('the browser offers to install it', async () => {
  const ana = await agent(theStage, PHONE);
  const devtools = await ana.context().newCDPSession(ana);
  const { errors, data } = await devtools.send('Page.getAppManifest');
  assert.deepEqual(errors, []);
  assert.equal(JSON.parse(data).display, 'standalone');
  for (const icon of JSON.parse(data).icons) {
    const answer = await ana.request.get(new URL(icon.src, theStage.url).href);
    assert.equal(answer.headers()['content-type'], icon.type);
  }
  const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors');
  const about = installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== 'in-incognito');
  assert.deepEqual(about, []);
  assert.deepEqual(ana.problems, []);
});

test('without a network it opens and says so, and with one it is the desk again', async () => {
  const line = await wire(theStage);
  const ana = await agent(theStage, PHONE, { url: line.url });
  const vera = await visitor(theStage);
  await openCaller(ana, () => say(vera, 'I had an accident'));
  await ana.waitForFunction(kept);
  line.cut();
  await ana.reload();
  await ana.getByText('The server cannot be reached. Trying again…').waitFor();
  await shot(ana, 'offline');
  line.join();
  await ana.locator('.bubble', { hasText: 'I had an accident' }).waitFor();
  // What people write is not kept.
  const names = await ana.evaluate(async () => {
    const caches = await Promise.all((await globalThis.caches.keys()).map((name) => globalThis.caches.open(name)));
    const requests = await Promise.all(caches.map((cache) => cache.keys()));
    return requests.flat().map((request) => new URL(request.url).pathname);
  });
  assert.ok(names.every((path) => path === '/' || path.startsWith('/assets/')), names.join(' '));
  assert.deepEqual(vera.problems, []);
});
