import { svelte } from '@sveltejs/vite-plugin-svelte';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vite';
import { proxy } from './scripts/proxy.ts';

/** Documents and fragments of `src/gql` that nobody uses stay out: the generator does not say that making one does nothing. */
const unused = {
  name: 'unused-documents',
  transform: (code: string, id: string) => (id.includes('/src/gql/') ? { code: code.replaceAll('= new TypedDocumentString(', '= /*#__PURE__*/ new TypedDocumentString('), map: null } : null),
};

/** Pages of the set-up that are opened one after the other come together: many small parts weigh more than a few. */
const pages: Record<string, string> = {
  'admin-places': 'Sites|Site\\w+|Branch\\w*|Holidays|Exceptions|WeekEditor|People|Person\\w*|Skills|SkillSheet',
  'admin-queues': 'Queue\\w*|Plan\\w*|plan|Code\\w*|codes|Capacity|capacity|WhatIf\\w*|whatif|overflow|shadow',
  'admin-rules': 'Red\\w*|red|Intent\\w*|intents|intentStore\\.svelte|Emergency\\w*|emergency|Repl\\w+|Knowledge|knowledge\\w*(\\.svelte)?|Article\\w*|Revisions|Step\\w+|step\\w+(\\.svelte)?|SpaceDialog',
  'admin-links': 'Channel\\w*|channelForm\\.svelte|Bot\\w*|bot\\w*|Webhook\\w*|webhook\\w*(\\.svelte)?|Key\\w*|Unknown|Audit',
  'admin-who': 'Review|review|Values|Twins|RuleSheet|rules|Verifier\\w*|verifiers|Import|import',
};
/** In this order: the first page with all it needs, what several parts need, what several pages of the set-up need, its pages. */
const groups = [
  { name: 'index', test: /\/src\/main\.ts$/, priority: 40 },
  { name: 'parts', test: /\/src\/(ui|lib|desk|floor|knowledge|gql)\/(?!.*admin)/, minShareCount: 2, priority: 30 },
  { name: 'admin', test: /\/src\/(admin|gql\/admin|lib\/i18n\/(en\.|zh\.)?admin)/, minShareCount: 4, priority: 20 },
  ...Object.entries(pages).map(([name, files]) => ({ name, test: new RegExp(`/src/admin/(${files})(\\.words)?\\.(svelte|ts)$`), priority: 10 })),
];

export default defineConfig({
  plugins: [svelte(), tailwindcss(), unused],
  build: { target: 'es2022', outDir: 'dist', assetsDir: 'assets', modulePreload: { polyfill: false }, assetsInlineLimit: 0, rolldownOptions: { output: { codeSplitting: { groups } } } },
  server: { host: '127.0.0.1', proxy: proxy() },
});
