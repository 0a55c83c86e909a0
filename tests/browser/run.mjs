// Runs the browser tests, or those named: node run.mjs [FILE…]
//
// One file more than there are cores at a time, since a file waits as much as it works; each has its own server, ports
// and browser. The longest come first, so that nobody waits for one of them at the end. What measures how soon a page
// answers has the machine for itself.
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

const FILE_MS_MAX = 600_000;
const ALONE = ['long', 'megabyte'];
const LONGEST = ['aside', 'unlost', 'healing', 'comfort', 'languages', 'webchat', 'sessions', 'clocks', 'writing', 'alerts', 'trouble'];

const here = import.meta.dirname;
const name = (file) => file.replace(/.*\//, '').replace('.test.mjs', '');
const named = process.argv.slice(2).map(name);
const all = readdirSync(here).filter((file) => file.endsWith('.test.mjs')).map(name).sort();
const unknown = named.find((one) => !all.includes(one));
if (unknown) throw new Error(`there is no ${unknown}.test.mjs`);
const chosen = all.filter((one) => named.length === 0 || named.includes(one));
const rank = (one) => (LONGEST.includes(one) ? LONGEST.indexOf(one) : LONGEST.length);

async function play(names, concurrency) {
  if (names.length === 0) return;
  const files = names.map((one) => join(here, `${one}.test.mjs`));
  const told = run({ files, concurrency, timeout: FILE_MS_MAX });
  told.on('test:fail', () => (process.exitCode = 1));
  for await (const line of told.compose(new spec())) process.stdout.write(line);
}

await play(chosen.filter((one) => ALONE.includes(one)), 1);
await play(chosen.filter((one) => !ALONE.includes(one)).toSorted((a, b) => rank(a) - rank(b)), availableParallelism() + 1);
