// A line for short messages: a Twilio beside the server, which takes what is sent, and phones that write.
import { createHmac } from 'node:crypto';
import http from 'node:http';

const SID = 'AC00000000000000000000000000000001';
const TOKEN = 'example-auth-token';
const LINE = '+14155550199';

/** `settings` (TOML) connects the line `phone-line`; `texts` are those that went out to a number. */
export async function phoneLine() {
  const sent = [];
  const server = http.createServer((request, answer) => {
    let body = '';
    request.on('data', (bytes) => (body += bytes));
    request.on('end', () => {
      const form = new URLSearchParams(body);
      sent.push({ to: form.get('To'), text: form.get('Body') });
      answer.setHeader('content-type', 'application/json');
      answer.statusCode = 201;
      answer.end(JSON.stringify({ sid: `SM${String(sent.length).padStart(32, '0')}`, status: 'queued' }));
    });
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  let written = 0;

  const texts = (number) => sent.filter(({ to }) => to === number).map(({ text }) => text);

  /** A phone writes. Words that Twilio acts on are told as such. */
  async function write(theStage, number, text) {
    const url = new URL('webhooks/twilio/phone-line', theStage.url).href;
    const word = { STOP: 'STOP', START: 'START', HELP: 'HELP' }[text];
    const form = { AccountSid: SID, MessageSid: `SMin${written++}`, From: number, To: LINE, Body: text, ...(word ? { OptOutType: word } : {}) };
    const signed = url + Object.keys(form).sort().map((name) => name + form[name]).join('');
    const signature = createHmac('sha1', TOKEN).update(signed).digest('base64');
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature };
    const { status } = await fetch(url, { method: 'POST', headers, body: new URLSearchParams(form) });
    if (status !== 200) throw new Error(`the webhook answered ${status}`);
  }

  const settings = `
    [[account]]
    id = "phone-line"
    kind = "sms"
    bot = "harbor"
    account_sid = "${SID}"
    auth_token = "${TOKEN}"
    number = "${LINE}"
    api_base = "http://127.0.0.1:${server.address().port}"
  `;
  return { texts, write, settings, close: () => server.close() };
}
