// Gzipped sizes against their budgets; fails when one is over.
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const here = new URL('..', import.meta.url).pathname;
const gz = (path) => gzipSync(readFileSync(path), { level: 9 }).length;
const linked = (html, dir, base) => {
  const text = readFileSync(join(here, html), 'utf8');
  const names = [...text.matchAll(/(?:src|href)="([^"]+\.(?:js|css))"/g)].map(([, name]) => name);
  return names.map((name) => join(here, dir, name.replace(base, '')));
};
const sum = (paths, ext) => paths.filter((path) => path.endsWith(ext)).reduce((n, path) => n + gz(path), 0);
const files = (dir) => readdirSync(join(here, dir)).map((name) => join(here, dir, name));

const first = linked('dist/index.html', 'dist', '/');
const widget = linked('dist-widget/index.html', 'dist-widget', '/widget/');
const all = files('dist/assets').filter((path) => statSync(path).isFile());
const rows = [
  ['console, initial JS', sum(first, '.js'), 120_000],
  ['console, initial CSS', sum(first, '.css'), 20_000],
  ['console, all JS', sum(all, '.js'), 460_000],
  ['widget app, JS and CSS', sum(widget, '.js') + sum(widget, '.css'), 25_000],
  ['widget loader', gz(join(here, 'dist-widget/loader.js')), 2_000],
];
let over = false;
for (const [name, bytes, budget] of rows) {
  over ||= bytes === 0 || bytes > budget;
  const mark = bytes === 0 ? 'MISSING' : bytes > budget ? 'OVER' : 'ok';
  console.log(`${name.padEnd(26)} ${(bytes / 1000).toFixed(1).padStart(7)} kB gz of ${budget / 1000} kB  ${mark}`);
}
process.exitCode = over ? 1 : 0;
