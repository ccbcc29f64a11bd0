import { defineConfig } from 'vite';

/** The loader is one classic script, so that a site embeds it with one tag. */
export default defineConfig({
  root: import.meta.dirname,
  publicDir: false,
  build: {
    target: 'es2018',
    outDir: '../dist-widget',
    emptyOutDir: false,
    lib: { entry: 'src/loader.ts', formats: ['iife'], name: 'MeridianLoader', fileName: () => 'loader.js' },
  },
});
