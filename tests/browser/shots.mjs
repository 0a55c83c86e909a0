// Takes the pictures of README and docs: node shots.mjs ../../docs/pictures
//
// A morning at the harbor: five people write on Facebook and on the website, and Ana answers.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { attachOnMessenger, fakeGraph, harborPage, writeOnMessenger } from './graph.mjs';
import { PHONE, agent, answersBy, lines, say, stage, until, visitor } from './support.mjs';

const folder = process.argv[2] ?? 'pictures';
const PEOPLE = { 7001: 'Zoë Marsh', 7002: 'Noah Lindqvist', 7003: 'Amara Okafor', 7004: 'Tomás Rey' };
const [ZOE, NOAH, AMARA, TOMAS] = Object.keys(PEOPLE);

mkdirSync(folder, { recursive: true });
const graph = await fakeGraph();
const theStage = await stage(harborPage(graph));
try {
  const ana = await agent(theStage);
  await morning(ana);
  await take(ana, 'desk');
  await narrowed(ana);
  await atNight(ana);
  await onThePhone();
} finally {
  await theStage.close();
  graph.close();
}

async function take(page, name) {
  // Nothing is pointed at.
  await page.mouse.move(1, 1);
  await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' });
}

/** Everybody has written, Zoë is talking to Ana, and two wait. */
async function morning(ana) {
  for (const [psid, name] of Object.entries(PEOPLE)) {
    const [first_name, last_name] = name.split(' ');
    graph.people[psid] = { first_name, last_name };
  }
  graph.files['/policy.pdf'] = { type: 'application/pdf', bytes: Buffer.alloc(48_000) };
  await writeOnMessenger(theStage, TOMAS, 'opening hours');
  await row(ana, TOMAS).waitFor();
  const vera = await visitor(theStage);
  await vera.getByRole('link', { name: 'Pricing' }).click();
  await say(vera, 'Can I talk to a human?');
  await ana.locator('.waiting .row').first().waitFor();
  await writeOnMessenger(theStage, ZOE, 'opening hours');
  await until(() => graph.accepted.length, (count) => count >= 2, 'the bot answers');
  await writeOnMessenger(theStage, ZOE, 'I had an accident on the way to the pier');
  await row(ana, ZOE, 'waiting').click();
  await answer(ana, 'This is Ana. Are you all right? I am calling the roadside service now.');
  await writeOnMessenger(theStage, ZOE, 'Yes, only the car. Thank you!');
  await bubble(ana, 'only the car').waitFor();
  await attachOnMessenger(theStage, ZOE, 'file', `${graph.url}/policy.pdf`);
  await ana.locator('.attachment', { hasText: 'policy.pdf' }).waitFor();
  await note(ana, 'Courtesy car is booked for tomorrow.');
  await writeOnMessenger(theStage, NOAH, 'My policy number is wrong, this is urgent');
  await row(ana, NOAH, 'waiting').waitFor();
  await writeOnMessenger(theStage, AMARA, 'Good morning');
  await row(ana, AMARA).waitFor();
  await picture(vera);
}

/** The website's side of it. */
async function picture(vera) {
  await until(() => answersBy(vera, 'bot'), (texts) => texts.length > 0, 'the bot answers');
  await lines(vera, 'bot').last().scrollIntoViewIfNeeded();
  await take(vera, 'webchat');
  await vera.context().close();
}

async function narrowed(ana) {
  await ana.locator('#composer').press('Escape');
  await ana.keyboard.press('s');
  await ana.getByRole('searchbox').fill('accident');
  await ana.locator('.hit').first().waitFor();
  await take(ana, 'search');
  await ana.keyboard.press('Escape');
  await ana.keyboard.press('Control+k');
  await ana.getByRole('dialog').waitFor();
  await take(ana, 'command-bar');
  await ana.keyboard.press('Escape');
}

async function atNight(ana) {
  await ana.emulateMedia({ colorScheme: 'dark' });
  await take(ana, 'night');
  await ana.emulateMedia({ colorScheme: 'light' });
}

async function onThePhone() {
  const phone = await agent(theStage, PHONE);
  await row(phone, ZOE).waitFor();
  await take(phone, 'phone-list');
  await row(phone, ZOE).click();
  await bubble(phone, 'only the car').waitFor();
  await take(phone, 'phone-thread');
  await phone.getByRole('button', { name: 'About the contact' }).click();
  await phone.locator('.panel').getByText('Courtesy car').waitFor();
  await take(phone, 'phone-contact');
}

function row(page, psid, group) {
  return page.locator(`nav ${group ? `.${group} ` : ''}.row`, { hasText: PEOPLE[psid] ?? psid }).first();
}

function bubble(page, text) {
  return page.locator('.bubble', { hasText: text }).first();
}

async function answer(ana, text) {
  await ana.locator('#composer').fill(text);
  await ana.keyboard.press('Enter');
  await bubble(ana, text).waitFor();
}

async function note(ana, text) {
  await ana.locator('#composer').press('Escape');
  await ana.keyboard.press('n');
  await ana.locator('#composer').fill(text);
  await ana.keyboard.press('Enter');
  await ana.locator('.thread .note', { hasText: text }).waitFor();
  await ana.getByRole('button', { name: 'Reply', exact: true }).click();
}
