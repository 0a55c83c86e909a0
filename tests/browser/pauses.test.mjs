// How long the bot stays silent: four hours more, until tomorrow by the agent's own calendar, or until somebody gives back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DESK, SMALL_PHONE, agent, colleague, complaints, openCaller, say, shot, sideways, stage, until, visitor } from './support.mjs';

let theStage;
before(async () => (theStage = await stage()));
after(() => theStage?.close());

/** Nine o'clock tomorrow where this browser is, as the browser writes it in full. */
const tomorrow = (page) =>
  page.evaluate(() => {
    const now = new Date();
    const nine = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1, 9);
    return { at: nine.getTime(), exact: new Intl.DateTimeFormat(navigator.languages[0], { dateStyle: 'full', timeStyle: 'medium' }).format(nine) };
  });

const written = (page, at) =>
  page.evaluate((at) => new Intl.DateTimeFormat(navigator.languages[0], { dateStyle: 'full', timeStyle: 'medium' }).format(at), at);

/** What the banner counts down from, in minutes. */
async function counted(page) {
  const parts = (await page.locator('.banner .count').textContent()).split(':').map(Number);
  return parts.length === 3 ? parts[0] * 60 + parts[1] : parts[0];
}

for (const [size, viewport, timezoneId] of [['desk', DESK, 'Pacific/Auckland'], ['phone', SMALL_PHONE, 'America/Los_Angeles']]) {
  test(`four hours more, until tomorrow where the agent is, until given back: banner and row say so (${size}, ${timezoneId})`, async () => {
    const ana = await agent(theStage, viewport, { timezoneId });
    const ben = await colleague(theStage, ana, { name: 'Ben', email: `ben-${size}@harbor.example` });
    const vera = await visitor(theStage);
    await openCaller(ana, () => say(vera, 'I had an accident'));
    await ana.getByRole('button', { name: /^Take over/ }).click();
    await ana.locator('.banner.human .count').waitFor();
    await ben.goto(ana.url());
    await ben.locator('.banner.human .count').waitFor();
    const row = ben.locator('.row[aria-current="page"]');
    assert.match(await row.locator('.chip').textContent(), /60m|1h/);

    const longer = async (choice) => {
      await ana.getByRole('button', { name: 'Keep the bot silent longer' }).click();
      await ana.getByRole('menuitem', { name: choice }).click();
    };
    await longer('4 hours more');
    await until(() => counted(ana), (minutes) => minutes >= 297 && minutes <= 300, 'four hours more on the banner');
    await until(() => counted(ben), (minutes) => minutes >= 297 && minutes <= 300, 'and on a colleague’s');
    await until(() => row.textContent(), (words) => words.includes('5h'), 'and in the row');
    await shot(ana, `pause-4h-${size}`);

    await longer('Until tomorrow 9:00');
    const { at, exact } = await tomorrow(ana);
    await until(() => ana.locator('.banner .count').getAttribute('title'), (title) => title === exact, 'nine tomorrow, by the agent’s calendar');
    const left = (at - Date.now()) / 60_000;
    await until(() => counted(ana), (minutes) => Math.abs(minutes - left) < 3, 'the banner counts down to it');
    // It is the same moment for a colleague elsewhere.
    assert.equal(await ben.locator('.banner .count').getAttribute('title'), await written(ben, at));
    const hours = Math.round(left / 60);
    await until(() => row.textContent(), (words) => words.includes(`${hours}h`) || words.includes(`${hours - 1}h`), 'the row, too');
    await shot(ana, `pause-tomorrow-${size}`);
    assert.deepEqual(await complaints(ana), []);
    assert.equal(await sideways(ana), 0);

    await longer('Until given back');
    await ana.locator('.banner .more', { hasText: 'Bot stays silent' }).waitFor();
    assert.equal(await ana.locator('.banner .count').count(), 0);
    await ben.locator('.banner .more', { hasText: 'Bot stays silent' }).waitFor();
    await until(() => row.textContent(), (words) => words.includes('until given back'), 'and the row');
    await shot(ana, `pause-for-good-${size}`);
    // What is written meanwhile does not bring an end back.
    await ana.locator('#composer').fill('I am still here');
    await ana.getByRole('button', { name: 'Send' }).click();
    await vera.locator('.said.person', { hasText: 'I am still here' }).waitFor();
    assert.equal(await ana.locator('.banner .count').count(), 0);
    await ana.getByRole('button', { name: /^Give back/ }).click();
    await ana.locator('.banner.bot').waitFor();
    await until(() => ben.locator('.banner.bot').count(), Boolean, 'a colleague sees it, too');
    assert.deepEqual([...ana.problems, ...ben.problems, ...vera.problems], []);
  });
}
