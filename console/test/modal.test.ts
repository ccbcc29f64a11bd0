import { expect, test } from 'vitest';
import { beside, writes } from '../src/ui/modal';

const box = { getBoundingClientRect: () => ({ left: 100, right: 300, top: 50, bottom: 250 }) };
const at = (clientX: number, clientY: number, target: unknown = box): PointerEvent => ({ currentTarget: box, target, clientX, clientY }) as unknown as PointerEvent;

test('only what lies beside a dialog closes it', () => {
  expect(beside(at(99, 100))).toBe(true);
  expect(beside(at(200, 251))).toBe(true);
  // Its own margin, and an option list of a control that reaches out of it.
  expect(beside(at(110, 60))).toBe(false);
  expect(beside(at(99, 100, {}))).toBe(false);
});

test('a search and a choice are no words to lose, a note is', () => {
  const of = (tagName: string, type = '', role: string | null = null): Event => ({ target: { tagName, type, getAttribute: () => role } }) as unknown as Event;
  expect(writes(of('TEXTAREA'))).toBe(true);
  expect(writes(of('INPUT', 'text'))).toBe(true);
  expect(writes(of('INPUT', 'text', 'combobox'))).toBe(false);
  expect(writes(of('INPUT', 'radio'))).toBe(false);
  expect(writes(of('SELECT'))).toBe(false);
});
