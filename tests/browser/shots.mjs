// Takes the README's picture of the console: node shots.mjs ../../docs/console.png
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DESK, agent, answersBy, say, stage, until, visitor } from './support.mjs';

const file = process.argv[2] ?? 'console.png';
const theStage = await stage();
try {
  const ana = await agent(theStage);
  const quiet = await visitor(theStage);
  await say(quiet, 'opening hours');
  const asking = await visitor(theStage);
  await say(asking, 'Can I talk to a human?');
  const mine = await visitor(theStage);
  await say(mine, 'opening hours');
  await until(() => answersBy(mine, 'bot'), (texts) => texts.length > 0, 'the bot answers');
  await mine.getByRole('link', { name: 'Pricing' }).click();
  await mine.waitForTimeout(800);
  await say(mine, 'I had an accident on the way to the pier');
  await mine.getByText('A person is on the way').first().waitFor();
  await ana.locator('.waiting .row').nth(1).waitFor();
  await ana.locator('.waiting .row').last().click();
  const field = ana.getByRole('textbox', { name: /Reply/ });
  await field.fill('This is Ana. Are you all right? I am calling the roadside service now.');
  await ana.keyboard.press('Enter');
  await ana.locator('.banner.human .count').waitFor();
  await say(mine, 'Yes, only the car. Thank you!');
  await ana.locator('.bubble', { hasText: 'only the car' }).waitFor();
  await ana.keyboard.press('Escape');
  await ana.keyboard.press('n');
  await field.or(ana.getByRole('textbox', { name: /Note/ })).first().fill('Courtesy car is booked for tomorrow.');
  await ana.keyboard.press('Enter');
  await ana.locator('.thread .note', { hasText: 'Courtesy car' }).waitFor();
  await ana.getByRole('button', { name: 'Reply' }).click();
  const late = await visitor(theStage);
  await say(late, 'accident');
  await ana.locator('.waiting .row').nth(1).waitFor();
  await ana.waitForTimeout(600);
  await ana.setViewportSize(DESK);
  mkdirSync(dirname(file), { recursive: true });
  await ana.screenshot({ path: file });
} finally {
  await theStage.close();
}
