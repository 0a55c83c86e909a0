// How the console feels under load, in a real browser: node speed.mjs (with SWITCHBOARD_BIN, best a release build).
//
// A Messenger account takes signed webhooks, and a Send API beside it takes the answers. Half of what arrives goes to the
// conversation on the screen, half to fifty others of the lists. Everything shares the machine: server, browser and load.
import { createHmac } from 'node:crypto';
import http from 'node:http';
import { DESK, agent, page, stage } from './support.mjs';

const SECRET = 'speed-app-secret';
const PAGE = '1122334455';
const EVENTS_PER_SECOND = Number(process.env.EVENTS ?? 500);
const SECONDS = Number(process.env.SECONDS ?? 20);
const OTHERS = 50;

const provider = http.createServer((request, answer) => {
  let number = 0;
  request.resume().on('end', () => answer.setHeader('content-type', 'application/json').end(JSON.stringify({ message_id: `m_out_${Date.now()}_${number++}` })));
});
await new Promise((ready) => provider.listen(0, '127.0.0.1', ready));

const theStage = await stage(`
[messenger]
api_base = "http://127.0.0.1:${provider.address().port}"
sends_per_second = 10000

[[account]]
id = "speed-page"
kind = "messenger"
bot = "harbor"
page_id = "${PAGE}"
app_secret = "${SECRET}"
page_token = "speed-token"
verify_token = "speed"
`);

const wire = new http.Agent({ keepAlive: true, maxSockets: 8 });
let said = 0;

/** These contacts write, in one webhook. */
function write(contacts, text) {
  const messaging = contacts.map((contact) => ({
    sender: { id: contact }, recipient: { id: PAGE }, timestamp: Date.now(), message: { mid: `m_${process.pid}_${said++}`, text: `${text} ${said}` },
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

const median = (times) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? NaN;
const share = (times, part) => times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * part))] ?? NaN;
const report = (what, words) => console.log(`${what.padEnd(58)} ${words}`);

try {
  const ana = await agent(theStage);
  const contacts = Array.from({ length: OTHERS + 1 }, (_, number) => String(7_000_000_000 + number));
  for (const contact of contacts) await write([contact], 'I had an accident');
  await ana.locator('.waiting .row').nth(OTHERS).waitFor();

  // Switching: from the click to the picture with the other conversation's thread.
  const switches = [];
  for (let number = 0; number < 24; number++) {
    const row = ana.locator('.waiting .row').nth(number % 12);
    switches.push(await row.evaluate(async (row) => {
      const name = row.querySelector('.name').textContent;
      const since = performance.now();
      row.click();
      const shown = () => document.querySelector('.who h2')?.textContent === name && document.querySelector('.thread .bubble');
      while (!shown()) await new Promise((next) => requestAnimationFrame(next));
      await new Promise((next) => requestAnimationFrame(() => setTimeout(next)));
      return performance.now() - since;
    }));
  }
  report('switching to a conversation not seen before, median/worst', `${median(switches.slice(0, 12)).toFixed(0)} / ${Math.max(...switches.slice(0, 12)).toFixed(0)} ms`);
  report('switching back to one, median/worst', `${median(switches.slice(12)).toFixed(0)} / ${Math.max(...switches.slice(12)).toFixed(0)} ms`);

  // The open conversation is the agent's, so that no bot answers and every message is one event.
  await ana.getByRole('button', { name: /^Take over/ }).click();
  await ana.locator('.banner.human').waitFor();
  const open = (await ana.locator('.who h2').textContent()).replace(/\D/g, '').slice(-4);
  const mine = contacts.find((contact) => contact.endsWith(open)) ?? contacts[11];
  const rest = contacts.filter((contact) => contact !== mine);

  const devtools = await ana.context().newCDPSession(ana);
  const heap = async () => {
    await devtools.send('HeapProfiler.collectGarbage');
    return (await devtools.send('Runtime.getHeapUsage')).usedSize / 1e6;
  };
  const before = await heap();
  await ana.evaluate(() => {
    globalThis.pictures = [];
    let last = performance.now();
    const look = (now) => {
      globalThis.pictures.push(now - last);
      last = now;
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  const began = Date.now();
  let sent = 0;
  let answered = 0;
  const heaps = [];
  let sampled = began;
  while (Date.now() - began < SECONDS * 1000) {
    const due = Math.floor(((Date.now() - began) / 1000) * EVENTS_PER_SECOND) - sent;
    if (due > 0) {
      const batch = Array.from({ length: due }, (_, index) => ((sent + index) % 2 ? mine : rest[Math.floor((sent + index) / 2) % rest.length]));
      sent += due;
      void write(batch, 'One more word').then((status) => status === 200 && (answered += batch.length));
    }
    if (Date.now() - sampled > (SECONDS * 1000) / 4) {
      sampled = Date.now();
      heaps.push((await devtools.send('Runtime.getHeapUsage')).usedSize / 1e6);
    }
    await new Promise((next) => setTimeout(next, 20));
  }
  const took = (Date.now() - began) / 1000;
  const pictures = await ana.evaluate(() => globalThis.pictures);
  report(`events taken each second, for ${took.toFixed(0)} s`, `${(answered / took).toFixed(0)} of ${EVENTS_PER_SECOND}`);
  report('pictures each second', (pictures.length / took).toFixed(1));
  report('from picture to picture, median/p99/worst', `${median(pictures).toFixed(1)} / ${share(pictures, 0.99).toFixed(0)} / ${Math.max(...pictures).toFixed(0)} ms`);
  report('memory of scripts before / meanwhile / after', `${before.toFixed(1)} / ${heaps.map((mb) => mb.toFixed(1)).join(', ')} / ${(await heap()).toFixed(1)} MB`);
  report('elements on the page afterwards', String(await ana.evaluate(() => document.querySelectorAll('*').length)));

  // The first look of somebody with a slow machine.
  const slow = await page(theStage, DESK, { storageState: await ana.context().storageState() });
  const cpu = await slow.context().newCDPSession(slow);
  await cpu.send('Emulation.setCPUThrottlingRate', { rate: 4 });
  const loads = [];
  for (let time = 0; time < 3; time++) {
    await cpu.send('Network.clearBrowserCache');
    const since = Date.now();
    await slow.goto(theStage.url);
    await slow.locator('nav section .row').first().waitFor();
    loads.push(Date.now() - since);
  }
  report('first list on the screen, CPU slowed to a quarter', `${loads.join(', ')} ms`);
} finally {
  provider.close();
  wire.destroy();
  await theStage.close();
}
