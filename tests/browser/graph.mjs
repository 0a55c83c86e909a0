// Facebook, as far as the browser tests need it.
import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';

const PAGE = '1122334455';
const SECRET = 'a secret of the tests';
const REFUSAL = {
  error: { message: '(#10) Outside the window', type: 'OAuthException', code: 10, error_subcode: 2018278 },
};

/** A Send API that takes everything, or refuses everything for good. */
export async function fakeGraph() {
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

/** What Meta brings when somebody writes to the Page. */
export async function writeOnMessenger(theStage, psid, text) {
  const timestamp = Date.now();
  const message = { sender: { id: psid }, recipient: { id: PAGE }, timestamp, message: { mid: `m_${randomUUID()}`, text } };
  const body = JSON.stringify({ object: 'page', entry: [{ id: PAGE, time: timestamp, messaging: [message] }] });
  const signature = createHmac('sha256', SECRET).update(body).digest('hex');
  const headers = { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${signature}` };
  const answer = await fetch(new URL('webhooks/meta', theStage.url), { method: 'POST', headers, body });
  assert.equal(answer.status, 200);
}

/** For `stage`: a Page of the harbor whose answers go to `graph`. */
export const harborPage = (graph) => `
    bots = "${new URL('../../bots', import.meta.url).pathname}"
    [messenger]
    api_base = "${graph.url}"
    [[account]]
    id = "harbor-page"
    name = "Harbor on Facebook"
    kind = "messenger"
    bot = "harbor"
    page_id = "${PAGE}"
    app_secret = "${SECRET}"
    page_token = "a token"
    verify_token = "a word"
`;
