import { expect, test } from 'vitest';
import { Choice } from '../src/lib/choice.svelte';

const press = (key: string, isComposing = false) => {
  let prevented = false;
  return { event: { key, isComposing, preventDefault: () => (prevented = true) } as unknown as KeyboardEvent, prevented: () => prevented };
};

test('arrows go round, Enter takes the marked one, and a list that shrinks marks its last', () => {
  let list = ['a', 'b', 'c'];
  const choice = new Choice(
    () => list,
    (one) => `x-${one}`,
  );
  (globalThis as { document?: unknown }).document = { getElementById: () => null };
  const taken: (string | undefined)[] = [];
  const down = press('ArrowDown');
  expect([choice.active, choice.key(down.event, (one) => taken.push(one)), choice.active, down.prevented()]).toEqual(['x-a', true, 'x-b', true]);
  choice.key(press('ArrowUp').event, () => undefined);
  choice.key(press('ArrowUp').event, () => undefined);
  expect(choice.chosen).toBe('c');
  list = ['a', 'b'];
  expect(choice.chosen).toBe('b');
  choice.key(press('Enter').event, (one) => taken.push(one));
  choice.key(press('ArrowDown').event, () => undefined);
  choice.key(press('Enter').event, (one) => taken.push(one));
  list = [];
  choice.key(press('ArrowDown').event, () => undefined);
  choice.key(press('Enter').event, (one) => taken.push(one));
  expect([taken, choice.active]).toEqual([['b', 'a', undefined], undefined]);
});

test('letters, and keys of an input method, are left to the field', () => {
  const choice = new Choice(
    () => ['a'],
    (one) => one,
  );
  const none = (): void => expect.unreachable();
  const [enter, letter] = [press('Enter', true), press('k')];
  expect([choice.key(enter.event, none), choice.key(letter.event, none), enter.prevented(), letter.prevented()]).toEqual([false, false, false, false]);
});
