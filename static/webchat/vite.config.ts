import { defineConfig } from 'vite';

/** The web chat: one script without dependencies that any page can load. */
export default defineConfig({
  root: import.meta.dirname,
  build: {
    target: 'es2020',
    lib: { entry: 'src/main.ts', name: 'SwitchboardWebchat', formats: ['iife'], fileName: () => 'webchat.js' },
  },
});
