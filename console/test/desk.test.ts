import { describe, expect, test } from 'vitest';
import { byScript, filled, ranked, slash, type Canned } from '../src/lib/canned';
import { mediaKind, near, refusal, sizeText, takesNone } from '../src/lib/files';
import { age, day, whenIn } from '../src/lib/format';
import { replyWindow } from '../src/lib/reply';
import { fieldMoment, fieldText, inReach, presets } from '../src/lib/snooze';
import { news } from '../src/lib/asked';
import { passedBy, targets } from '../src/lib/transfer';

const at = (text: string): number => Date.parse(text);
const iso = (ms: number | null): string => new Date(ms ?? NaN).toISOString();

describe('snooze', () => {
  test('presets stand on the clock of the zone', () => {
    const shown = presets(at('2026-05-13T14:20:00Z'), 'Asia/Shanghai').map((p) => [p.id, iso(p.at)]);
    expect(shown).toEqual([
      ['hour', '2026-05-13T15:20:00.000Z'],
      ['hours', '2026-05-13T17:20:00.000Z'],
      ['tomorrow', '2026-05-14T01:00:00.000Z'],
      ['monday', '2026-05-18T01:00:00.000Z'],
    ]);
  });
  test('nine stays nine when the clocks change', () => {
    const [, , tomorrow] = presets(at('2026-03-28T12:00:00Z'), 'Europe/Berlin');
    expect(iso(tomorrow!.at)).toBe('2026-03-29T07:00:00.000Z');
  });
  test('tomorrow is counted where the person is', () => {
    expect(iso(presets(at('2026-05-13T23:30:00Z'), 'Asia/Tokyo')[2]!.at)).toBe('2026-05-15T00:00:00.000Z');
  });
  test('on a Monday next Monday is a week away, on a Sunday it is tomorrow and stands once', () => {
    expect(iso(presets(at('2026-05-11T10:00:00Z'), 'UTC')[3]!.at)).toBe('2026-05-18T09:00:00.000Z');
    expect(presets(at('2026-05-17T10:00:00Z'), 'UTC').map((p) => p.id)).toEqual(['hour', 'hours', 'tomorrow']);
  });
  test('a field goes there and back', () => {
    const moment = at('2026-05-13T07:05:00Z');
    expect(fieldText(moment, 'Europe/Lisbon')).toBe('2026-05-13T08:05');
    expect(fieldMoment('2026-05-13T08:05', 'Europe/Lisbon')).toBe(moment);
    expect(fieldMoment('', 'UTC')).toBeNull();
  });
  test('half a minute to a year', () => {
    expect([null, 29_999, 30_000, 365 * 86_400_000, 365 * 86_400_000 + 1].map((ms) => inReach(ms, 0))).toEqual([false, false, true, true, false]);
  });
});

describe('canned replies', () => {
  const reply = (shortcut: string, language = '', title = shortcut): Canned => ({ id: shortcut + language, shortcut, language, title, text: '' });
  test('a slash asks at the start of a word alone', () => {
    expect(slash('/', 1)).toEqual({ from: 0, to: 1, word: '' });
    expect(slash('Hello /sor later', 10)).toEqual({ from: 6, to: 10, word: 'sor' });
    expect(slash('请看 /退款', 6)?.word).toBe('退款');
    for (const text of ['and/or', 'https://a', '/two words', '']) expect(slash(text, text.length), text).toBeNull();
  });
  test('the language of the customer comes first, any language next', () => {
    const all = [reply('hi', 'en'), reply('hi', 'zh-Hans'), reply('hi'), reply('hi', 'ja')];
    expect(ranked(all, 'h', 'zh').map((r) => r.language)).toEqual(['zh-Hans', '', 'en', 'ja']);
    expect(ranked(all, 'h', null).map((r) => r.language)).toEqual(['', 'en', 'zh-Hans', 'ja']);
  });
  test('found by shortcut, then by title; nothing else is offered', () => {
    const all = [reply('refund', '', 'Sorry about the refund'), reply('sorry', '', 'Apology'), reply('bye')];
    expect(ranked(all, 'sor', null).map((r) => r.shortcut)).toEqual(['sorry', 'refund']);
    expect(ranked(all, 'zzz', null)).toEqual([]);
  });
  test('letters give a language away, Latin ones do not', () => {
    expect(['你好', 'こんにちは、元気', '안녕', 'Привет', 'Hello'].map(byScript)).toEqual(['zh', 'ja', 'ko', 'ru', null]);
  });
  test('names are filled in, and a missing one leaves no hole', () => {
    const text = 'Dear {{customer.name}},\nthis is {{ agent.name }}.';
    expect(filled(text, { customer: 'Nora $& Lind', agent: 'Ana' })).toBe('Dear Nora $& Lind,\nthis is Ana.');
    expect(filled(text, { customer: '', agent: 'Ana' })).toBe('Dear,\nthis is Ana.');
    expect(filled('{{customer.phone}}', { customer: 'N', agent: 'A' })).toBe('{{customer.phone}}');
  });
});

describe('files', () => {
  const can = { media: ['image', 'document'], mediaMaxBytes: 5_000_000 };
  test('counted as the server counts them', () => {
    expect(['image/png', 'image/svg+xml', 'audio/ogg', 'video/mp4', 'application/pdf', ''].map(mediaKind)).toEqual(['image', 'document', 'audio', 'video', 'document', 'document']);
  });
  test('refused with the reason', () => {
    expect(refusal({ type: 'image/png', size: 10 }, 0, can)).toBeNull();
    expect(refusal({ type: 'audio/ogg', size: 10 }, 0, can)).toEqual({ why: 'kind', kind: 'audio' });
    expect(refusal({ type: 'image/png', size: 5_000_001 }, 0, can)).toEqual({ why: 'size', most: 5_000_000 });
    expect(refusal({ type: 'image/png', size: 0 }, 0, can)).toEqual({ why: 'empty' });
    expect(refusal({ type: 'image/png', size: 10 }, 10, can)).toEqual({ why: 'count' });
    expect(refusal({ type: 'image/png', size: 10 }, 0, { media: [], mediaMaxBytes: 0 })).toEqual({ why: 'none' });
    expect(refusal({ type: 'video/mp4', size: 26 * 1024 * 1024 }, 0, undefined)?.why).toBe('size');
  });
  test('before a channel is known nothing is held against it', () => {
    expect([takesNone(undefined), takesNone(can), takesNone({ media: [], mediaMaxBytes: 9 })]).toEqual([false, false, true]);
  });
  test('links are of the page’s own origin', () => {
    expect([near('https://a.example/files/abc'), near('/files/abc'), near('https://cdn.example/x.png'), near(null)]).toEqual(['/files/abc', '/files/abc', 'https://cdn.example/x.png', undefined]);
  });
  test('sizes are short', () => {
    expect([0, 812, 34_200, 999_600, 2_100_000, 25_000_000].map(sizeText)).toEqual(['', '812 B', '34 kB', '1 MB', '2.1 MB', '25 MB']);
  });
});

test('the end of the time to answer is told when it is near', () => {
  const now = at('2026-05-13T12:00:00Z');
  expect(replyWindow(null, now)).toEqual({ state: 'always' });
  expect(replyWindow('2026-05-13T15:00:00Z', now)).toEqual({ state: 'open' });
  expect(replyWindow('2026-05-13T13:00:00Z', now)).toEqual({ state: 'ending', seconds: 3600 });
  expect(replyWindow('2026-05-13T12:00:00Z', now)).toEqual({ state: 'closed' });
});

test('those who are ready stand first, oneself never', () => {
  const all = {
    queues: [{ id: 'q', name: 'Orders' }],
    agents: [
      { id: 'a', name: 'Ana', available: true },
      { id: 'b', name: 'Ben Okoro', available: false },
      { id: 'c', name: 'Clara', available: true },
    ],
    sites: [
      { id: 's', name: 'Shanghai', opensAt: '2026-05-14T01:00:00Z' },
      { id: 'l', name: 'London', openUntil: '2026-05-13T18:00:00Z' },
    ],
  };
  expect(targets(all, 'a', '').map((target) => target.id)).toEqual(['c', 'q', 'l', 's', 'b']);
  expect(targets(all, 'a', '', 'Back to Dan').map((target) => target.id)).toEqual(['back', 'c', 'q', 'l', 's', 'b']);
  expect(targets(all, 'a', 'shang').map(({ id, ready }) => [id, ready])).toEqual([['s', false]]);
  expect(targets(all, undefined, 'ok').map((target) => target.id)).toEqual(['b']);
});

test('work goes back to who passed it on last, never to who has it', () => {
  const moved = (id: string, kind = 'agent') => ({ kind: 'STATE', body: { type: 'transferred' }, actor: { kind, id } });
  expect(passedBy([], 'agt_a')).toBeNull();
  expect(passedBy([moved('agt_b'), moved('agt_c'), moved('a')], 'agt_a')).toBe('agt_c');
  expect(passedBy([moved('agt_b'), { kind: 'STATE', body: { type: 'resolved' }, actor: { kind: 'agent', id: 'agt_d' } }, moved('x', 'bot')], null)).toBe('agt_b');
});

test('what a colleague asks is news once, and nothing is at first', () => {
  const consult = (id: string, agentId: string, endedAt: string | null = null) => ({ id, agentId, askedById: 'b', endedAt });
  const rows = [{ id: 'c1', consults: [consult('1', 'me'), consult('2', 'x')] }, { id: 'c2', consults: [consult('3', 'me', '2026-05-13T12:00:00Z'), consult('4', 'me')] }];
  const me = (id: string): boolean => id === 'me';
  expect(news(rows, me, null)).toMatchObject({ open: [{ id: '1' }, { id: '4' }], fresh: [] });
  expect(news(rows, me, new Set(['1'])).fresh.map(({ id, conversation }) => [id, conversation.id])).toEqual([['4', 'c2']]);
});

test('a time on another clock than the browser’s names its zone', () => {
  const now = at('2026-05-13T12:00:00Z');
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  expect(whenIn(now, now, 'en', here)).toMatch(/^\d\d:\d\d$/);
  expect(whenIn('2026-05-14T12:00:00Z', now, 'en', 'Pacific/Chatham')).toMatch(/^Fri,? 15 May 00:45 GMT\+12:45$/);
});

test('a day of another year says its year, on the clock that is meant', () => {
  const now = at('2026-01-01T08:00:00Z');
  expect(whenIn('2025-12-30T12:00:00Z', now, 'en', 'UTC')).toMatch(/^Tue,? 30 Dec 2025 12:00/);
  expect(whenIn('2025-12-31T12:00:00Z', now, 'en', 'Pacific/Kiritimati')).not.toContain('20');
  expect(whenIn('2026-01-01T05:00:00Z', now, 'en', 'America/New_York')).not.toContain('2026');
  expect(whenIn('2026-01-01T04:59:00Z', now, 'en', 'America/New_York')).toMatch(/^Wed,? 31 Dec 2025 23:59/);
  expect(whenIn('2025-12-30T12:00:00Z', now, 'zh', 'UTC')).toContain('2025年12月30日');
  expect(whenIn('2026-12-30T12:00:00Z', now, 'en', 'UTC')).not.toContain('2026');
});

test('lists and day marks say the year of another year alone', () => {
  const now = at('2026-07-01T12:00:00Z');
  expect([age('2026-03-12T12:00:00Z', now, 'en'), age('2025-03-12T12:00:00Z', now, 'en')]).toEqual(['12 Mar', '12 Mar 2025']);
  expect(age('2025-03-12T12:00:00Z', now, 'zh')).toBe('2025年3月12日');
  expect(day('2026-03-12T12:00:00Z', 'en', now)).not.toContain('2026');
  expect(day('2025-03-12T12:00:00Z', 'en', now)).toMatch(/^Wednesday,? 12 March 2025$/);
  expect(day('2025-03-12T12:00:00Z', 'zh', now)).toContain('2025年');
});
