import { expect, test } from 'vitest';
import { preview } from '../src/lib/template';

const template = { headerText: 'Order {{1}}', body: 'Dear {{1}}, {{2}} leaves today.', footer: 'Bye', parameters: ['1', '1', '2'] };

test('values stand in their places, those of the line above first', () => {
  expect(preview(template, ['A-7', 'Ida', 'a kettle'])).toBe('Order A-7\nDear Ida, a kettle leaves today.\nBye');
});

test('a place without a value shows its name', () => {
  expect(preview({ ...template, headerText: '', parameters: ['1', '2'] }, ['', 'tea'])).toBe('Dear {{1}}, tea leaves today.\nBye');
});
