// Ten thousand lines in one conversation: read up through them, gone to a day among them, and back to the newest. The page holds
// some hundreds of them at a time, none is left out, and nothing stands still for long.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { messengerPage } from './messenger.mjs';
import { DESK, agent, panelOf, shot, stage, until } from './support.mjs';

const LINES = 10_000;
const CONTACT = '7000000001';
const DAYS = 40;
/** Of the thread alone: a line is some ten elements. */
const ELEMENTS_MAX = 5_000;
/** What the page works for a picture, in processor time, of the sixteen milliseconds that there are: whoever else uses the machine does not count. */
const WORK_MS = 16;
/** On a machine that others use, too, which stands still for reasons of its own; what it was is reported. */
const TASK_MS = 2_500;

let theStage;
let messenger;
before(async () => {
  messenger = await messengerPage();
  theStage = await stage(messenger.settings);
});
after(async () => {
  messenger?.close();
  await theStage?.close();
});

/** As if they had been written in the last forty days: nobody can write yesterday through the webhooks. */
function spreadOverDays() {
  const span = (DAYS * 86_400_000) / LINES;
  const sql = `BEGIN IMMEDIATE;
    CREATE TEMP TABLE long AS SELECT conversation, MAX(seq) AS newest FROM logged GROUP BY conversation ORDER BY COUNT(*) DESC LIMIT 1;
    CREATE TEMP TABLE spread AS SELECT conversation << 32 | seq AS address, CAST(at - (newest - seq) * ${span} AS INTEGER) AS at, body
      FROM logged JOIN long USING (conversation);
    DELETE FROM event WHERE conversation = (SELECT conversation FROM long);
    INSERT INTO event (address, at, body) SELECT address, at, body FROM spread;
    COMMIT;`;
  execFileSync('sqlite3', ['-cmd', '.timeout 20000', join(theStage.data, 'switchboard.db'), sql]);
}

/** How long the page has worked, in milliseconds of processor time. */
async function worked(ana) {
  if (!ana.devtools) {
    ana.devtools = await ana.context().newCDPSession(ana);
    await ana.devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  }
  const { metrics } = await ana.devtools.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration').value * 1000;
}

/** Counts pictures and long tasks, and what there is in the thread at each picture, until it is asked what was seen. */
async function watch(ana) {
  ana.workedBefore = await worked(ana);
  await ana.evaluate(() => {
    const seen = { frames: [], tasks: [], most: 0, lines: new Set() };
    globalThis.seen = seen;
    const observer = new PerformanceObserver((list) => list.getEntries().forEach(({ duration }) => seen.tasks.push(duration)));
    observer.observe({ type: 'longtask' });
    let last = performance.now();
    const look = (now) => {
      if (globalThis.seen !== seen) return observer.disconnect();
      seen.frames.push(now - last);
      last = now;
      const scroller = document.querySelector('.scroller');
      seen.most = Math.max(seen.most, scroller.getElementsByTagName('*').length);
      for (const line of scroller.querySelectorAll('.contact .text')) seen.lines.add(line.textContent);
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
}

async function seen(ana) {
  const work = (await worked(ana)) - ana.workedBefore;
  const numbers = await ana.evaluate(() => {
    const { frames, tasks, most, lines } = globalThis.seen;
    globalThis.seen = undefined;
    const sorted = frames.toSorted((a, b) => a - b);
    return { pictures: frames.length, median: sorted[Math.floor(sorted.length / 2)], worst: sorted.at(-1), longest: Math.max(0, ...tasks), most, lines: [...lines] };
  });
  return { ...numbers, work: work / numbers.pictures };
}

const told = ({ work, median, worst, longest, most }) =>
  `${work.toFixed(1)} ms of work for a picture, frame ${median.toFixed(0)} ms, worst ${worst.toFixed(0)} ms, longest task ${longest.toFixed(0)} ms, ${most} elements`;

function isSmooth(what, numbers, diagnostic) {
  diagnostic(`${what}: ${told(numbers)}`);
  assert.ok(numbers.most < ELEMENTS_MAX, `${what}: ${told(numbers)}`);
  assert.ok(numbers.work < WORK_MS, `${what}: ${told(numbers)}`);
  assert.ok(numbers.longest < TASK_MS, `${what}: ${told(numbers)}`);
}

/** As fast as a wheel spins: so many pixels each picture, until this line is there and, with `to`, the very beginning. */
const scrollBy = (ana, step, arrived, to = undefined) =>
  ana.evaluate(
    async ({ step, arrived, to }) => {
      const scroller = document.querySelector('.scroller');
      const texts = () => [...scroller.querySelectorAll('.contact .text')].map((line) => line.textContent);
      const there = () => texts().includes(arrived) && (to !== 'head' || scroller.scrollTop === 0);
      const end = performance.now() + 240_000;
      while (!there()) {
        if (performance.now() > end) throw new Error(`“${arrived}” did not come; there are “${texts()[0]}” to “${texts().at(-1)}”`);
        scroller.scrollTop += step;
        await new Promise((next) => requestAnimationFrame(next));
      }
    },
    { step, arrived, to },
  );

const inSight = (ana, text) =>
  ana.evaluate((text) => {
    const { top, bottom } = document.querySelector('.scroller')?.getBoundingClientRect() ?? {};
    const line = [...document.querySelectorAll('.scroller .contact .text')].find((line) => line.textContent === text);
    const place = line?.getBoundingClientRect();
    return place !== undefined && place.bottom > top && place.top < bottom;
  }, text);

test('ten thousand lines of one conversation are read smoothly, from the newest to the first and anywhere between', { timeout: 900_000 }, async (t) => {
  const diagnostic = (words) => t.diagnostic(words);
  const ana = await agent(theStage);
  await messenger.write(theStage, [CONTACT], () => 'I had an accident');
  await ana.locator('.waiting .row').first().click();
  await ana.getByRole('button', { name: /^Take over/ }).click();
  await ana.locator('.banner.human').waitFor();
  const panel = await panelOf(ana, DESK);
  await panel.getByRole('button', { name: 'Add an attribute' }).click();
  await panel.getByLabel('Name of the attribute').fill('city');
  await panel.getByLabel('Its value').fill('Porto');
  await panel.getByRole('button', { name: 'Save' }).click();
  await panel.locator('dt', { hasText: 'city' }).waitFor();
  for (let number = 0; number < LINES; number += 500) {
    assert.equal(await messenger.write(theStage, Array(500).fill(CONTACT), (said) => `line ${said}`), 200);
  }
  const newest = `line ${LINES}`;
  await ana.getByText(newest, { exact: true }).first().waitFor({ timeout: 120_000 });
  // Whoever watched it all come does not hold it all.
  const after = await ana.evaluate(() => document.querySelector('.scroller').getElementsByTagName('*').length);
  assert.ok(after < ELEMENTS_MAX, `${after} elements`);
  spreadOverDays();
  await ana.reload();
  await until(() => inSight(ana, newest), Boolean, 'the newest line');
  await shot(ana, 'long-newest');
  // Set before the first of ten thousand lines, of which this page has loaded a hundred.
  assert.equal(await panel.locator('dt:has-text("city") + dd').innerText(), 'Porto');

  await watch(ana);
  await scrollBy(ana, -400, 'line 1', 'head');
  const up = await seen(ana);
  isSmooth('read up through all of it', up, diagnostic);
  const missing = Array.from({ length: LINES }, (_, index) => `line ${index + 1}`).filter((line) => !up.lines.includes(line));
  assert.deepEqual(missing, [], 'every line came by');
  await ana.getByText('You are reading an earlier part').waitFor();
  await shot(ana, 'long-first');

  // A day in the middle.
  await watch(ana);
  const day = await ana.evaluate((days) => {
    const then = new Date(Date.now() - days * 86_400_000);
    return [then.getFullYear(), then.getMonth() + 1, then.getDate()].map((part) => String(part).padStart(2, '0')).join('-');
  }, DAYS / 2);
  await ana.locator('.scroller').focus();
  await ana.keyboard.press('d');
  await ana.getByLabel('Day', { exact: true }).fill(day);
  const since = Date.now();
  await ana.getByRole('button', { name: 'Go', exact: true }).click();
  const sought = await ana.waitForFunction(() => document.querySelector('.sought')?.querySelector('.text')?.textContent);
  const words = await sought.jsonValue();
  diagnostic(`to a day in the middle: ${Date.now() - since} ms, “${words}”`);
  const number = Number(words.replace(/\D/g, ''));
  assert.ok(Math.abs(number - LINES / 2) < (2 * LINES) / DAYS, `${words} is far from the middle`);
  assert.equal(await inSight(ana, words), true);
  await shot(ana, 'long-middle');
  // Down from there, by more than is on the page at a time.
  await scrollBy(ana, 400, `line ${number + 1500}`);
  const middle = await seen(ana);
  isSmooth('to a day, and down from it', middle, diagnostic);
  const down = Array.from({ length: 1500 }, (_, index) => `line ${number + index}`).filter((line) => !middle.lines.includes(line));
  assert.deepEqual(down, [], 'every line came by');

  await watch(ana);
  const back = Date.now();
  await ana.getByRole('button', { name: 'Newest', exact: true }).click();
  await until(() => inSight(ana, newest), Boolean, 'the newest line');
  diagnostic(`back to the newest: ${Date.now() - back} ms`);
  await messenger.write(theStage, [CONTACT], () => 'and one more');
  await until(() => inSight(ana, 'and one more'), Boolean, 'what is said now');
  isSmooth('back to the newest', await seen(ana), diagnostic);

  // From the newest up by some screens and down again, over the place where parts are joined.
  await watch(ana);
  await scrollBy(ana, -400, `line ${LINES - 1200}`);
  await scrollBy(ana, 400, 'and one more');
  await ana.getByText('You are reading an earlier part').waitFor({ state: 'detached' });
  isSmooth('up and down again', await seen(ana), diagnostic);
  assert.deepEqual(ana.problems, []);
});
