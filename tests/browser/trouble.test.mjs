// When something outside fails, the screen says what and since when, and how to go on.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { DESK, SMALL_PHONE, agent, complaints, lines, openCaller, say, shot, sideways, stage, visitor } from './support.mjs';

const PAGE = '1122334455';
const SECRET = 'a secret of the tests';
const REFUSAL = {
  error: { message: '(#10) Outside the window', type: 'OAuthException', code: 10, error_subcode: 2018278 },
};

let theStage;
let graph;
before(async () => {
  graph = await fakeGraph();
  theStage = await stage(`
    bots = "${new URL('../../bots', import.meta.url).pathname}"
    [messenger]
    api_base = "${graph.url}"
    [[account]]
    id = "harbor-page"
    kind = "messenger"
    bot = "harbor"
    page_id = "${PAGE}"
    app_secret = "${SECRET}"
    page_token = "a token"
    verify_token = "a word"
  `);
});
after(async () => {
  await theStage?.close();
  graph?.close();
});

test('what the channel refused says why, and goes out once when it is sent again', async () => {
  const ana = await agent(theStage);
  await openCaller(ana, () => writeOnMessenger('7001', 'I had an accident'));
  graph.refuses = true;
  await ana.getByRole('textbox', { name: /Reply/ }).fill('This is Ana. Are you all right?');
  await ana.keyboard.press('Enter');
  const line = ana.locator('.message', { hasText: 'Are you all right?' });
  await line.getByText('Not delivered: outside the 24-hour window').waitFor();
  await shot(ana, 'trouble-refused');
  assert.deepEqual(await complaints(ana), []);

  graph.refuses = false;
  await line.getByRole('button', { name: 'Send again' }).click();
  await line.getByText('Not delivered').waitFor({ state: 'detached' });
  await line.locator('.fate', { hasText: /Sent/i }).or(line.getByLabel(/sent/i)).first().waitFor();
  assert.equal(graph.accepted.filter((text) => text.includes('Are you all right?')).length, 1);
  await shot(ana, 'trouble-sent-again');
});

test('while nothing can be stored, everybody is told, and nobody has to reload afterwards', async () => {
  const ana = await agent(theStage);
  const vera = await visitor(theStage);
  await openCaller(ana, () => say(vera, 'I want to talk to a human'));

  limitFiles('1');
  await say(vera, 'is anybody there?');
  const bar = ana.getByRole('alert').filter({ hasText: /cannot (be )?(store|save|write)|storage/i });
  await bar.waitFor();
  await vera.getByText('Not sent yet. It goes out by itself.').waitFor();
  await shot(ana, 'trouble-storage');
  await shot(vera, 'trouble-storage-visitor');
  await ana.setViewportSize(SMALL_PHONE);
  assert.ok((await sideways(ana)) <= 0);
  await ana.setViewportSize(DESK);

  limitFiles('unlimited');
  await bar.waitFor({ state: 'detached' });
  await ana.locator('.bubble', { hasText: 'is anybody there?' }).waitFor({ timeout: 20_000 });
  assert.equal(await lines(vera, 'me').filter({ hasText: 'is anybody there?' }).count(), 1);
  await vera.getByText('Not sent yet').waitFor({ state: 'detached' });
});

/** A Send API that takes everything, or refuses everything for good. */
async function fakeGraph() {
  const graph = { refuses: false, accepted: [], close: () => server.close() };
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const bytes of request) body += bytes;
    response.setHeader('content-type', 'application/json');
    // What a contact is called, what is brought to us, and that somebody reads or writes: nobody here looks at that.
    if (request.method === 'GET' || request.url.includes('/subscribed_apps')) return response.end('{}');
    if (graph.refuses) return response.writeHead(400).end(JSON.stringify(REFUSAL));
    const { recipient, message } = JSON.parse(body);
    if (!message) return response.end(JSON.stringify({ recipient_id: recipient.id }));
    graph.accepted.push(message.text);
    response.end(JSON.stringify({ recipient_id: recipient.id, message_id: `m_${randomUUID()}` }));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  graph.url = `http://127.0.0.1:${server.address().port}`;
  return graph;
}

async function writeOnMessenger(psid, text) {
  const timestamp = Date.now();
  const message = { sender: { id: psid }, recipient: { id: PAGE }, timestamp, message: { mid: `m_${randomUUID()}`, text } };
  const body = JSON.stringify({ object: 'page', entry: [{ id: PAGE, time: timestamp, messaging: [message] }] });
  const signature = createHmac('sha256', SECRET).update(body).digest('hex');
  const headers = { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${signature}` };
  const answer = await fetch(new URL('webhooks/meta', theStage.url), { method: 'POST', headers, body });
  assert.equal(answer.status, 200);
}

/** No file of the server can grow beyond so many bytes: as near to a full disk as an ordinary user comes. */
function limitFiles(bytes) {
  execFileSync('prlimit', ['--pid', String(theStage.pid), `--fsize=${bytes}:`]);
}
