import { afterEach, beforeEach, expect, test, vi } from 'vitest';

const server = vi.hoisted(() => ({ ask: vi.fn(), desk: { viewer: {} as object | null, me: { id: 'agt_1' }, may: () => false } }));
vi.mock('../src/lib/client', () => ({ ask: server.ask }));
vi.mock('../src/lib/desk.svelte', () => ({ desk: server.desk }));
const { names } = await import('../src/lib/names.svelte');

const here: { id: string; name: string }[] = [];
const settle = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers();
  here.splice(0, 9, { id: 'agt_2', name: 'Ben' });
  server.ask.mockReset();
  server.ask.mockImplementation(async () => ({ transferTargets: { agents: [...here] } }));
});
afterEach(() => {
  names.stop();
  vi.useRealTimers();
});

test('a colleague who came later gets a name: read again at most once a minute', async () => {
  // The page is drawn before it asks.
  names.agent('agt_2');
  await names.readAll();
  await settle();
  expect(names.agent('agt_2')).toBe('Ben');
  await settle(60_000);
  expect(server.ask).toHaveBeenCalledTimes(1);
  names.stop();
  await names.readAll();
  server.ask.mockClear();
  here.push({ id: 'agt_3', name: 'Clara' });
  for (let n = 0; n < 5; n++) expect(names.agent('agt_3')).not.toBe('Clara');
  await settle(59_000);
  expect(server.ask).not.toHaveBeenCalled();
  await settle(1000);
  expect(server.ask).toHaveBeenCalledTimes(1);
  expect(names.agent('agt_3')).toBe('Clara');
  // Nobody asks any more once everybody is known, and a name that never comes asks once a minute.
  await settle(300_000);
  expect(server.ask).toHaveBeenCalledTimes(1);
  for (let n = 0; n < 10; n++) {
    names.agent('agt_9');
    await settle(12_000);
  }
  expect(server.ask.mock.calls.length).toBeLessThanOrEqual(4);
});

test('what could not be read is read when it is asked for again', async () => {
  server.ask.mockRejectedValueOnce(new Error('away'));
  await expect(names.readAll()).rejects.toThrow('away');
  names.agent('agt_2');
  await names.readAll();
  expect([server.ask.mock.calls.length, names.agent('agt_2')]).toEqual([2, 'Ben']);
});

test('names are those of who is signed in, whatever comes late', async () => {
  let late: (answer: unknown) => void = () => undefined;
  await names.readAll();
  names.stop();
  expect([names.known, names.agent('agt_2') === 'Ben']).toEqual([{}, false]);
  names.stop();
  server.ask.mockImplementationOnce(() => new Promise((answer) => (late = answer)));
  void names.readAll();
  names.stop();
  late({ transferTargets: { agents: [{ id: 'agt_8', name: 'Of another workspace' }] } });
  await settle();
  expect(names.known).toEqual({});
  await names.readAll();
  expect(names.agent('agt_2')).toBe('Ben');
});

test('nobody is asked after the sign-out', async () => {
  server.desk.viewer = null;
  names.agent('agt_2');
  await settle(120_000);
  expect(server.ask).not.toHaveBeenCalled();
  server.desk.viewer = {};
});
