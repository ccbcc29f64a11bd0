import { afterEach, beforeEach, expect, test, vi } from 'vitest';

const made: { title: string; body: string; tag: string; closed: boolean; onclick?: () => void }[] = [];
const store = new Map<string, string>();
let answer: NotificationPermission = 'granted';
const looked = { hidden: true, hasFocus: () => false };

class Fake {
  static permission: NotificationPermission = 'default';
  static requestPermission = vi.fn(async () => (Fake.permission = answer));
  closed = false;
  constructor(title: string, options: { body: string; tag: string }) {
    made.push(Object.assign(this, { title, ...options }) as never);
  }
  close(): void {
    this.closed = true;
  }
}

beforeEach(() => {
  made.length = 0;
  store.clear();
  [answer, Fake.permission] = ['granted', 'default'];
  Object.assign(looked, { hidden: true, hasFocus: () => false });
  vi.stubGlobal('Notification', Fake);
  vi.stubGlobal('isSecureContext', true);
  vi.stubGlobal('document', looked);
  vi.stubGlobal('window', { focus: vi.fn() });
  vi.stubGlobal('localStorage', { getItem: (name: string) => store.get(name) ?? null, setItem: (name: string, value: string) => store.set(name, value) });
});
afterEach(() => vi.unstubAllGlobals());

const { Notices } = await import('../src/lib/notices.svelte');

test('nobody is asked before it is switched on, and the choice is kept', async () => {
  const notices = new Notices();
  expect(notices.show('a', 'New work', '')).toBe(false);
  expect(Fake.requestPermission).not.toHaveBeenCalled();
  expect(await notices.set(true)).toBe(true);
  expect(new Notices().on).toBe(true);
  await new Notices().set(false);
  expect([new Notices().on, new Notices().settled]).toEqual([false, true]);
});

test('what the browser refuses stays off', async () => {
  answer = 'denied';
  const notices = new Notices();
  expect(await notices.set(true)).toBe(false);
  expect([notices.consent, notices.wanted]).toEqual(['denied', false]);
});

test('a page without a secure connection has none', () => {
  vi.stubGlobal('isSecureContext', false);
  expect(new Notices().consent).toBe('none');
});

test('they come only while nobody looks, bring the page to the front, and go with the work', async () => {
  const notices = new Notices();
  await notices.set(true);
  looked.hidden = false;
  looked.hasFocus = () => true;
  expect(notices.show('a', 'New work', 'Nora')).toBe(false);
  looked.hasFocus = () => false;
  const go = vi.fn();
  expect(notices.show('a', 'New work', 'Nora', go)).toBe(true);
  expect(made).toMatchObject([{ title: 'New work', body: 'Nora', tag: 'a', closed: false }]);
  made[0]?.onclick?.();
  expect(window.focus).toHaveBeenCalledOnce();
  expect(go).toHaveBeenCalledOnce();
  expect(made[0]?.closed).toBe(true);
  for (const id of ['b', 'c']) notices.show(id, 'New work', 'Omar');
  notices.drop((id) => id !== 'c');
  expect(made.map(({ closed }) => closed)).toEqual([true, true, false]);
});
