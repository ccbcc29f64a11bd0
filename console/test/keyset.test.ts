import { expect, test } from 'vitest';
import { KeysetList } from '../src/lib/keyset';

interface R {
  id: string;
  at: number;
  v?: number;
}

const list = (): KeysetList<R> =>
  new KeysetList<R>((a, b) => b.at - a.at || b.id.localeCompare(a.id), (next, old) => (next.v ?? 0) >= (old.v ?? 0));
const page = (nodes: R[], hasNextPage = false) => ({
  nodes,
  pageInfo: { hasNextPage, endCursor: nodes.at(-1)?.id ?? null },
});
const ids = (l: KeysetList<R>): string => l.rows.map((row) => row.id).join('');

test('pages follow each other', () => {
  const l = list();
  l.reset(page([{ id: 'a', at: 9 }, { id: 'b', at: 8 }], true));
  l.append(page([{ id: 'c', at: 7 }]));
  expect(ids(l)).toBe('abc');
  expect(l.more).toBe(false);
});

test('a row that moved up is not shown again by an older page', () => {
  const l = list();
  l.reset(page([{ id: 'a', at: 9 }, { id: 'b', at: 8 }], true));
  l.apply({ id: 'c', at: 10, v: 2 }, true);
  l.append(page([{ id: 'c', at: 7, v: 1 }, { id: 'd', at: 6 }]));
  expect(ids(l)).toBe('cabd');
  expect(l.get('c')?.at).toBe(10);
});

test('a live row from below what was read waits for its page', () => {
  const l = list();
  l.reset(page([{ id: 'a', at: 9 }, { id: 'b', at: 8 }], true));
  l.apply({ id: 'z', at: 1 }, true);
  expect(ids(l)).toBe('ab');
  l.append(page([{ id: 'c', at: 7 }, { id: 'z', at: 1 }]));
  expect(ids(l)).toBe('abcz');
});

test('a row that leaves the view goes, one that returns comes back', () => {
  const l = list();
  l.reset(page([{ id: 'a', at: 9 }, { id: 'b', at: 8 }]));
  l.apply({ id: 'a', at: 9, v: 1 }, false);
  expect(ids(l)).toBe('b');
  l.apply({ id: 'a', at: 11, v: 2 }, true);
  expect(ids(l)).toBe('ab');
});

test('reading the first page again keeps deeper pages and drops what has left', () => {
  const l = list();
  l.reset(page([{ id: 'a', at: 9 }, { id: 'b', at: 8 }], true));
  l.append(page([{ id: 'c', at: 7 }, { id: 'd', at: 6 }], true));
  l.reset(page([{ id: 'n', at: 10 }, { id: 'b', at: 8 }], true));
  expect(ids(l)).toBe('nbcd');
  expect(l.cursor).toBe('d');
  l.append(page([{ id: 'e', at: 5 }]));
  expect(ids(l)).toBe('nbcde');
});

test('an empty answer empties the list', () => {
  const l = list();
  l.reset(page([{ id: 'a', at: 9 }]));
  l.reset(page([]));
  expect(l.rows).toEqual([]);
  expect(l.loaded).toBe(true);
});

test('a late answer never undoes a live update', () => {
  const l = list();
  l.reset(page([{ id: 'a', at: 9, v: 1 }]));
  l.apply({ id: 'a', at: 12, v: 3 }, true);
  l.reset(page([{ id: 'a', at: 9, v: 1 }]));
  expect(l.get('a')?.v).toBe(3);
});

test('any order of events and pages ends in the same list', () => {
  const rows: R[] = Array.from({ length: 40 }, (_, i) => ({ id: `r${String(i).padStart(2, '0')}`, at: (i * 7) % 31, v: 1 }));
  const sorted = [...rows].sort((a, b) => b.at - a.at || b.id.localeCompare(a.id));
  for (let seed = 1; seed <= 20; seed++) {
    const l = list();
    let n = seed;
    const random = (): number => (n = (n * 16807) % 2147483647) / 2147483647;
    l.reset(page(sorted.slice(0, 10), true));
    for (let from = 10; from < 40; from += 10) {
      for (let k = 0; k < 6; k++) l.apply(rows[Math.floor(random() * 40)]!, true);
      l.append(page(sorted.slice(from, from + 10), from < 30));
    }
    expect(ids(l)).toBe(sorted.map((row) => row.id).join(''));
  }
});

test('a page that was under way does not take away what came meanwhile, nor bring back what left', () => {
  const l = list();
  l.reset(page([{ id: 'a', at: 9 }, { id: 'b', at: 8 }]));
  const asked = l.mark();
  l.apply({ id: 'c', at: 10, v: 1 }, true);
  l.apply({ id: 'b', at: 8, v: 2 }, false);
  l.reset(page([{ id: 'a', at: 9 }, { id: 'b', at: 8 }]), asked);
  expect(ids(l)).toBe('ca');
  // Asked for later, the page knows better.
  l.reset(page([{ id: 'a', at: 9 }, { id: 'b', at: 8 }]), l.mark());
  expect(ids(l)).toBe('ab');
});

test('what was forgotten does not come back with the first page', () => {
  const l = list();
  l.reset(page([{ id: 'a', at: 9 }, { id: 'b', at: 8 }], true));
  l.append(page([{ id: 'c', at: 7 }]));
  l.forget();
  l.reset(page([{ id: 'a', at: 9 }], true));
  expect(ids(l)).toBe('a');
  expect(l.more).toBe(true);
});

test('a page that was under way when all was forgotten is no part of what is read anew', () => {
  const all: R[] = 'abcdefgh'.split('').map((id, n) => ({ id, at: 20 - n }));
  const p = (from: number) => page(all.slice(from, from + 2), from < 6);
  const l = list();
  expect([l.reset(p(0)), l.append(p(2)), l.append(p(4))]).toEqual([true, true, true]);
  const asked = l.mark();
  l.forget();
  expect([l.more, l.cursor, l.loaded]).toEqual([false, null, false]);
  expect(l.append(p(6), asked)).toBe(false);
  expect(l.reset(p(0), asked)).toBe(false);
  expect(ids(l)).toBe('');
  expect(l.reset(p(0), l.mark())).toBe(true);
  expect([ids(l), l.more, l.cursor, l.loaded]).toEqual(['ab', true, 'b', true]);
  l.append(p(2));
  expect(ids(l)).toBe('abcd');
});

test('what comes while all is read anew stays', () => {
  const l = list();
  l.reset(page([{ id: 'a', at: 9 }, { id: 'b', at: 8 }], true));
  l.forget();
  const asked = l.mark();
  l.apply({ id: 'n', at: 10 }, true);
  l.reset(page([{ id: 'a', at: 9 }, { id: 'b', at: 8 }], true), asked);
  expect(ids(l)).toBe('nab');
});

test('a live row from below never makes an island, nor is it missing from the page that was under way', () => {
  const l = list();
  l.apply({ id: 'z', at: 1 }, true);
  l.reset(page([{ id: 'a', at: 9 }, { id: 'b', at: 8 }], true));
  expect(ids(l)).toBe('ab');
  const asked = l.mark();
  l.apply({ id: 'c', at: 7 }, true);
  l.append(page([{ id: 'c', at: 7 }, { id: 'd', at: 6 }], true), asked);
  expect(ids(l)).toBe('abcd');
});
