// A bot's questions in the web chat: each has the field that fits its answer, and says in words what does not.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { shopServer } from './shop.mjs';
import { DESK, PHONE, agent, complaints, lines, page, shot, sideways, stage, until } from './support.mjs';

const BOT = {
  schema: 1,
  name: 'Desk',
  language: 'en',
  settings: { words: { skip: ['skip'] } },
  attributes: {
    email: { type: 'email' }, phone: { type: 'phone' }, guests: { type: 'number' }, day: { type: 'date' },
    site: { type: 'url' }, first_name: { type: 'text' }, sure: { type: 'yes_no' }, wish: { type: 'text' },
  },
  triggers: [
    { first_contact: true, go: 'hello' },
    { keywords: ['book'], go: 'book' },
    { keywords: ['human'], hand_off: 'asked' },
  ],
  dialogues: [
    { id: 'hello', widgets: [{ menu: { text: 'Hello! What may I do?', options: [{ label: 'Book a table', go: 'book' }, { label: 'A human', hand_off: true }] } }] },
    { id: 'book', widgets: [
      { form: { id: 'book', questions: [
        { text: 'Which e-mail address?', attribute: 'email', retry: ['That does not look like an e-mail address.'] },
        { text: 'Which phone number?', attribute: 'phone' },
        { text: 'How many guests?', attribute: 'guests' },
        { text: 'On which day?', attribute: 'day' },
        { text: 'Which website sent you?', attribute: 'site', skip: true },
        { text: 'Your first name?', attribute: 'first_name' },
        { text: 'Is that all right?', attribute: 'sure' },
        { text: 'Any wishes?', attribute: 'wish' },
      ] } },
      { text: 'Booked for {{first_name}}, {{guests}} guests on {{day}}; we call {{phone}}.' },
      { end: true }] },
  ],
};

let theStage;
let shop;
let bots;
before(async () => {
  bots = mkdtempSync(join(tmpdir(), 'switchboard-bots-'));
  writeFileSync(join(bots, 'desk.json'), JSON.stringify(BOT));
  theStage = await stage(`
    bots = "${bots}"
    [[account]]
    id = "shop"
    kind = "webchat"
    bot = "desk"
    name = "Desk"
    origins = ["http://localhost:*"]
  `);
  shop = await shopServer(theStage);
});
after(async () => {
  shop?.close();
  await theStage?.close();
  rmSync(bots, { recursive: true, force: true });
});

const widget = (vera) => vera.locator('[data-switchboard]');
const field = (vera) => widget(vera).locator('.answer input');
const why = (vera) => widget(vera).locator('.answer .why');

/** Whoever has the chat open and is asked for an e-mail address. */
async function asked(path = '/?css=hostile&lang=en', viewport = DESK, more = { reducedMotion: 'reduce' }) {
  const vera = await page(theStage, viewport, more);
  await vera.goto(shop.url(path));
  await widget(vera).locator('.launch').click();
  await widget(vera).locator('.options button').first().click();
  await until(() => field(vera).getAttribute('type'), (type) => type === 'email', 'the field for an e-mail address');
  return vera;
}

/** What the field is when this question is asked. */
async function field_of(vera, question) {
  await until(() => widget(vera).locator('.answer #asked').textContent(), (text) => text === question, question);
  return field(vera).evaluate((input) => ({ type: input.type, mode: input.inputMode, fills: input.autocomplete, keyboard: input.getRootNode().activeElement === input }));
}

test('each question has its field, all by the keyboard, on a page with hostile styles and a strict policy', async () => {
  const vera = await asked();
  const say = async (text) => {
    await vera.keyboard.type(text);
    await vera.keyboard.press('Enter');
  };
  assert.deepEqual({ ...(await field_of(vera, 'Which e-mail address?')), keyboard: true }, { type: 'email', mode: 'email', fills: 'email', keyboard: true });
  assert.equal(await widget(vera).locator('textarea').isVisible(), false);
  assert.deepEqual(await complaints(vera), []);
  await field(vera).focus();
  await say('vera');
  assert.equal(await why(vera).textContent(), 'An e-mail address looks like name@example.org.');
  assert.equal(await field(vera).getAttribute('aria-invalid'), 'true');
  assert.deepEqual(await complaints(vera), []);
  await shot(vera, 'form-wrong');
  await say('@harbor.example');
  assert.deepEqual(await field_of(vera, 'Which phone number?'), { type: 'tel', mode: 'tel', fills: 'tel', keyboard: true });
  await say('+49 (40) 123-456');
  assert.deepEqual(await field_of(vera, 'How many guests?'), { type: 'number', mode: 'decimal', fills: 'off', keyboard: true });
  await vera.keyboard.press('Enter');
  assert.match(await why(vera).textContent(), /Write a number/);
  await say('4');
  assert.deepEqual(await field_of(vera, 'On which day?'), { type: 'date', mode: '', fills: 'off', keyboard: true });
  await vera.keyboard.press('Enter');
  assert.match(await why(vera).textContent(), /Choose a day/);
  await shot(vera, 'form-date');
  await field(vera).fill('2026-12-24');
  await vera.keyboard.press('Enter');
  assert.equal((await field_of(vera, 'Which website sent you?')).type, 'url');
  await widget(vera).getByRole('button', { name: 'Skip this question' }).click();
  assert.deepEqual(await field_of(vera, 'Your first name?'), { type: 'text', mode: 'text', fills: 'given-name', keyboard: true });
  await say('Vera');
  await until(() => widget(vera).locator('.answer .word').allTextContents(), (words) => words.join() === 'Yes,No', 'yes or no');
  assert.deepEqual(await complaints(vera), []);
  await shot(vera, 'form-yes-no');
  await vera.keyboard.press('Enter');
  await until(() => lines(vera, 'bot').last().textContent(), (text) => /Any wishes/.test(text), 'plain words');
  await until(() => widget(vera).locator('textarea').isVisible(), Boolean, 'the composer');
  await say('A window');
  await until(() => lines(vera, 'bot').last().textContent(), (text) => /Booked for Vera, 4 guests on 2026-12-24; we call \+49 \(40\) 123-456/.test(text), 'it is booked');
  assert.deepEqual(vera.problems, []);
});

test('who wants to say something else can, and a refused answer says so with what was written', async () => {
  const vera = await asked();
  await widget(vera).getByRole('button', { name: 'Write something else' }).click();
  const composer = widget(vera).locator('textarea');
  await until(() => composer.evaluate((one) => one.getRootNode().activeElement === one), Boolean, 'the keyboard is in the composer');
  await vera.keyboard.type('vera at harbor');
  await vera.keyboard.press('Enter');
  await until(() => why(vera).textContent(), (text) => text === 'This answer was not accepted. An e-mail address looks like name@example.org.', 'why');
  assert.equal(await field(vera).inputValue(), 'vera at harbor');
  assert.match(await lines(vera, 'bot').last().textContent(), /That does not look like an e-mail address/);
  await shot(vera, 'form-refused');
  await widget(vera).getByRole('button', { name: 'Write something else' }).click();
  await vera.keyboard.type('human');
  await vera.keyboard.press('Enter');
  await widget(vera).locator('.line.waiting').waitFor();
  assert.equal(await widget(vera).locator('.answer').isVisible(), false, 'nobody is asked while a person is called');
});

test('a person who takes over gets words, not fields', async () => {
  const ana = await agent(theStage);
  const vera = await asked();
  await ana.locator('.row', { hasText: 'Which e-mail address?' }).first().click();
  await ana.getByRole('textbox', { name: /Reply/ }).fill('Ana here. What is it about?');
  await ana.keyboard.press('Enter');
  await lines(vera, 'person').first().waitFor();
  await until(() => widget(vera).locator('textarea').isVisible(), Boolean, 'the composer');
  assert.equal(await widget(vera).locator('.answer').isVisible(), false);
});

const LABELS = {
  de: ['Ihre E-Mail-Adresse', 'Eine E-Mail-Adresse sieht so aus'], es: ['Tu correo electrónico', 'tiene esta forma'],
  fr: ['Votre adresse e-mail', 'ressemble à'], pt: ['Seu e-mail', 'tem esta forma'], ar: ['بريدك الإلكتروني', 'البريد الإلكتروني'],
  ja: ['メールアドレス', 'のように'], en: ['Your e-mail address', 'looks like'],
};

test('fields speak every language, and fit a phone', async () => {
  for (const [lang, [label, wrong]] of Object.entries(LABELS)) {
    const vera = await asked(`/?lang=${lang}`, PHONE);
    assert.equal(await widget(vera).locator('.answer label').textContent(), label);
    await field(vera).fill('vera');
    await field(vera).press('Enter');
    assert.match(await why(vera).textContent(), new RegExp(wrong));
    assert.ok((await sideways(vera)) <= 0);
    if (lang === 'ar') {
      assert.equal(await field(vera).evaluate((one) => getComputedStyle(one).textAlign), 'right');
      assert.deepEqual(await complaints(vera), []);
    }
    if (['ar', 'de', 'ja'].includes(lang)) await shot(vera, `form-phone-${lang}`);
    await vera.context().close();
  }
});
