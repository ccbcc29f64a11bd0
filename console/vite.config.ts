import { svelte } from '@sveltejs/vite-plugin-svelte';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vite';
import { proxy } from './scripts/proxy.ts';

export default defineConfig({
  plugins: [svelte(), tailwindcss()],
  build: { target: 'es2022', outDir: 'dist', assetsDir: 'assets', modulePreload: { polyfill: false }, assetsInlineLimit: 0 },
  server: { host: '127.0.0.1', proxy: proxy() },
});
