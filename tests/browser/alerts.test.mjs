// A letter to agents shows in the conversation: that it waits, that it was sent, that it failed, and why.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { agent, complaints, lines, openCaller, say, shot, stage, until, visitor } from './support.mjs';

let mail;
let theStage;
before(async () => {
  mail = await mailServer();
  theStage = await stage(`
    bots = "${new URL('../../bots', import.meta.url).pathname}"
    [smtp]
    host = "localhost"
    port = ${mail.port}
    security = "plain"
    from = "Harbor <alerts@harbor.example>"
  `);
});
after(async () => {
  await theStage?.close();
  mail?.close();
});

test('a letter waits, is sent, and leads to its conversation', async () => {
  mail.does('greylist:1000');
  const ana = await agent(theStage);
  const vera = await wantsQuote();
  await openCaller(ana, () => say(vera, 'I had an accident'));
  const letter = ana.locator('.letter').filter({ hasText: 'A quote for a boat' });
  await letter.filter({ hasText: 'not taken yet, again at' }).waitFor();
  await shot(ana, 'alert-waits');
  mail.does('take');
  await ana.locator('.letter.sent').waitFor({ timeout: 60_000 });
  await letter.locator('summary').click();
  await letter.getByText('kept as 1').waitFor();
  await shot(ana, 'alert-sent');
  assert.deepEqual(await complaints(ana), []);

  const sent = JSON.parse(readFileSync(join(mail.folder, '1.json'), 'utf8'));
  assert.deepEqual(sent.recipients, ['ana@harbor.example']);
  const [link] = /http:\S+\/c\/\S+/.exec(sent.text);
  await ana.goto(link);
  await ana.locator('.message.contact').filter({ hasText: 'a boat' }).waitFor();
  assert.deepEqual(await vera.getByText('E-mail to').count(), 0, 'the visitor hears nothing of it');
  assert.deepEqual([...ana.problems, ...vera.problems], []);
});

test('a letter that is refused says so in the mail server’s words', async () => {
  mail.does('refuse');
  const ana = await agent(theStage);
  const vera = await wantsQuote();
  await openCaller(ana, () => say(vera, 'I had an accident'));
  await ana.locator('.letter.failed').filter({ hasText: '550 5.1.1 no such mailbox here' }).waitFor();
  await shot(ana, 'alert-failed');
});

async function wantsQuote() {
  const vera = await visitor(theStage);
  for (const words of ['quote', 'a boat', 'zoe@example.org']) {
    const before = await lines(vera, 'bot').count();
    // An e-mail address has a field of its own.
    if (words.includes('@')) await vera.locator('.answer input[type=email]').fill(words).then(() => vera.keyboard.press('Enter'));
    else await say(vera, words);
    await until(() => lines(vera, 'bot').count(), (count) => count > before, `the bot answers “${words}”`);
  }
  return vera;
}

/** The mail server of the Rust tests. */
async function mailServer() {
  const has = (python) => {
    try {
      execFileSync(python, ['-c', 'import aiosmtpd'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  };
  const python = ['/usr/bin/python3', 'python3'].find((one) => (one.startsWith('/') ? existsSync(one) : true) && has(one));
  if (!python) throw new Error('aiosmtpd is missing; scripts/test installs it');
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-mail-'));
  const script = new URL('../it/support/smtp_server.py', import.meta.url).pathname;
  const child = spawn(python, [script, folder, 'plain'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const port = await new Promise((found) => child.stdout.once('data', (bytes) => found(Number(String(bytes)))));
  const close = () => {
    child.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  return { port, folder, close, does: (mode) => writeFileSync(join(folder, 'mode'), mode) };
}
