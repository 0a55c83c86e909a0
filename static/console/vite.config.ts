import { svelte } from '@sveltejs/vite-plugin-svelte';
import { join } from 'node:path';
import { defineConfig } from 'vite';

/** The console: a single page, its parts named by content so that they may be cached for ever. */
export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  plugins: [svelte({ configFile: '../svelte.config.js' })],
  build: {
    target: 'es2022',
    assetsDir: 'assets',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rollupOptions: {
      input: { index: join(import.meta.dirname, 'index.html'), sw: join(import.meta.dirname, 'src/sw.ts') },
      // A service worker keeps its address, or browsers would not find the next one.
      output: { entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js') },
    },
  },
  server: { proxy: serverFor(['/api', '/console/socket', '/webchat', '/demo']) },
});

/** In development, `SWITCHBOARD=http://127.0.0.1:8080 npx vite -c console/vite.config.ts` talks to that server. */
function serverFor(paths: string[]) {
  const target = process.env['SWITCHBOARD'] ?? 'http://127.0.0.1:8080';
  return Object.fromEntries(paths.map((path) => [path, { target, ws: true }]));
}
