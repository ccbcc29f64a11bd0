import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Chat } from '../widget/src/chat';
import type { Line, Seen } from '../widget/src/model';

const KEY = 'meridian.chat.cha_1';
const token = (sub: string, identity?: string): string => `h.${btoa(JSON.stringify({ sub, ...(identity && { identity: { sub: identity } }) }))}.s`;
const site = (sub: string): string => token(sub);
const seen = (id: string, seq: number, kind: string, text: string): Seen => ({ id, seq, text, placedAt: '2026-03-01T10:00:00Z', deletedAt: null, actor: { kind } });

/** What all tabs of the site share. */
let stored: Map<string, string>;
let tabs: Tab[];
let visitors: number;
/** The server answers no message as long as this is false. */
let online: boolean;
let said: string[];

/** One tab: its chat, what the browser tells it, and the line that the server speaks on. */
class Tab {
  readonly hears: ((event: { key: string | null }) => void)[] = [];
  line: FakeSocket | undefined;
  readonly chat: Chat;
  constructor(shown: boolean) {
    tabs.push(this);
    now = this;
    this.chat = new Chat('cha_1', 'en', '', () => undefined, shown);
    this.chat.start();
  }
  async do(what: (chat: Chat) => unknown): Promise<void> {
    now = this;
    await what(this.chat);
    await settled();
  }
  /** The browser tells the tab that another one wrote. */
  told(): Promise<void> {
    return this.do(() => this.hears.forEach((hear) => hear({ key: KEY })));
  }
  comes(item: Seen, cursor = `c${item.seq}`): Promise<void> {
    const data = { visitor: { cursor, change: { __typename: 'ItemChange', item } } };
    return this.do(() => this.line?.onmessage?.({ data: JSON.stringify({ id: '1', type: 'next', payload: { data } }) }));
  }
  get texts(): string {
    return this.chat.lines.map((line) => line.text).join(' ');
  }
}
let now: Tab;

class FakeSocket {
  readyState = 1;
  onmessage: ((event: { data: string }) => void) | undefined;
  constructor() {
    now.line = this;
  }
  send(): void {}
  close(): void {
    this.readyState = 3;
  }
}

const settled = (): Promise<void> => vi.advanceTimersByTimeAsync(200).then(() => undefined);
const onDisk = (): { token: string | null; lines: Line[]; unread?: number } => JSON.parse(stored.get(KEY) ?? 'null') as never;

beforeEach(() => {
  vi.useFakeTimers();
  [stored, tabs, visitors, online, said] = [new Map<string, string>(), [], 0, true, []];
  vi.stubGlobal('localStorage', { getItem: (key: string) => stored.get(key) ?? null, setItem: (key: string, value: string) => void stored.set(key, value) });
  vi.stubGlobal('addEventListener', (name: string, hear: (event: { key: string | null }) => void) => name === 'storage' && now.hears.push(hear));
  vi.stubGlobal('document', { addEventListener: () => undefined, hidden: false });
  vi.stubGlobal('location', { protocol: 'https:', host: 'example.org' });
  vi.stubGlobal('WebSocket', FakeSocket);
  vi.stubGlobal('fetch', async (url: string, init: { headers?: Record<string, string>; body?: string } = {}) => {
    if (url.endsWith('/sessions')) {
      const before = JSON.parse(atob(init.headers?.authorization?.split('.')[1] ?? btoa('{}'))) as { sub?: string };
      const identity = init.body ? (JSON.parse(init.body) as { identity: string }).identity : undefined;
      const who = identity && (JSON.parse(atob(identity.split('.')[1] ?? '')) as { sub: string }).sub;
      return { status: 201, json: async () => ({ token: token(before.sub ?? `v${(visitors += 1)}`, who) }) };
    }
    if (url === '/chat/messages' && online) said.push((JSON.parse(init.body ?? '') as { text: string }).text);
    if (url.startsWith('/chat/files') && online) said.push(new URL(url, 'https://example.org').searchParams.get('name') ?? '');
    return { status: /^\/chat\/(messages|files)/.test(url) ? (online ? 202 : 503) : 200, ok: true, json: async () => ({ open: true, opens_at: null }) };
  });
});
afterEach(() => (vi.useRealTimers(), vi.unstubAllGlobals()));

/** Somebody the site knows wrote in one tab and was answered; the other tab has the chat unseen. */
async function two(): Promise<[Tab, Tab]> {
  const a = new Tab(true);
  await a.do((chat) => chat.identify(site('C-1')));
  await a.do((chat) => chat.say('question'));
  await a.comes(seen('itm_1', 1, 'customer', 'question'));
  const b = new Tab(false);
  await settled();
  expect([a.texts, b.texts, !!b.line]).toEqual(['question', 'question', true]);
  return [a, b];
}

test('who leaves in one tab has left in the other, even when that hears of an answer first', async () => {
  const [a, b] = await two();
  await a.do((chat) => chat.reach('me@example.org'));
  await a.do((chat) => chat.identify(''));
  await b.comes(seen('itm_2', 2, 'agent', 'secret'));
  expect(onDisk()).toMatchObject({ token: null, lines: [] });
  await b.told();
  expect([b.texts, b.chat.unread, b.line?.readyState, b.chat.kept.email]).toEqual(['', 0, 3, undefined]);
  expect(onDisk()).toMatchObject({ token: null, lines: [] });
});

test('who wrote anonymously stays the visitor they were when the site says that nobody is signed in', async () => {
  const a = new Tab(true);
  await a.do((chat) => chat.say('question'));
  await a.do((chat) => chat.identify(''));
  expect([a.texts, onDisk().token]).toEqual(['question', token('v1')]);
});

test('what somebody known said is forgotten when they leave, also after a page that did not say who they are', async () => {
  const [a] = await two();
  const late = new Tab(false);
  await late.do((chat) => (chat as unknown as { renew(): Promise<boolean> }).renew());
  expect(onDisk()).toMatchObject({ known: 'C-1' });
  await late.do((chat) => chat.identify(''));
  await a.told();
  expect([late.texts, a.texts]).toEqual(['', '']);
});

test('what was written just before the page was left is not lost through an event in the other tab', async () => {
  const [a, b] = await two();
  online = false;
  await a.do((chat) => chat.say('wait'));
  await b.comes(seen('itm_2', 2, 'agent', 'answer'));
  expect(onDisk().lines.map((line) => line.text)).toEqual(['question', 'answer', 'wait']);
  online = true;
  tabs.length = 0;
  const next = new Tab(true);
  await settled();
  expect(next.texts).toBe('question answer wait');
  expect(said).toContain('wait');
});

test('an answer that is read in one tab is not unread in the other', async () => {
  const [a, b] = await two();
  await b.comes(seen('itm_2', 2, 'agent', 'answer'));
  expect(b.chat.unread).toBe(1);
  await a.told();
  expect([a.texts, onDisk().unread]).toEqual(['question answer', 0]);
  await a.comes(seen('itm_2', 2, 'agent', 'answer'));
  await b.told();
  expect([a.chat.unread, b.chat.unread, onDisk().unread]).toEqual([0, 0, 0]);
  await a.comes(seen('itm_3', 3, 'agent', 'more'));
  await b.comes(seen('itm_3', 3, 'agent', 'more'));
  expect([b.texts, b.chat.unread, onDisk().unread]).toEqual(['question answer more', 0, 0]);
});

test('words said in one tab come back once in both', async () => {
  const [a, b] = await two();
  await a.do((chat) => chat.say('again'));
  await b.told();
  await b.comes(seen('itm_2', 2, 'customer', 'again'));
  await a.comes(seen('itm_2', 2, 'customer', 'again'));
  await b.told();
  expect([a.texts, b.texts]).toEqual(['question again', 'question again']);
  expect(onDisk().lines.map((line) => line.id)).toEqual(['itm_1', 'itm_2']);
});

test('a tab that was opened before anybody wrote follows the conversation of the other', async () => {
  const b = new Tab(false);
  const a = new Tab(true);
  await a.do((chat) => chat.say('question'));
  await b.told();
  await b.do((chat) => chat.say('and more'));
  await a.told();
  expect([a.texts, b.texts, visitors]).toEqual(['question and more', 'question and more', 1]);
});

test('a session that comes after its visitor has left opens nothing', async () => {
  const [a, b] = await two();
  const renewing = b.do((chat) => (chat as unknown as { renew(): Promise<boolean> }).renew());
  now = a;
  const leaving = a.do((chat) => chat.identify(''));
  await Promise.all([renewing, leaving]);
  await b.told();
  expect([onDisk().token, b.texts]).toEqual([null, '']);
});

test('a browser that stores nothing keeps the chat as long as the page', async () => {
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => { throw new Error('full'); } });
  const a = new Tab(true);
  await a.do((chat) => chat.say('question'));
  await a.comes(seen('itm_1', 1, 'customer', 'question'));
  await a.comes(seen('itm_2', 2, 'agent', 'answer'));
  expect(a.texts).toBe('question answer');
});

test('a file that waits is sent by the tab that has it, though the site was opened in another one meanwhile', async () => {
  const a = new Tab(true);
  online = false;
  await a.do((chat) => chat.attach([new File(['x'], 'lamp.png')]));
  new Tab(false);
  expect(onDisk().lines.map((line) => line.way)).toEqual(['failed']);
  await a.told();
  online = true;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(said).toEqual(['lamp.png']);
});
