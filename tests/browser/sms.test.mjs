// A conversation by short messages: what a reply costs is said while it is written.
import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { SMALL_PHONE, agent, complaints, openCaller, shot, sideways, stage, until } from './support.mjs';

const SID = `AC${'1'.repeat(32)}`;
const TOKEN = 'a token of the tests';
const OURS = '+15005550006';
const BEN = '+14155550123';

let theStage;
let twilio;
before(async () => {
  twilio = await fakeTwilio();
  theStage = await stage(`
    bots = "${new URL('../../bots', import.meta.url).pathname}"
    [[account]]
    id = "line"
    name = "Harbor by SMS"
    kind = "sms"
    bot = "harbor"
    account_sid = "${SID}"
    auth_token = "${TOKEN}"
    number = "${OURS}"
    api_base = "${twilio.url}"
  `);
});
after(async () => {
  await theStage?.close();
  twilio?.close();
});

/** Takes every message. */
async function fakeTwilio() {
  const twilio = { sent: [], close: () => server.close() };
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const bytes of request) body += bytes;
    twilio.sent.push(new URLSearchParams(body).get('Body'));
    const sid = `SM${randomUUID().replaceAll('-', '')}`;
    response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify({ sid, status: 'queued', error_code: null }));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  twilio.url = `http://127.0.0.1:${server.address().port}`;
  return twilio;
}

/** As Twilio brings a message, signed. */
async function text(words) {
  const url = new URL('webhooks/twilio/line', theStage.url).href;
  const fields = { AccountSid: SID, Body: words, From: BEN, MessageSid: `SM${randomUUID().replaceAll('-', '')}`, NumMedia: '0', To: OURS };
  const signed = url + Object.keys(fields).sort().map((name) => name + fields[name]).join('');
  const headers = { 'x-twilio-signature': createHmac('sha1', TOKEN).update(signed).digest('base64') };
  const answer = await fetch(url, { method: 'POST', headers, body: new URLSearchParams(fields) });
  assert.ok(answer.ok, `${answer.status} ${await answer.text()}`);
}

test('an agent sees how many text messages a reply is, and that one emoji makes it more', async () => {
  const ana = await agent(theStage);
  await openCaller(ana, () => text('I had an accident'));
  const field = ana.locator('#composer');
  const said = () => ana.locator('.composer .length').textContent({ timeout: 5_000 });
  const says = (words) => until(said, (seen) => seen === words, `it says “${words}”`);
  const none = () => until(() => ana.locator('.composer .length').count(), (count) => count === 0, 'nothing is said');
  await field.fill('We are on our way.');
  await none();
  await field.fill('a'.repeat(71));
  await none();
  await field.pressSequentially('😀');
  await says('2 text messages, for letters beyond the plain ones · 73 of 134');
  await shot(ana, 'sms-emoji');
  assert.deepEqual(await complaints(ana), []);
  await field.press('Backspace');
  await none();

  await field.fill('a'.repeat(160));
  await says('1 text message · 160 of 160');
  await field.pressSequentially('b');
  await says('2 text messages · 161 of 306');
  await field.press('Backspace');
  await field.pressSequentially('€');
  await says('2 text messages · 162 of 306');
  await shot(ana, 'sms-two');

  // A note costs nothing.
  await ana.getByRole('button', { name: 'Note', exact: true }).click();
  await none();
  await ana.getByRole('button', { name: 'Reply', exact: true }).click();
  await says('2 text messages · 162 of 306');
  await ana.setViewportSize(SMALL_PHONE);
  assert.ok((await sideways(ana)) <= 0);
  await shot(ana, 'sms-phone');
  await ana.setViewportSize({ width: 1280, height: 800 });
  await field.press('Enter');
  await until(() => twilio.sent.includes(`${'a'.repeat(160)}€`), Boolean, 'it goes out');
  assert.deepEqual(ana.problems, []);
});
