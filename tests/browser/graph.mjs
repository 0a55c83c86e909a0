// Facebook, as far as the browser tests need it.
import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { crc32, deflateSync } from 'node:zlib';

const PAGE = '1122334455';
const SECRET = 'a secret of the tests';
export const PAGE_INBOX = '263902037430900';
const REFUSAL = {
  error: { message: '(#10) Outside the window', type: 'OAuthException', code: 10, error_subcode: 2018278 },
};

const ELSEWHERE = {
  error: { message: '(#10) Another app is controlling this thread', type: 'OAuthException', code: 10, error_subcode: 2018300 },
};
const DEAD = { error: { message: 'Error validating access token', type: 'OAuthException', code: 190, error_subcode: 463 } };
const US = 'us';

/**
 * A Send API that takes everything, refuses everything for good, lets it wait (`holds`), or knows our token no more
 * (`dead`). It knows whose each conversation is (`owners`) and may keep it so (`keeps`), what people are called and look like
 * (`people`), what lies at its own addresses (`files`, by path, and what was asked of them: `asked`), and hides what it brings
 * us (`hides`).
 */
export async function fakeGraph() {
  const graph = { refuses: false, holds: false, dead: false, accepted: [], moves: [], keeps: false, hides: false, owners: {}, people: {}, files: {}, asked: [], close: () => server.close() };
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const bytes of request) body += bytes;
    const { pathname, searchParams } = new URL(request.url, graph.url);
    const file = graph.files[pathname];
    if (file) {
      graph.asked.push({ path: pathname, range: request.headers.range });
      return handOut(file, request.headers.range, response);
    }
    response.setHeader('content-type', 'application/json');
    const answer = (status, json) => response.writeHead(status).end(JSON.stringify(json));
    if (graph.hides && pathname.endsWith('subscribed_apps')) return answer(400, DEAD);
    if (request.method === 'GET') {
      // What somebody is called, or looks like; what is brought to us nobody here looks at.
      const person = graph.people[pathname.split('/').at(-1)] ?? {};
      const asked = (searchParams.get('fields') ?? '').split(',');
      return answer(200, Object.fromEntries(asked.filter((field) => field in person).map((field) => [field, person[field]])));
    }
    const edge = pathname.split('/').at(-1);
    if (edge === 'subscribed_apps') return answer(200, {});
    if (edge.endsWith('_thread_control')) {
      const { recipient, target_app_id: to } = JSON.parse(body);
      graph.moves.push(edge);
      if (graph.keeps) return answer(400, ELSEWHERE);
      graph.owners[recipient.id] = edge === 'pass_thread_control' ? String(to) : US;
      return answer(200, { success: true });
    }
    if (graph.dead) return answer(400, DEAD);
    if (graph.refuses) return answer(400, REFUSAL);
    const { recipient, message } = JSON.parse(body);
    if (!message) return answer(200, { recipient_id: recipient.id });
    while (graph.holds) await new Promise((resolve) => setTimeout(resolve, 50));
    if ((graph.owners[recipient.id] ?? US) !== US) return answer(400, ELSEWHERE);
    graph.accepted.push(message.text);
    answer(200, { recipient_id: recipient.id, message_id: `m_${randomUUID()}` });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  graph.url = `http://127.0.0.1:${server.address().port}`;
  return graph;
}

/** The whole, or the stretch that is asked for. */
function handOut({ type, bytes }, range, response) {
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? [];
  if (from === undefined) return response.writeHead(200, { 'content-type': type, 'content-length': bytes.length }).end(bytes);
  const last = Math.min(to ? Number(to) : Infinity, bytes.length - 1);
  const part = bytes.subarray(Number(from), last + 1);
  const headers = { 'content-type': type, 'content-length': part.length, 'content-range': `bytes ${from}-${last}/${bytes.length}` };
  response.writeHead(206, headers).end(part);
}

/** A note of so many seconds, as a WAV file. */
export function note(seconds, rate = 8000) {
  const samples = Buffer.alloc(seconds * rate * 2);
  for (let at = 0; at < seconds * rate; at += 1) samples.writeInt16LE(Math.round(2000 * Math.sin((at * 2 * Math.PI * 440) / rate)), at * 2);
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + samples.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(samples.length, 40);
  return Buffer.concat([head, samples]);
}

/** A square of one colour, as a PNG. */
export function square([red, green, blue], side = 96) {
  const chunk = (type, data) => {
    const named = Buffer.concat([Buffer.from(type), data]);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    check.writeUInt32BE(crc32(named));
    return Buffer.concat([length, named, check]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side, 0);
  head.writeUInt32BE(side, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(side * 3, Buffer.from([red, green, blue]))]);
  const rows = deflateSync(Buffer.concat(Array.from({ length: side }, () => row)));
  const begin = Buffer.from('89504e470d0a1a0a', 'hex');
  return Buffer.concat([begin, chunk('IHDR', head), chunk('IDAT', rows), chunk('IEND', Buffer.alloc(0))]);
}

/** What Meta brings when somebody writes to the Page; on standby, if another app has the conversation. */
export const writeOnMessenger = (theStage, psid, text, list = 'messaging') => bring(theStage, psid, { text }, list);

/** What Meta brings when somebody attaches something of this type. */
export const attachOnMessenger = (theStage, psid, type, url) =>
  bring(theStage, psid, { attachments: [{ type, payload: { url } }] }, 'messaging');

async function bring(theStage, psid, content, list) {
  const timestamp = Date.now();
  const event = { sender: { id: psid }, recipient: { id: PAGE }, timestamp, message: { mid: `m_${randomUUID()}`, ...content } };
  const body = JSON.stringify({ object: 'page', entry: [{ id: PAGE, time: timestamp, [list]: [event] }] });
  const signature = createHmac('sha256', SECRET).update(body).digest('hex');
  const headers = { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${signature}` };
  const answer = await fetch(new URL('webhooks/meta', theStage.url), { method: 'POST', headers, body });
  assert.equal(answer.status, 200);
}

/** For `stage`: a Page of the harbor whose answers go to `graph`. */
export const harborPage = (graph, limits = '') => `
    bots = "${new URL('../../bots', import.meta.url).pathname}"
    [pictures]
    trusted_hosts = ["${new URL(graph.url).host}"]
    [limits]
    ${limits}
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
    [[account.app]]
    app_id = "${PAGE_INBOX}"
    name = "Page inbox"
`;
