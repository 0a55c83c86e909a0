// Builds everything a browser gets into one folder: the console at its root, `webchat.js`, `demo/`. Each text file
// gets compressed siblings, made here once so that the server never compresses. Usage: node scripts/build.mjs [OUT]
import { createHash } from 'node:crypto';
import { cpSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'vite';

// Svelte reads this: whoever starts the build, it is the one for readers and not for its writers.
process.env.NODE_ENV = 'production';

const root = resolve(import.meta.dirname, '..');
const out = resolve(process.argv[2] ?? join(root, 'dist'));
// Whoever reads the folder meanwhile, such as a running debug build, finds the last whole one.
const fresh = `${out}.fresh`;

rmSync(fresh, { recursive: true, force: true });
await build({ configFile: join(root, 'console/vite.config.ts'), logLevel: 'warn', build: { outDir: fresh, emptyOutDir: false } });
// Parts of the web chat that not every page needs, kept for ever under the hash of them all: a language each,
// what only an opened chat needs, polling.
const parts = join(fresh, 'assets');
const folder = join(root, 'webchat/words');
for (const name of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
  const [tag, words] = [name.slice(0, -5), JSON.parse(readFileSync(join(folder, name), 'utf8'))];
  writeFileSync(join(parts, `webchat-${tag}.js`), `Switchboard.part(${JSON.stringify(tag)},${JSON.stringify(words)});\n`);
}
for (const name of ['opened', 'poll']) {
  const lib = { entry: join(root, `webchat/src/${name}.part.ts`), formats: ['iife'], name: 'part', fileName: () => `webchat-${name}.js` };
  await build({ configFile: false, logLevel: 'warn', build: { target: 'es2020', outDir: parts, emptyOutDir: false, lib } });
}
const hash = createHash('sha256');
for (const name of readdirSync(parts).filter((name) => name.startsWith('webchat-')).sort()) hash.update(readFileSync(join(parts, name)));
const define = { __PARTS__: JSON.stringify(hash.digest('hex').slice(0, 12)) };
await build({ configFile: join(root, 'webchat/vite.config.ts'), logLevel: 'warn', define, build: { outDir: fresh, emptyOutDir: false } });
cpSync(join(root, 'demo'), join(fresh, 'demo'), { recursive: true });

for (const entry of readdirSync(fresh, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !/\.(html|js|css|svg|json|txt|webmanifest)$/.test(entry.name)) continue;
  const file = join(entry.parentPath, entry.name);
  const bytes = readFileSync(file);
  writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
  writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }));
}

rmSync(out, { recursive: true, force: true });
renameSync(fresh, out);
