// On a screen of middling width the contact's panel, and what was just done, cover nothing of who has the floor, nor where
// somebody writes.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { agent, complaints, openCaller, say, shot, sideways, stage, until, visitor } from './support.mjs';

let theStage;
before(async () => (theStage = await stage()));
after(() => theStage?.close());

/** What of these lies under something else, or beyond the edge, at its middle. */
const covered = (ana, selector) =>
  ana.evaluate((selector) => {
    const seen = [...document.querySelectorAll(selector)].filter((one) => one.getClientRects().length > 0);
    if (seen.length === 0) return [`there is no ${selector}`];
    return seen.flatMap((one) => {
      const { left, top, width, height } = one.getBoundingClientRect();
      const there = document.elementFromPoint(left + width / 2, top + height / 2);
      if (there !== null && one.contains(there)) return [];
      return [`${one.getAttribute('aria-label') ?? one.textContent?.trim()} is under ${there?.outerHTML.slice(0, 80)}`];
    });
  }, selector);

const FLOOR = '.banner strong, .banner time, .banner button, main.thread header button, main.thread .foot button, #composer';

async function choose(ana, settings) {
  await ana.evaluate((settings) => localStorage.setItem('switchboard:settings', JSON.stringify(settings)), settings);
  await ana.reload();
  await ana.locator('.banner').waitFor();
}

test('who has the floor is never covered, however wide the screen, in long words and from right to left', { timeout: 300_000 }, async () => {
  const ana = await agent(theStage);
  const vera = await visitor(theStage);
  await openCaller(ana, () => say(vera, 'I had an accident'));
  const panel = ana.locator('aside.panel');
  for (const mode of ['waiting', 'human']) {
    if (mode === 'human') await ana.locator('.banner .acts .button.main').click();
    await ana.locator(`.banner.${mode}`).waitFor();
    for (const [language, size] of [['en', 'normal'], ['de', 'normal'], ['de', 'large'], ['ar', 'large']]) {
      await choose(ana, { language, size });
      await ana.locator(`.banner.${mode}`).waitFor();
      for (const width of [1280, 1024, 900, 768]) {
        const where = `${mode}, ${language}, ${size}, ${width}`;
        await ana.setViewportSize({ width, height: 760 });
        const toggle = ana.locator('main.thread header .about');
        if (width < 1100 && !(await panel.isVisible())) {
          assert.deepEqual(await covered(ana, FLOOR), [], `${where}, before`);
          await toggle.click();
        }
        await panel.getByRole('heading').first().waitFor();
        assert.deepEqual(await covered(ana, FLOOR), [], where);
        assert.deepEqual(await covered(ana, 'aside.panel h2, aside.panel h3:first-of-type'), [], where);
        assert.ok((await sideways(ana)) <= 0, where);
        await shot(ana, `narrow-${mode}-${language}-${size}-${width}`);
      }
      assert.deepEqual(await complaints(ana), [], `${mode}, ${language}`);
      await panel.locator('.close').click();
      await ana.locator('.list').waitFor();
      await ana.setViewportSize({ width: 1280, height: 760 });
    }
  }
});

test('what was just done, and its way back, lie over no field that is written in', async () => {
  const ana = await agent(theStage);
  const vera = await visitor(theStage);
  await openCaller(ana, () => say(vera, 'I had an accident'));
  for (const [width, height] of [[1280, 760], [1024, 760], [768, 760], [390, 844]]) {
    await ana.setViewportSize({ width, height });
    await ana.locator('main.thread header').getByRole('button', { name: /^Snooze/ }).click();
    await ana.getByRole('dialog').getByRole('button', { name: /^Tomorrow/ }).click();
    const undo = ana.getByRole('button', { name: 'Undo' });
    await undo.waitFor();
    assert.deepEqual(await covered(ana, `${FLOOR}, .place button`), [], `at ${width}`);
    await shot(ana, `undo-${width}`);
    await undo.click();
    await until(() => ana.locator('.laid').count(), (count) => count === 0, 'it is back');
  }
  assert.deepEqual([...ana.problems, ...vera.problems], []);
});
