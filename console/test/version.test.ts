import { expect, test } from 'vitest';
import { entryOf } from '../src/lib/version';

test('the entry of a page is found whatever stands around it', () => {
  expect(entryOf('<head><link href="/assets/index-a.css"><script type="module" crossorigin src="/assets/index-Bs9.js"></script></head>')).toBe('/assets/index-Bs9.js');
  expect(entryOf('<script src="/src/main.ts"></script>')).toBeNull();
  expect(entryOf('')).toBeNull();
});
