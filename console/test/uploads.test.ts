import { beforeEach, expect, test, vi } from 'vitest';

const sent: { name: string; stop?: AbortSignal; done(id: string): void; fail(error: unknown): void }[] = [];
vi.mock('../src/lib/client', () => ({
  upload: ({ name }: File, stop?: AbortSignal) => new Promise((done, fail) => sent.push({ name, stop, done, fail })),
}));
const { Uploads } = await import('../src/lib/uploads.svelte');
const { Failed } = await import('../src/lib/failed');

const file = (name: string): File => new File(['words'], name, { type: 'image/png' });
const soon = (): Promise<void> => new Promise((done) => setTimeout(done, 5));
beforeEach(() => void (sent.length = 0));

test('each file is handed over when it is stored; one that failed stays, and is told', async () => {
  const [stored, failed] = [[] as string[], [] as string[]];
  const uploads = new Uploads(({ id }) => stored.push(id), (name) => failed.push(name));
  uploads.take([file('a.png'), file('b.png')], 0, undefined, 'email');
  await soon();
  expect([sent.map(({ name }) => name), uploads.busy]).toEqual([['a.png'], true]);
  sent[0]!.done('att_1');
  await soon();
  sent[1]!.fail(new Failed('INVALID', 'too large'));
  await soon();
  expect([stored, failed, uploads.busy]).toEqual([['att_1'], ['b.png'], false]);
  expect(uploads.list.map(({ name, why }) => `${name}: ${why}`)).toEqual(['b.png: Too large.']);
});

test('nothing comes of what was stopped', async () => {
  const told: string[] = [];
  const uploads = new Uploads(({ id }) => told.push(id), (name) => told.push(name));
  uploads.take([file('a.png'), file('b.png')], 0, undefined, 'email');
  await soon();
  uploads.stop();
  expect(sent[0]!.stop?.aborted).toBe(true);
  sent[0]!.fail(new Failed('NETWORK', 'aborted'));
  await soon();
  expect([told, sent.length, uploads.list]).toEqual([[], 1, []]);
});
