import { expect, test } from 'vitest';
import { pieces } from '../src/lib/links';

test('addresses become links, everything else stays words', () => {
  expect(pieces('See https://example.org/a?b=1. Then <b>call</b> us')).toEqual([
    { text: 'See ' },
    { text: 'https://example.org/a?b=1', href: 'https://example.org/a?b=1' },
    { text: '. Then <b>call</b> us' },
  ]);
  expect(pieces('请看 https://example.org，谢谢').map(({ href }) => href)).toEqual([undefined, 'https://example.org', undefined]);
  expect(pieces('javascript:alert(1)')).toEqual([{ text: 'javascript:alert(1)' }]);
  expect(pieces('')).toEqual([]);
});
