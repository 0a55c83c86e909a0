// Visitors whose clocks are wrong by hours, and are set right while they write.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DESK, agent, lines, openCaller, page, say, stage, until, wire } from './support.mjs';

let theStage;
before(async () => (theStage = await stage()));
after(() => theStage?.close());

/** Runs in the page before anything else: its clock is wrong by so many hours, until `setClock` says otherwise. */
function goWrong(hours) {
  const Right = Date;
  let wrong = hours * 3_600_000;
  globalThis.setClock = (hours) => (wrong = hours * 3_600_000);
  globalThis.Date = class extends Right {
    constructor(...given) {
      if (given.length > 0) super(...given);
      else super(Right.now() + wrong);
    }

    static now() {
      return Right.now() + wrong;
    }
  };
}

/** A visitor of the demo page, whose clock is wrong. */
async function visitorWith(hours, url = theStage.url) {
  const vera = await page(theStage, DESK);
  await vera.addInitScript(goWrong, hours);
  await vera.goto(new URL('demo', url).href);
  await vera.getByRole('button', { name: 'Open the chat' }).click();
  await lines(vera, 'bot').first().waitFor();
  return vera;
}

/** What a clock that is right shows in the agent's browser, now and a minute ago. */
const rightHours = (ana) =>
  ana.evaluate(() => {
    const format = new Intl.DateTimeFormat(navigator.language, { hour: '2-digit', minute: '2-digit' });
    return [0, 60_000].map((ago) => format.format(Date.now() - ago));
  });

const shows = (look, words, what) => until(() => look.innerText(), (text) => words.test(text), what);

for (const hours of [-7, 9]) {
  test(`a clock that is wrong by ${hours} hours changes nothing of what is said, shown and seen to be written`, async () => {
    const vera = await visitorWith(hours);
    const ana = await agent(theStage);
    await openCaller(ana, () => say(vera, 'I want to talk to a human'));
    const presence = ana.locator('.presence');
    const shown = ana.locator('.message.contact .fate time').last();
    await until(async () => [(await shown.textContent()).trim(), await rightHours(ana)], ([seen, right]) => right.includes(seen), 'the agent sees the right hour');

    await vera.getByLabel('Your message').pressSequentially('My roof', { delay: 10 });
    await shows(presence, /is writing…$/, 'the agent sees that the visitor writes');
    await ana.locator('#composer').pressSequentially('One mo', { delay: 10 });
    await shows(vera.locator('[data-switchboard] .writing'), /^Ana is writing…$/, 'the visitor sees that the agent writes');
    await ana.locator('#composer').fill('One moment.');
    await ana.keyboard.press('Enter');
    await lines(vera, 'person').filter({ hasText: 'One moment.' }).waitFor();
    // Set right, or wrong the other way, in the middle of it: whoever goes on writing is seen to.
    await vera.evaluate((hours) => setClock(hours), -hours);
    await shows(presence, /^$/, 'that is over');
    await vera.getByLabel('Your message').pressSequentially(' is gone', { delay: 10 });
    await shows(presence, /is writing…$/, 'and again');
    await vera.keyboard.press('Enter');
    await ana.locator('.bubble', { hasText: 'My roof is gone' }).waitFor();
    assert.deepEqual(vera.problems, []);
  });
}

test('what waits for the connection goes out in the order it was written, also if the clock was set back in between', async () => {
  const cable = await wire(theStage);
  const vera = await visitorWith(9, cable.url);
  const ana = await agent(theStage);
  await openCaller(ana, () => say(vera, 'I want to talk to a human'));
  await until(() => vera.locator('[data-switchboard] .unsent').count(), (count) => count === 0, 'it has gone out');
  cable.cut();
  await vera.getByText('Connecting…').first().waitFor();
  await say(vera, 'one');
  await vera.evaluate(() => setClock(-7));
  await say(vera, 'two');
  await vera.evaluate(() => setClock(0));
  await say(vera, 'three');
  assert.deepEqual(await lines(vera, 'me').filter({ hasText: /^.*(one|two|three)/ }).count(), 3);
  // Another page of the site, once there is a connection again: what was not sent comes from what the browser keeps.
  await vera.goto('about:blank');
  cable.join();
  await vera.goto(new URL('demo', cable.url).href);
  const said = ana.locator('.message.contact .text');
  await until(async () => (await said.allTextContents()).slice(-3), (last) => last.join() === 'one,two,three', 'in their order');
  assert.deepEqual(vera.problems, []);
});
