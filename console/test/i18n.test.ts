import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { en as common } from '../src/lib/i18n/en';
import { enAdmin } from '../src/lib/i18n/en.admin';
import { zh as commonZh } from '../src/lib/i18n/zh';
import { zhAdmin } from '../src/lib/i18n/zh.admin';
import { words } from '../widget/src/words';

const holes = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '').sort();
const [en, zh] = [{ ...common, ...enAdmin }, { ...commonZh, ...zhAdmin }];
const keys = Object.keys(en) as (keyof typeof en)[];

test('every language says everything, and nothing twice', () => {
  expect(Object.keys(common).filter((key) => key in enAdmin)).toEqual([]);
  expect(Object.keys(zh).sort()).toEqual([...keys].sort());
  for (const key of keys) expect(zh[key], key).not.toBe('');
  expect(Object.keys(words.zh!)).toEqual(Object.keys(words.en!));
});

test('a translation has the same holes', () => {
  for (const key of keys) expect(holes(zh[key]), key).toEqual(holes(en[key]));
});

test('Chinese messages use Chinese punctuation', () => {
  for (const key of keys) expect(zh[key], key).not.toMatch(/[\u4e00-\u9fff][,?!]/);
});

test('every message that code asks for exists, and none is left over', () => {
  const sources: string[] = [];
  const walk = (dir: string): void => {
    for (const name of readdirSync(dir)) {
      const path = join(dir, name);
      if (statSync(path).isDirectory()) walk(path);
      else if (/\.(svelte|ts)$/.test(name) && !path.includes('i18n') && !path.includes('/gql/')) sources.push(readFileSync(path, 'utf8'));
    }
  };
  walk(new URL('../src', import.meta.url).pathname);
  const text = sources.join('\n');
  for (const [, key] of text.matchAll(/\bt\('([\w.]+)'/g)) expect(keys, key).toContain(key);
  // Families are asked for by a code of the server or of a list.
  const families = [...text.matchAll(/\bcode\('(\w+)'/g), ...text.matchAll(/\bt\(`([\w.]+)\.\$\{/g)].map(([, name]) => `${name}.`);
  const unused = keys.filter((key) => !text.includes(`'${key}'`) && !families.some((family) => key.startsWith(family)));
  expect(unused).toEqual([]);
});

test('words of parts that are loaded later keep the same rules, and none is left over', async () => {
  const packs = import.meta.glob<{ words: Record<string, readonly [string, string]> }>('../src/**/*words.ts', { eager: true });
  const parts = Object.entries(packs).filter(([, part]) => part.words);
  expect(parts.length).toBeGreaterThan(0);
  for (const [path, { words }] of parts) {
    const dir = new URL(path.replace(/[^/]+$/, ''), import.meta.url).pathname;
    const text = readdirSync(dir).filter((name) => /\.(svelte|ts)$/.test(name) && !name.endsWith('words.ts')).map((name) => readFileSync(join(dir, name), 'utf8')).join('\n');
    const own = readFileSync(new URL(path, import.meta.url).pathname, 'utf8');
    const families = [...`${text}${own}`.matchAll(/\.code\('(\w+)'/g), ...text.matchAll(/\bsay\(`([\w.]+)\.\$\{/g)].map(([, name]) => `${name}.`);
    for (const [key, [english, chinese]] of Object.entries(words)) {
      expect(holes(chinese), key).toEqual(holes(english));
      expect(chinese, key).not.toMatch(/[\u4e00-\u9fff][,?!]/);
      expect(text.includes(`'${key}'`) || families.some((family) => key.startsWith(family)), `${path}: ${key}`).toBe(true);
    }
  }
});
