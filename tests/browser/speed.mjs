// How the console feels under load, in a real browser: node speed.mjs (with SWITCHBOARD_BIN, best a release build).
// SECONDS=3600 says whether memory stays flat over an hour: it is sampled each minute, after rubbish was collected.
//
// A Messenger account takes signed webhooks, and a Send API beside it takes the answers. Half of what arrives goes to the
// conversation on the screen, half to fifty others of the lists. Everything shares the machine: server, browser and load.
import { readFileSync } from 'node:fs';
import { messengerPage } from './messenger.mjs';
import { agent, stage } from './support.mjs';

const EVENTS_PER_SECOND = Number(process.env.EVENTS ?? 500);
const SECONDS = Number(process.env.SECONDS ?? 20);
const OTHERS = 50;

const messenger = await messengerPage();
const theStage = await stage(messenger.settings);
const write = (contacts, text) => messenger.write(theStage, contacts, (number) => `${text} ${number}`);

const median = (times) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? NaN;

/** Within how many milliseconds this part of the counted pictures came. */
function within(counts, part) {
  const all = counts.reduce((sum, count) => sum + count, 0);
  let seen = 0;
  return counts.findIndex((count) => (seen += count) >= all * part);
}

/** The resident memory of the server, in MB. */
function serverMemory(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1000;
}

const middle = (samples) => Object.fromEntries(Object.keys(samples[0] ?? {}).map((what) => [what, median(samples.map((one) => one[what]))]));
const words = ({ scripts, nodes, listeners, server }) => `scripts ${scripts?.toFixed(1)} MB, ${nodes} nodes, ${listeners} listeners, server ${server?.toFixed(0)} MB`;
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
  const [, open] = /accident (\d+)/.exec(await ana.locator('.message.contact .text').first().textContent());
  const mine = contacts[Number(open)];
  const rest = contacts.filter((contact) => contact !== mine);

  const devtools = await ana.context().newCDPSession(ana);
  const heap = async () => {
    await devtools.send('HeapProfiler.collectGarbage');
    return (await devtools.send('Runtime.getHeapUsage')).usedSize / 1e6;
  };
  // In the time of the processor: what others do on the machine meanwhile does not count.
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  /** What the page holds after its rubbish has been collected, and what the server holds. */
  const held = async () => {
    const scripts = await heap();
    const { metrics } = await devtools.send('Performance.getMetrics');
    const metric = (name) => metrics.find((one) => one.name === name).value;
    return { scripts, nodes: metric('Nodes'), listeners: metric('JSEventListeners'), server: serverMemory(theStage.pid) };
  };
  /** How long the page has worked, in milliseconds: all of it, scripts, and layout. */
  const worked = async () => {
    const { metrics } = await devtools.send('Performance.getMetrics');
    return ['TaskDuration', 'ScriptDuration', 'LayoutDuration'].map((name) => metrics.find((one) => one.name === name).value * 1000);
  };
  const before = await held();
  // Counted, not kept: an hour of numbers would itself be what grows.
  await ana.evaluate(() => {
    globalThis.pictures = new Array(2000).fill(0);
    let last = performance.now();
    const look = (now) => {
      globalThis.pictures[Math.min(1999, Math.round(now - last))]++;
      last = now;
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  const idle = await worked();
  const began = Date.now();
  const step = Math.min(60_000, (SECONDS * 1000) / 4);
  let sent = 0;
  let answered = 0;
  let sampled = began;
  const samples = [];
  while (Date.now() - began < SECONDS * 1000) {
    const due = Math.floor(((Date.now() - began) / 1000) * EVENTS_PER_SECOND) - sent;
    if (due > 0) {
      const batch = Array.from({ length: due }, (_, index) => ((sent + index) % 2 ? mine : rest[Math.floor((sent + index) / 2) % rest.length]));
      sent += due;
      // What is still on its way when the server ends was not taken.
      write(batch, 'One more word').then((status) => status === 200 && (answered += batch.length), () => undefined);
    }
    if (Date.now() - sampled > step) {
      sampled = Date.now();
      void held().then((now) => {
        samples.push(now);
        if (SECONDS >= 240) report(`after ${Math.round((Date.now() - began) / 60_000)} min, ${answered} events`, words(now));
      });
    }
    await new Promise((next) => setTimeout(next, 20));
  }
  const took = (Date.now() - began) / 1000;
  const work = (await worked()).map((now, index) => ((now - idle[index]) / answered).toFixed(2));
  const pictures = await ana.evaluate(() => globalThis.pictures);
  const shown = pictures.reduce((sum, count) => sum + count, 0);
  report(`events taken each second, for ${took.toFixed(0)} s`, `${(answered / took).toFixed(0)} of ${EVENTS_PER_SECOND}`);
  report('work of the page for each event: all, scripts, layout', `${work.join(' / ')} ms of processor time`);
  report('pictures each second', (shown / took).toFixed(1));
  report('from picture to picture, median/p99/worst', `${within(pictures, 0.5)} / ${within(pictures, 0.99)} / ${within(pictures, 1)} ms`);
  report('held before', words(before));
  report('held in the first and the last quarter, each the median', `${words(middle(samples.slice(0, Math.ceil(samples.length / 4))))}; ${words(middle(samples.slice(-Math.ceil(samples.length / 4))))}`);
  report('held afterwards', words(await held()));
} finally {
  messenger.close();
  await theStage.close();
}
