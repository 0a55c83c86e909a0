import { defineConfig, type Plugin } from 'vite';

/** The style is text to the compiler; its line ends and indents are nothing to a browser. */
const slimStyle: Plugin = {
  name: 'slim-style',
  enforce: 'pre',
  transform: (code, id) => (id.endsWith('/style.ts') ? code.replace(/\s*\n\s*/g, ' ').replace(/ ?([{};,]) ?/g, '$1') : null),
};

/** The web chat: one script without dependencies that any page can load. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [slimStyle],
  build: {
    target: 'es2020',
    lib: { entry: 'src/main.ts', name: 'SwitchboardWebchat', formats: ['iife'], fileName: () => 'webchat.js' },
  },
});
