import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { caps, follows, is, keymap, lines, type Place } from '../src/lib/keys';
import { words } from '../src/shell/shortcuts.words';

type Entries = Record<string, { on: readonly string[]; text: string; local?: boolean; always?: boolean }>;
const places = Object.keys(keymap) as Place[];
const entries = (place: Place): [string, Entries[string]][] => Object.entries(keymap[place] as Entries);

const sources: Record<string, string> = {};
const walk = (dir: string): void => {
  for (const name of readdirSync(dir)) {
    const path = join(dir, name);
    if (statSync(path).isDirectory()) walk(path);
    else if (/\.(svelte|ts)$/.test(name) && !path.includes('/gql/')) sources[path.replace(/.*\/src\//, '')] = readFileSync(path, 'utf8');
  }
};
walk(new URL('../src', import.meta.url).pathname);
const all = Object.values(sources).join('\n');

describe('the overview and the keys are one table', () => {
  test('every key has a line in words, and every line a key', () => {
    const asked = places.flatMap((place) => [`place.${place}`, ...entries(place).map(([, entry]) => `line.${entry.text}`)]);
    expect([...new Set(asked)].sort()).toEqual(Object.keys(words).filter((key) => /^(place|line)\./.test(key)).sort());
  });

  test('every action is told once, with all of its keys', () => {
    for (const place of places) {
      const told = lines(place);
      expect(told.flatMap((line) => line.of).sort()).toEqual(entries(place).map(([action]) => `${place}.${action}`).sort());
      for (const line of told) {
        const shown = line.keys.flat();
        const meant = line.of.flatMap((name) => entries(place).find(([action]) => `${place}.${action}` === name)![1].on);
        for (const keys of meant) for (const part of keys.split(' ')) for (const cap of caps(part)) expect(shown, `${line.text}: ${keys}`).toContain(cap);
      }
    }
  });

  test('every place is bound, by one part of the page', () => {
    for (const place of places) {
      const heard = entries(place).some(([, entry]) => !entry.local);
      expect([...all.matchAll(/\bbind\('(\w+)'/g)].filter(([, name]) => name === place).length, place).toBe(heard ? 1 : 0);
    }
  });

  test('nothing binds a plain key past the table', () => {
    for (const [path, text] of Object.entries(sources)) {
      if (path === 'lib/keys.ts') continue;
      expect(text, path).not.toMatch(/tinykeys/);
      // What fields and lists are used to: Enter, Escape, arrows and their like.
      for (const [, key] of text.matchAll(/event\.key === '([^']+)'/g)) expect(['Enter', 'Escape', 'Tab', 'ArrowDown', 'ArrowUp', 'Backspace', 'Delete', ',', '，'], path).toContain(key);
      expect(text, path).not.toMatch(/event\.(ctrlKey|metaKey).*event\.key/);
    }
  });

  test('no key means two things in one place, nor hides one that works everywhere', () => {
    const global = entries('global').flatMap(([, entry]) => entry.on);
    for (const place of places) {
      const here = entries(place).flatMap(([, entry]) => entry.on);
      expect(new Set(here).size, place).toBe(here.length);
      if (place !== 'global') for (const keys of here) expect(global, `${place}: ${keys}`).not.toContain(keys);
    }
    const together = [...entries('list'), ...entries('conversation')].flatMap(([, entry]) => entry.on);
    expect(new Set(together).size).toBe(together.length);
  });
});

test('a key after a leader belongs to the sequence', () => {
  expect(follows('g', 0)).toBe(false);
  expect(follows('s', 300)).toBe(true);
  expect(follows('s', 400)).toBe(false);
  expect(follows('p', 1000)).toBe(false);
  expect(follows('p', 1200)).toBe(true);
  expect(follows('g', 3000)).toBe(false);
  expect(follows('s', 4500)).toBe(false);
});

test('keys of a field ask for exactly their modifiers', () => {
  const press = (key: string, more: Partial<KeyboardEvent> = {}): KeyboardEvent => ({ key, ctrlKey: false, metaKey: false, altKey: false, isComposing: false, ...more }) as KeyboardEvent;
  expect(is(press('Enter', { ctrlKey: true }), 'writing', 'send')).toBe(true);
  expect(is(press('Enter', { metaKey: true }), 'writing', 'send')).toBe(true);
  expect(is(press('Enter'), 'writing', 'send')).toBe(false);
  expect(is(press('Enter', { ctrlKey: true, isComposing: true }), 'writing', 'send')).toBe(false);
  expect(is(press('S', { ctrlKey: true }), 'admin', 'save')).toBe(true);
  expect(is(press('ArrowDown', { altKey: true }), 'admin', 'copy')).toBe(true);
  expect(is(press('ArrowDown'), 'admin', 'copy')).toBe(false);
});
