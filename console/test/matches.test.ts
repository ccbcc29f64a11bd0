import { expect, test } from 'vitest';
import { matches } from '../src/lib/matches';

test('the beginnings of words find a command, in any order', () => {
  expect(matches('', 'Inbox: Resolved')).toBe(true);
  expect(matches('res inb', 'Inbox: Resolved')).toBe(true);
  expect(matches('box', 'Inbox: Resolved')).toBe(false);
  expect(matches('nora 482', 'Nora Pike 48213')).toBe(true);
});

test('Chinese is found anywhere in a word', () => {
  expect(matches('结束', '收件箱: 已结束')).toBe(true);
  expect(matches('娜', '李娜')).toBe(true);
});
