// A Messenger page whose contacts write through signed webhooks, and a Send API beside the server that takes the answers.
import { createHmac } from 'node:crypto';
import http from 'node:http';

const SECRET = 'browser-app-secret';
const PAGE = '1122334455';

/** `settings` (TOML) connects the page `speed-page`. */
export async function messengerPage({ bot = 'harbor' } = {}) {
  let answered = 0;
  const provider = http.createServer((request, answer) => {
    request.resume().on('end', () => answer.setHeader('content-type', 'application/json').end(JSON.stringify({ message_id: `m_out_${process.pid}_${answered++}` })));
  });
  await new Promise((ready) => provider.listen(0, '127.0.0.1', ready));
  const wire = new http.Agent({ keepAlive: true, maxSockets: 8 });
  let said = 0;

  /** In one webhook: each contact in the list says what `words` makes of the number of the message. */
  function write(theStage, contacts, words) {
    const messaging = contacts.map((contact) => ({
      sender: { id: contact }, recipient: { id: PAGE }, timestamp: Date.now(), message: { mid: `m_${process.pid}_${said}`, text: words(said++) },
    }));
    const body = JSON.stringify({ object: 'page', entry: [{ id: PAGE, time: Date.now(), messaging }] });
    const signature = `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`;
    return new Promise((done, failed) => {
      const options = { method: 'POST', agent: wire, headers: { 'content-type': 'application/json', 'x-hub-signature-256': signature } };
      const request = http.request(new URL('webhooks/meta', theStage.url), options, (answer) => answer.resume().on('end', () => done(answer.statusCode)));
      request.on('error', failed);
      request.end(body);
    });
  }

  const settings = `
[messenger]
api_base = "http://127.0.0.1:${provider.address().port}"
sends_per_second = 10000

[[account]]
id = "speed-page"
kind = "messenger"
bot = "${bot}"
page_id = "${PAGE}"
app_secret = "${SECRET}"
page_token = "speed-token"
verify_token = "speed"
`;
  const close = () => {
    provider.close();
    wire.destroy();
  };
  return { settings, write, close };
}
