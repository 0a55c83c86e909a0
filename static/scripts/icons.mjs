// Draws the icons of the installed console from icon.svg: node scripts/icons.mjs (needs the browser tests' packages).
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const { chromium } = createRequire(join(root, '../tests/browser/package.json'))('playwright-core');
const icons = join(root, 'console/public/icons');
const svg = readFileSync(join(icons, 'icon.svg'), 'utf8');

/** Without round corners, and with a margin of `rim`: whoever shows it cuts it to a shape of their own. */
const square = (rim) => `<body style="margin:0;background:#504ea8"><div style="padding:${rim}%;box-sizing:border-box;width:100vw">${svg.replace('rx="7"', '')}</div>`;
const round = `<body style="margin:0;background:none">${svg}`;

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
for (const [name, size, page] of [['192', 192, round], ['512', 512, round], ['maskable', 512, square(10)], ['apple', 180, square(0)]]) {
  const paper = await browser.newPage({ viewport: { width: size, height: size } });
  await paper.setContent(page);
  await paper.screenshot({ path: join(icons, `${name}.png`), omitBackground: true });
}
await browser.close();
