// How long the first look takes somebody with a slow machine: node first.mjs (with SWITCHBOARD_BIN, best a release build).
//
// Each time in a browser that has never been here, its processor slowed to a quarter: from the address to a list that is
// painted, on a page that answers. LOADS says how often. Beside it the second look, with what the first one kept.
import { messengerPage } from './messenger.mjs';
import { DESK, agent, page, stage, strangersBrowser } from './support.mjs';

const LOADS = Number(process.env.LOADS ?? 9);
const CONVERSATIONS = 50;
const SLOWER = 4;

/** From the address to the picture: how many milliseconds. */
async function look(ana, url) {
  const devtools = await ana.context().newCDPSession(ana);
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
  const since = Date.now();
  await ana.goto(url, { waitUntil: 'commit' });
  await ana.locator('nav section .row').first().waitFor();
  await ana.evaluate(() => new Promise((next) => requestAnimationFrame(() => setTimeout(next))));
  return Date.now() - since;
}

function report(what, times) {
  const sorted = times.toSorted((a, b) => a - b);
  console.log(`${what.padEnd(58)} ${sorted[Math.floor(sorted.length / 2)]} / ${sorted.at(-1)} ms (${times.join(', ')})`);
}

const messenger = await messengerPage();
const theStage = await stage(messenger.settings);
try {
  const ana = await agent(theStage);
  for (let number = 0; number < CONVERSATIONS; number++) await messenger.write(theStage, [String(7_000_000_000 + number)], () => 'I had an accident');
  await ana.locator('.waiting .row').nth(CONVERSATIONS - 1).waitFor();
  const storageState = await ana.context().storageState();
  await ana.context().close();
  const [first, second] = [[], []];
  for (let time = 0; time < LOADS; time++) {
    const browser = await strangersBrowser();
    const one = await page({ browser }, DESK, { storageState });
    first.push(await look(one, theStage.url));
    await one.evaluate(() => navigator.serviceWorker.ready);
    second.push(await look(one, theStage.url));
    await browser.close();
  }
  report(`first list, processor slowed to a quarter, median/worst`, first);
  report('the second time', second);
} finally {
  messenger.close();
  await theStage.close();
}
