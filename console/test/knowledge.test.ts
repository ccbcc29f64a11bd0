import { expect, test } from 'vitest';
import { next, titled, tongues, type Head } from '../src/knowledge/texts';
import { languageName } from '../src/lib/format';

const head = (language: string, revision: number, state: Head['state'], title = `${language} ${revision}`): Head => ({ language, revision, state, title });

test('the languages of an article, with what is newest and what readers find', () => {
  const all = [head('en', 1, 'SUPERSEDED'), head('en', 3, 'DRAFT'), head('en', 2, 'PUBLISHED'), head('zh-Hans', 1, 'REVIEW'), head('de', 1, 'PUBLISHED')];
  expect(tongues(all, 'zh').map(({ language, newest, published }) => [language, newest.revision, published?.revision ?? null])).toEqual([
    ['zh-Hans', 1, null],
    ['de', 1, 1],
    ['en', 3, 2],
  ]);
  expect(titled(all, 'en')).toBe('en 3');
  const back = tongues([head('en', 2, 'SUPERSEDED'), head('en', 1, 'PUBLISHED')], 'en')[0]!;
  expect([back.newest.revision, back.published?.revision]).toEqual([1, 1]);
  expect(titled([], 'en')).toBe('');
});

test('who may do what with a revision', () => {
  const mine = { authorId: 'agt_01', state: 'REVIEW' as const };
  expect(next(mine, '01', false)).toBe('other');
  expect(next(mine, 'agt_01', true)).toBe('publish');
  expect(next(mine, 'agt_02', false)).toBe('publish');
  expect(next({ ...mine, authorId: null }, 'agt_01', false)).toBe('publish');
  expect(next({ ...mine, state: 'DRAFT' }, 'agt_02', false)).toBe('submit');
  expect(next({ ...mine, state: 'SUPERSEDED' }, 'agt_01', false)).toBe('again');
  expect(next({ ...mine, state: 'PUBLISHED' }, 'agt_02', true)).toBeNull();
});

test('a language has a name, or its tag', () => {
  expect(languageName('de', 'en')).toBe('German');
  expect(languageName('x y', 'en')).toBe('x y');
});
