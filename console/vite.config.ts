import { svelte } from '@sveltejs/vite-plugin-svelte';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vite';
import { proxy } from './scripts/proxy.ts';

/** Documents and fragments of `src/gql` that nobody uses stay out: the generator does not say that making one does nothing. */
const unused = {
  name: 'unused-documents',
  transform: (code: string, id: string) => (id.includes('/src/gql/') ? { code: code.replaceAll('= new TypedDocumentString(', '= /*#__PURE__*/ new TypedDocumentString('), map: null } : null),
};

export default defineConfig({
  plugins: [svelte(), tailwindcss(), unused],
  build: { target: 'es2022', outDir: 'dist', assetsDir: 'assets', modulePreload: { polyfill: false }, assetsInlineLimit: 0 },
  server: { host: '127.0.0.1', proxy: proxy() },
});
