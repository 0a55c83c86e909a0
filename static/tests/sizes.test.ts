/** What a browser has to fetch stays small: the console's first load, and the script on customers' pages. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const out = mkdtempSync(join(tmpdir(), 'switchboard-web-'));
const gzipped = (file: string): number => readFileSync(join(out, `${file}.gz`)).length;

beforeAll(() => {
  execFileSync('node', [join(root, 'scripts/build.mjs'), out], { cwd: root, stdio: 'pipe' });
}, 120_000);

afterAll(() => rmSync(out, { recursive: true, force: true }));

test('the console loads at first within 150 kB gzipped', () => {
  const page = readFileSync(join(out, 'index.html'), 'utf8');
  const parts = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map((found) => found[1]!);
  expect(parts.length).toBeGreaterThanOrEqual(2);
  // Whoever does not read English fetches the words of one more language.
  const words = readdirSync(join(out, 'assets')).filter((name) => /^(ar|de|es|fr|ja|pt)-[\w-]+\.js$/.test(name));
  expect(new Set(words.map((name) => name.slice(0, 2))).size).toBe(words.length);
  const most = Math.max(0, ...words.map((name) => gzipped(`assets/${name}`)));
  const total = ['index.html', ...parts].map(gzipped).reduce((sum, size) => sum + size, most);
  console.info(`console, first load: ${total} bytes gzipped, ${most} of them one of ${words.length} languages`);
  expect(words.length).toBeGreaterThan(0);
  expect(total).toBeLessThanOrEqual(150_000);
});

test('the web chat fits into 12 kB gzipped, with the words of one language beside English', () => {
  const size = gzipped('webchat.js');
  const words = readdirSync(join(out, 'assets')).filter((name) => /^webchat-(ar|de|es|fr|ja|pt)\.js$/.test(name));
  expect(words.length).toBe(6);
  const most = Math.max(...words.map((name) => gzipped(`assets/${name}`)));
  console.info(`webchat.js: ${size} bytes gzipped, and at most ${most} more for another language`);
  expect(size + most).toBeLessThanOrEqual(12_000);
});

test('nothing but our own origin is loaded', () => {
  for (const file of ['index.html', 'demo/index.html']) {
    expect(readFileSync(join(out, file), 'utf8')).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  }
});
