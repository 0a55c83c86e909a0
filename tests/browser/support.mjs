// The props of the browser tests: a server, a browser, a visitor, an agent, and a wire that can be cut.
//
// SWITCHBOARD_BIN names the server to start, one for each file; or SWITCHBOARD_URL and SWITCHBOARD_SIGN_IN (the
// one-time link) name one that runs already. SWITCHBOARD_SHOTS names a folder for pictures.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'node:test';
import { chromium } from 'playwright-core';

const CHROMIUM = join(import.meta.dirname, 'chromium.sh');
const FLAGS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];
const AGENT = { name: 'Ana', email: 'ana@harbor.example', password: 'a calm harbor at night' };
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const DESK = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };
export const SMALL_PHONE = { width: 360, height: 740 };

// Whoever was in a test leaves with it: a page that nobody looks at any more would go on ticking beside the next tests.
const inTheTest = new Set();
if (process.argv[1].endsWith('.test.mjs')) {
  beforeEach(() => inTheTest.clear());
  afterEach(() => Promise.all([...inTheTest].map((context) => context.close())));
}

/**
 * A server in demo mode with a fresh data folder, and a browser; `close` ends both. With `settings` (TOML) beside the
 * defaults it is always a server of its own.
 */
export async function stage(settings) {
  const server = process.env.SWITCHBOARD_URL && !settings ? givenServer() : await startServer(settings);
  const browser = await strangersBrowser();
  const wires = [];
  const close = async () => {
    wires.forEach((one) => one.close());
    await browser.close();
    server.stop();
  };
  return { ...server, browser, wires, close };
}

/** A browser that has never been anywhere. */
export const strangersBrowser = () => chromium.launch({ executablePath: CHROMIUM, args: FLAGS });

function givenServer() {
  const url = process.env.SWITCHBOARD_URL.replace(/\/?$/, '/');
  return { url, signIn: process.env.SWITCHBOARD_SIGN_IN, stop() {} };
}

async function startServer(settings) {
  const program = process.env.SWITCHBOARD_BIN;
  if (!program) throw new Error('set SWITCHBOARD_BIN to the server’s binary, e.g. target/debug/switchboard');
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-browser-'));
  // The tests' own variables would be taken for settings of the server.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('SWITCHBOARD_')));
  const words = ['--demo', '--data-dir', join(folder, 'data'), '--listen', '127.0.0.1:0'];
  if (settings) {
    writeFileSync(join(folder, 'switchboard.toml'), settings);
    words.push('--config', join(folder, 'switchboard.toml'));
  }
  const child = spawn(program, words, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const stop = () => {
    child.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  const signIn = await new Promise((found, failed) => {
    let said = '';
    const listen = (bytes) => {
      said += bytes;
      const link = /http:\/\/[^\s/]+\/welcome\?token=[^\s]+/.exec(said);
      if (link) found(link[0]);
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.on('exit', (code) => failed(new Error(`the server ended with ${code}:\n${said}`)));
    setTimeout(() => failed(new Error(`the server named no one-time link:\n${said}`)), 90_000).unref();
  });
  return { url: new URL('/', signIn).href, signIn, stop, pid: child.pid, data: join(folder, 'data') };
}

/** A page in a browser profile of its own. What goes wrong in it is kept in `problems`. */
export async function page(stage, viewport = DESK, more = {}) {
  const phone = viewport.width < 700;
  const context = await stage.browser.newContext({ viewport, hasTouch: phone, isMobile: phone, ...more });
  inTheTest.add(context);
  const page = await context.newPage();
  // A busy machine may take its time; what must be quick is measured by speed.mjs.
  page.setDefaultTimeout(40_000);
  page.problems = [];
  page.on('pageerror', (error) => page.problems.push(error.message));
  page.on('console', (line) => {
    if (/Content Security Policy|violates/i.test(line.text())) page.problems.push(line.text());
  });
  return page;
}

/** An agent at the console: by the one-time link the first time, by password from then on. */
export async function agent(stage, viewport = DESK, { url = stage.url, ...more } = {}) {
  const ana = await page(stage, viewport, more);
  const link = new URL(stage.signIn);
  await ana.goto(new URL(stage.welcomed ? '/' : link.pathname + link.search, url).href);
  const form = ana.locator('form');
  await form.or(ana.getByText('This link has been used')).first().waitFor();
  if (await ana.getByLabel('Your name').isVisible()) {
    await ana.getByLabel('Your name').fill(AGENT.name);
    await ana.getByLabel('E-mail').fill(AGENT.email);
    await ana.getByLabel('Password').fill(AGENT.password);
    await ana.getByRole('button', { name: 'Open the console' }).click();
  } else {
    if (!(await form.isVisible())) await ana.getByRole('button', { name: 'Sign in' }).click();
    await ana.getByLabel('E-mail').fill(AGENT.email);
    await ana.getByLabel('Password').fill(AGENT.password);
    await ana.getByRole('button', { name: 'Sign in' }).click();
  }
  await ana.locator('nav .zero, nav section').first().waitFor();
  stage.welcomed = true;
  return ana;
}

/** Somebody whom an administrator (`ana`) adds, at a console of their own. */
export async function colleague(stage, ana, { name, email, role = 'agent' }) {
  const password = 'a quiet pier in winter';
  const status = await ana.evaluate(async (body) => {
    const headers = { 'content-type': 'application/json' };
    return (await fetch('/api/v1/people', { method: 'POST', headers, body: JSON.stringify(body) })).status;
  }, { name, email, role, password });
  if (status !== 200) throw new Error(`a colleague cannot be added: ${status}`);
  const ben = await page(stage);
  await ben.goto(stage.url);
  await ben.getByLabel('E-mail').fill(email);
  await ben.getByLabel('Password').fill(password);
  await ben.getByRole('button', { name: 'Sign in' }).click();
  await ben.locator('nav .zero, nav section').first().waitFor();
  return ben;
}

/** The agent opens the conversation that begins to wait for a person when `act` is done. */
export async function openCaller(ana, act) {
  const waiting = ana.locator('.waiting .row');
  const before = await waiting.count();
  await act();
  await waiting.nth(before).click();
  await ana.locator('.banner.waiting').waitFor();
}

/** What is known of the contact: beside the conversation, and on a phone behind a button. */
export async function panelOf(ana, viewport) {
  const panel = ana.locator('.panel');
  if (viewport.width < 700) await ana.getByRole('button', { name: 'About the contact' }).click();
  await panel.getByRole('heading').first().waitFor();
  return panel;
}

/** A visitor of the demo page with the chat open. */
export async function visitor(stage, viewport = DESK, { url = stage.url, ...more } = {}) {
  const vera = await page(stage, viewport, more);
  await vera.goto(new URL('demo', url).href);
  await vera.getByRole('button', { name: 'Open the chat' }).click();
  await lines(vera, 'bot').first().waitFor();
  return vera;
}

/** The lines of the widget by speaker: `me`, `bot` or `person`. */
export const lines = (vera, speaker) => vera.locator(`.said.${speaker}`);

export async function say(vera, text) {
  await vera.getByLabel('Your message').fill(text);
  await vera.keyboard.press('Enter');
}

/** What speaks after the visitor's last line, by speaker. */
export const answersBy = (vera, speaker) =>
  vera.evaluate((speaker) => {
    const said = [...document.querySelector('[data-switchboard]').shadowRoot.querySelectorAll('.said')];
    const last = said.findLastIndex((line) => line.classList.contains('me'));
    return said.slice(last + 1).filter((line) => line.classList.contains(speaker)).map((line) => line.textContent);
  }, speaker);

/** Waits until something holds; says what was seen last when it never does. */
export async function until(look, holds, what, limit = 40_000) {
  const end = Date.now() + limit;
  for (;;) {
    const seen = await look();
    if (holds(seen)) return seen;
    if (Date.now() > end) throw new Error(`${what}: saw ${JSON.stringify(seen)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The serious complaints of axe about this page. */
export async function complaints(page) {
  if (await page.evaluate(() => globalThis.axe === undefined)) await page.evaluate(AXE);
  // What is still appearing is paler than it will be.
  await page.evaluate(() => {
    const ends = document.getAnimations().filter((one) => Number.isFinite(one.effect.getComputedTiming().endTime));
    return Promise.allSettled(ends.map((one) => one.finished)).then(() => undefined);
  });
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`);
}

export async function shot(page, name) {
  const folder = process.env.SWITCHBOARD_SHOTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

export const sideways = (page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

/** A wire to the server that can be cut and joined again. */
export async function wire(stage) {
  const target = new URL(stage.url);
  const open = new Set();
  let whole = true;
  const proxy = net.createServer((near) => {
    if (!whole) return near.destroy();
    const far = net.connect(Number(target.port || 80), target.hostname);
    for (const [socket, other] of [[near, far], [far, near]]) {
      open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        open.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  await new Promise((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const cable = {
    url: `http://127.0.0.1:${proxy.address().port}/`,
    cut() {
      whole = false;
      for (const socket of open) socket.destroy();
    },
    join() {
      whole = true;
    },
    close() {
      cable.cut();
      proxy.close();
    },
  };
  stage.wires.push(cable);
  return cable;
}
