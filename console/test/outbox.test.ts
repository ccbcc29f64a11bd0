import { expect, test } from 'vitest';
import { Outbox, type Outgoing, type Tried } from '../src/lib/outbox';

function store(): Storage {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  } as Storage;
}

const words = (key: string, text: string, conversation = 'cnv_1'): Omit<Outgoing, 'state'> => ({
  key,
  conversation,
  mode: 'reply',
  text,
  at: '2026-03-01T10:00:00Z',
});
const settled = (): Promise<void> => new Promise((done) => setTimeout(done, 5));

/** A server that answers each try as told. */
function world(kept = store()) {
  const tries: { text: string; answer(tried: Tried): void }[] = [];
  let shown: Outgoing[] = [];
  const attempt = (out: Outgoing): Promise<Tried> =>
    new Promise((done) => tries.push({ text: out.text, answer: (tried) => done(tried) }));
  const outbox = new Outbox(kept, 'outbox', attempt, (list) => (shown = list), () => 60_000);
  return { outbox, tries, kept, shown: () => shown.map((out) => `${out.text}:${out.state}`) };
}

test('one at a time in a conversation, in the order they were written', async () => {
  const w = world();
  w.outbox.send(words('a', 'one'));
  w.outbox.send(words('b', 'two'));
  w.outbox.send(words('c', 'elsewhere', 'cnv_2'));
  expect(w.tries.map((t) => t.text)).toEqual(['one', 'elsewhere']);
  w.tries[0]!.answer('sent');
  await settled();
  expect(w.tries.map((t) => t.text)).toEqual(['one', 'elsewhere', 'two']);
  w.tries[1]!.answer('sent');
  w.tries[2]!.answer('sent');
  await settled();
  expect(w.shown()).toEqual([]);
  expect(w.kept.getItem('outbox')).toBeNull();
});

test('a lost answer is asked for again, and what was written later waits for it', async () => {
  const w = world();
  w.outbox.send(words('a', 'one'));
  w.outbox.send(words('b', 'two'));
  w.tries[0]!.answer('lost');
  await settled();
  expect(w.shown()).toEqual(['one:waiting', 'two:sending']);
  w.outbox.hurry();
  await settled();
  expect(w.tries.map((t) => t.text)).toEqual(['one', 'one']);
});

test('a refusal stays in sight, stops nothing else, and can be sent again or taken back', async () => {
  const w = world();
  w.outbox.send(words('a', 'one'));
  w.outbox.send(words('b', 'two'));
  w.tries[0]!.answer({ refused: 'Somebody else holds it.' });
  await settled();
  w.tries[1]!.answer('sent');
  await settled();
  expect(w.shown()).toEqual(['one:failed']);
  w.outbox.again('a');
  await settled();
  expect(w.tries.map((t) => t.text)).toEqual(['one', 'two', 'one']);
  expect(w.outbox.take('a')).toBeUndefined();
  w.tries[2]!.answer({ refused: 'No.' });
  await settled();
  expect(w.outbox.take('a')?.text).toBe('one');
  expect(w.shown()).toEqual([]);
});

test('a reload loses nothing: the same key goes out again', async () => {
  const first = world();
  first.outbox.send(words('a', 'one'));
  const second = world(first.kept);
  expect(second.shown()).toEqual(['one:sending']);
  second.outbox.resume();
  expect(second.tries.map((t) => t.text)).toEqual(['one']);
});

test('whoever waits goes on when nothing of the conversation is on its way, and learns whether all was accepted', async () => {
  const w = world();
  const ends: string[] = [];
  expect(await w.outbox.settled('cnv_1')).toBe(true);
  w.outbox.send(words('a', 'one'));
  w.outbox.send(words('b', 'two'));
  w.outbox.send(words('c', 'elsewhere', 'cnv_2'));
  void w.outbox.settled('cnv_1').then((all) => ends.push(`cnv_1 ${all}`));
  void w.outbox.settled('cnv_2').then((all) => ends.push(`cnv_2 ${all}`));
  w.tries[1]!.answer('sent');
  w.tries[0]!.answer({ refused: 'Somebody else holds it.' });
  await settled();
  expect(ends).toEqual(['cnv_2 true']);
  w.tries[2]!.answer('lost');
  await settled();
  expect(ends).toHaveLength(1);
  w.outbox.hurry();
  await settled();
  w.tries[3]!.answer('sent');
  await settled();
  expect(ends).toEqual(['cnv_2 true', 'cnv_1 false']);
  w.outbox.take('a');
  expect(await w.outbox.settled('cnv_1')).toBe(true);
});
