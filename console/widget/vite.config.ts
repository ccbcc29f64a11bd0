import { defineConfig } from 'vite';
import { proxy } from '../scripts/proxy.ts';

/** The app in the frame, and the demo page. Everything lives under /widget/. */
export default defineConfig({
  root: import.meta.dirname,
  base: '/widget/',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2020',
    outDir: '../dist-widget',
    emptyOutDir: true,
    modulePreload: { polyfill: false },
  },
  server: { host: '127.0.0.1', proxy: proxy() },
});
