import { expect, test } from 'vitest';
import { attributesOf, attributesText, needsOf, needsText } from '../src/lib/attributes';

test('attributes are written as people write them', () => {
  const all = [{ key: 'region', value: 'north' }, { key: 'years', value: '5' }];
  expect(attributesOf('region = north，years=5')).toEqual(all);
  expect(attributesOf(attributesText(all))).toEqual(all);
  expect(attributesOf('region')).toEqual([{ key: 'region', value: '' }]);
  expect(attributesOf(' ')).toEqual([]);
});

test('a step asks for one of several values or for a number that is high enough', () => {
  const all = [{ key: 'region', anyOf: ['north', 'south'], atLeast: null }, { key: 'years', anyOf: [], atLeast: 5 }];
  expect(needsOf('region = north | south, years ≥ 5')).toEqual(all);
  expect(needsOf(needsText(all))).toEqual(all);
  expect(needsOf('years >= many')).toEqual([{ key: 'years', anyOf: [], atLeast: null }]);
});
