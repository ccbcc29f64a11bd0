import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { joined, unique } from '../src/lib/unique';

test('each stands once, where it first came', () => {
  expect(unique(['vip', 'press', 'vip'])).toEqual(['vip', 'press']);
  expect(unique([{ line: 2, why: 'a' }, { line: 2, why: 'b' }], ({ line }) => line)).toEqual([{ line: 2, why: 'a' }]);
});

test('a page that comes twice is joined once', () => {
  const page = [{ id: 'c' }, { id: 'd' }];
  const once = joined([{ id: 'a' }, { id: 'c' }], page);
  expect(once.map(({ id }) => id).join('')).toBe('acd');
  expect(joined(once, page)).toEqual(once);
  expect(joined(null, page)).toEqual(page);
});

test('tags, of which old data may name one twice, are never keyed as they came', () => {
  const src = new URL('../src/', import.meta.url);
  const parts = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.svelte'));
  for (const part of parts) expect(readFileSync(new URL(part, src), 'utf8'), part).not.toMatch(/#each [\w.]*\.tags\b[^}]*as tag \(tag\)/);
});
