import { expect, test } from 'vitest';
import { backIn, Drafts, of, turned, withFile, written, type Draft } from '../src/lib/drafts';

function store(): Storage {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  } as Storage;
}

function counter(): () => string {
  let n = 0;
  return () => `key-${++n}`;
}

test('each conversation keeps its own words', () => {
  const drafts = new Drafts(store(), 'agt_1', counter());
  drafts.write('cnv_1', { text: 'Dear Nora', mode: 'reply', key: 'a' });
  drafts.write('cnv_2', { text: 'check the invoice', mode: 'note', key: 'b' });
  expect(drafts.read('cnv_1')).toEqual({ text: 'Dear Nora', mode: 'reply', key: 'a' });
  expect(drafts.read('cnv_2').mode).toBe('note');
  expect(drafts.has('cnv_3')).toBe(false);
});

test('the key stays with the words until they are sent', () => {
  const kept = store();
  const drafts = new Drafts(kept, 'agt_1', counter());
  const draft = drafts.read('cnv_1');
  drafts.write('cnv_1', { ...draft, text: 'Hello' });
  // A new sign-in, the same tab.
  const again = new Drafts(kept, 'agt_1', counter());
  expect(again.read('cnv_1')).toEqual({ text: 'Hello', mode: 'reply', key: draft.key });
  const next = drafts.sent('cnv_1', 'reply');
  expect(next.text).toBe('');
  expect(next.key).not.toBe(draft.key);
  expect(again.has('cnv_1')).toBe(false);
  expect(drafts.sent('cnv_1', 'note').mode).toBe('note');
});

test('drafts of another person on the same machine stay theirs', () => {
  const kept = store();
  new Drafts(kept, 'agt_1').write('cnv_1', { text: 'mine', mode: 'reply', key: 'a' });
  expect(new Drafts(kept, 'agt_2').has('cnv_1')).toBe(false);
});

test('broken or full storage is no reason to fail', () => {
  const broken = { getItem: () => '{', setItem: () => { throw new Error('full'); }, removeItem: () => undefined };
  const drafts = new Drafts(broken as unknown as Storage, 'agt_1', counter());
  expect(drafts.read('cnv_1').text).toBe('');
  expect(() => drafts.write('cnv_1', { text: 'x', mode: 'reply', key: 'a' })).not.toThrow();
});

test('a file joins the words that wait for it, and is a draft by itself', () => {
  const drafts = new Drafts(store(), 'agt_1', counter());
  const file = (id: string) => ({ id, name: `${id}.png`, size: 9, type: 'image/png' });
  const before = drafts.read('cnv_1');
  drafts.write('cnv_1', withFile(before, file('one')));
  drafts.write('cnv_1', withFile(drafts.read('cnv_1'), file('two')));
  expect(drafts.read('cnv_1')).toEqual({ ...before, files: [file('one'), file('two')] });
  expect([drafts.has('cnv_1'), drafts.has('cnv_2')]).toEqual([true, false]);
  const note = withFile({ text: 'only for us', mode: 'note', key: 'a' }, file('three'));
  expect([note.mode, written(note), written({ ...note, text: ' ', files: [] }), written(null)]).toEqual(['note', true, false, false]);
});

const note: Draft = { text: 'he sounds angry', mode: 'note', key: 'n', begun: 4 };

test('a refused reply that comes back is no part of a note, nor a note of it', () => {
  const back = backIn(note, { mode: 'reply', text: 'Dear Nora', files: [] }, counter());
  expect([back.mode, back.text]).toEqual(['reply', 'Dear Nora']);
  expect([of(back, 'note'), of(back, 'reply')]).toEqual([note.text, 'Dear Nora']);
  const both = backIn({ text: 'one moment', mode: 'reply', key: 'r' }, { mode: 'reply', text: 'Dear Nora', from: 'rpd_1' }, counter());
  expect([both.text, both.key, both.from, both.other]).toEqual(['Dear Nora\none moment', 'r', 'rpd_1', undefined]);
  const noted = backIn({ text: 'one moment', mode: 'reply', key: 'r' }, { mode: 'note', text: 'rang her' }, counter());
  expect([noted.mode, noted.text, of(noted, 'reply')]).toEqual(['note', 'rang her', 'one moment']);
});

test('who turns from a note to a reply and back finds each as it was', () => {
  const reply = turned(note, 'reply', counter());
  expect([reply.text, reply.key, reply.begun]).toEqual(['', 'key-1', undefined]);
  const again = turned({ ...reply, text: 'Dear Nora' }, 'note', counter());
  expect(again).toEqual({ ...note, from: undefined, files: undefined, other: { text: 'Dear Nora', key: 'key-1', begun: undefined, from: undefined } });
  expect(turned(again, 'note')).toBe(again);
});

test('words that wait are kept, also when those of the other mode are sent', () => {
  const kept = store();
  const drafts = new Drafts(kept, 'agt_1', counter());
  const empty = turned(note, 'reply', counter());
  drafts.write('cnv_1', empty);
  expect([drafts.has('cnv_1'), written(empty), of(drafts.read('cnv_1'), 'note')]).toEqual([true, true, note.text]);
  const next = drafts.sent('cnv_1', 'reply', empty.other);
  expect([next.text, of(drafts.read('cnv_1'), 'note')]).toEqual(['', note.text]);
  drafts.sent('cnv_1', 'note');
  expect(drafts.has('cnv_1')).toBe(false);
});
