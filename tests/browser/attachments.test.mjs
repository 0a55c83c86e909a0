// Files between a visitor on somebody else's page and an agent, by button, paste and drop.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { DESK, PHONE, agent, complaints, lines, openCaller, page, say, shot, stage, until, visitor, wire } from './support.mjs';

let theStage;
let shop;
before(async () => {
  theStage = await stage(`
    bots = "${new URL('../../bots', import.meta.url).pathname}"
    [uploads]
    file_bytes_max = 1048576
    [[account]]
    id = "shop"
    kind = "webchat"
    bot = "harbor"
    name = "Harbor"
    origins = ["http://localhost:*"]
  `);
  shop = await shopServer();
});
after(async () => {
  shop?.close();
  await theStage?.close();
});

/** A shop of another origin, with the policy that the docs name. */
async function shopServer() {
  const server = http.createServer((_, response) => {
    const { origin, host } = new URL(theStage.url);
    const policy = `default-src 'none'; script-src ${origin}; connect-src ${origin} ws://${host}; img-src ${origin}; base-uri 'none'; form-action 'none'`;
    response.setHeader('content-security-policy', policy).setHeader('content-type', 'text/html; charset=utf-8');
    response.end(`<!doctype html><html lang="en"><head><meta name="viewport" content="width=device-width"><title>Shop</title>
      <script src="${origin}/webchat.js" data-account="shop" async></script></head><body><main><h1>Shop</h1></main></body></html>`);
  });
  await new Promise((resolve) => server.listen(0, resolve));
  return { url: `http://localhost:${server.address().port}/`, close: () => server.close() };
}

/** A picture that a browser can show: one pixel. */
const PIXEL = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
const picture = (name) => ({ name, mimeType: 'image/png', buffer: PIXEL });
const paper = (name) => ({ name, mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7') });

const widget = (vera) => vera.locator('[data-switchboard]');
const staged = (vera) => widget(vera).locator('.staged li');
const sendButton = (vera) => widget(vera).getByRole('button', { name: 'Send' });
const isShown = (image) => image.evaluate((one) => one.complete && one.naturalWidth > 0);

/** As a browser gives what was pasted or dropped. */
const give = (target, kind, files) =>
  target.evaluate(
    (element, { kind, files }) => {
      const data = new DataTransfer();
      for (const { name, type, bytes } of files) data.items.add(new File([Uint8Array.from(bytes)], name, { type }));
      const more = { bubbles: true, cancelable: true, composed: true };
      const event = kind === 'paste' ? new ClipboardEvent('paste', { ...more, clipboardData: data }) : new DragEvent(kind, { ...more, dataTransfer: data });
      element.dispatchEvent(event);
    },
    { kind, files: files.map(({ name, mimeType, buffer }) => ({ name, type: mimeType, bytes: [...buffer] })) },
  );

test('a visitor sends files by button, paste and drop, an agent sees them and sends some back', async () => {
  const vera = await page(theStage);
  await vera.goto(shop.url);
  await widget(vera).getByRole('button', { name: 'Open the chat' }).click();
  await lines(vera, 'bot').first().waitFor();
  const field = widget(vera).locator('textarea');
  await widget(vera).locator('input[type=file]').setInputFiles([picture('roof.png'), paper('policy.pdf')]);
  await give(field, 'paste', [picture('pasted.png')]);
  await give(widget(vera).locator('.log'), 'drop', [picture('dropped.png')]);
  await until(() => staged(vera).count(), (count) => count === 4, 'all wait to be sent');
  await widget(vera).getByRole('button', { name: 'Remove pasted.png' }).click();
  await until(() => sendButton(vera).isEnabled(), Boolean, 'all are uploaded');
  await shot(vera, 'attachments-staged');
  const ana = await agent(theStage);
  await openCaller(ana, async () => {
    await say(vera, 'My roof is gone, I want to talk to a person');
    await say(vera, 'urgent: accident');
  });
  const mine = lines(vera, 'me').first();
  await until(() => mine.locator('img').count(), (count) => count === 2, 'they are in the line');
  for (const image of await mine.locator('img').all()) await until(() => isShown(image), Boolean, 'the picture is there');
  assert.equal(await mine.locator('a.card').textContent(), 'policy.pdf');
  assert.equal(await staged(vera).count(), 0);

  const theirs = ana.locator('.message.contact .attachment');
  await until(() => theirs.count(), (count) => count === 3, 'the agent sees them');
  await until(() => isShown(theirs.locator('img').first()), Boolean, 'the agent sees the picture');
  const composer = ana.locator('.composer');
  await composer.locator('input[type=file]').setInputFiles([paper('offer.pdf')]);
  await give(ana.locator('#composer'), 'paste', [picture('plan.png')]);
  await give(composer, 'drop', [picture('map.png')]);
  await until(() => composer.locator('li').count(), (count) => count === 3, 'three wait');
  await composer.getByRole('button', { name: 'Remove map.png' }).click();
  await shot(ana, 'attachments-composer');
  assert.deepEqual(await complaints(ana), []);
  await ana.locator('#composer').fill('Here is our offer.');
  await until(() => ana.getByRole('button', { name: 'Send', exact: true }).isEnabled(), Boolean, 'both are uploaded');
  await ana.keyboard.press('Enter');
  await until(() => lines(vera, 'person').count(), (count) => count === 2, 'each file is a message');
  assert.match(await lines(vera, 'person').first().textContent(), /Here is our offer\..*offer\.pdf/);
  await until(() => isShown(lines(vera, 'person').nth(1).locator('img')), Boolean, 'the visitor sees the picture');
  const address = await lines(vera, 'person').first().locator('a.card').getAttribute('href');
  const saved = await vera.context().request.get(address);
  assert.equal(saved.headers()['content-disposition'].startsWith('attachment'), true);
  await until(() => ana.locator('.message.agent .attachment').count(), (count) => count === 2, 'the agent sees what was sent');
  assert.deepEqual(await complaints(vera), []);
  assert.deepEqual(vera.problems, [], 'nothing that a strict policy forbids');

  await vera.reload();
  await until(() => lines(vera, 'me').first().locator('img').count(), (count) => count === 2, 'they are there after a reload');
});

test('what cannot be sent says why, and the rest goes', async () => {
  const vera = await visitor(theStage, PHONE);
  const files = widget(vera).locator('input[type=file]');
  await files.setInputFiles([
    { name: 'page.html', mimeType: 'text/html', buffer: Buffer.from('<script>') },
    { name: 'fake.png', mimeType: 'image/png', buffer: Buffer.from('<script>') },
    { name: 'film.mp4', mimeType: 'video/mp4', buffer: Buffer.alloc(1_048_577) },
    picture('good.png'),
  ]);
  await until(() => staged(vera).locator('.bad').allTextContents(), (all) => all.length === 3, 'three are refused');
  assert.deepEqual(await staged(vera).locator('.bad').allTextContents(), [
    'This kind of file cannot be sent',
    'This kind of file cannot be sent',
    'Too large: at most 1 MB',
  ]);
  await shot(vera, 'attachments-refused');
  assert.deepEqual(await complaints(vera), []);
  await sendButton(vera).click();
  await until(() => lines(vera, 'me').last().locator('img').count(), (count) => count === 1, 'the good one went');
  assert.equal(await staged(vera).count(), 3, 'the others are still there to be read');
});

test('without a connection a file waits, and says so; what was sent with one goes out later, also after a reload', async () => {
  const cable = await wire(theStage);
  const vera = await visitor(theStage, DESK, { url: cable.url });
  await widget(vera).locator('input[type=file]').setInputFiles([picture('before.png')]);
  await until(() => sendButton(vera).isEnabled(), Boolean, 'it is uploaded');
  cable.cut();
  await widget(vera).getByText('Connecting…').waitFor();
  await say(vera, 'sent without a connection');
  assert.match(await lines(vera, 'me').last().textContent(), /sent without a connection/);
  await widget(vera).locator('input[type=file]').setInputFiles([picture('after.png')]);
  await until(() => staged(vera).last().textContent(), (text) => text.includes('Waits for the connection'), 'it says so');
  assert.equal(await sendButton(vera).isEnabled(), false);
  cable.join();
  await until(() => sendButton(vera).isEnabled(), Boolean, 'it is uploaded by itself');
  await sendButton(vera).click();
  await until(() => widget(vera).locator('.unsent').count(), (count) => count === 0, 'all went out');
  const mine = lines(vera, 'me');
  await until(() => mine.locator('img').count(), (count) => count === 2, 'with their files');
});
