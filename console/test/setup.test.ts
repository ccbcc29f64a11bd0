import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { readFileSync } from 'node:fs';
import { areas } from '../src/lib/areas';
import { sentence, type Entry } from '../src/lib/audit';
import { checklist, pages, steps, type Facts } from '../src/lib/checklist';
import { bring, i18n } from '../src/lib/i18n/index.svelte';

describe('checklist', () => {
  const nothing: Facts = { sites: [], skills: [], queues: [], agents: [], channels: [] };
  const states = (facts: Facts): string[] => checklist(facts).map((step) => step.state);

  test('an empty workspace lacks everything, and each step leads to a page', () => {
    expect(states(nothing)).toEqual(Array(5).fill('none'));
    for (const id of steps) expect(areas.map((area) => area.id)).toContain(pages[id]);
  });

  test('what is there but does not work is half done, and named', () => {
    const facts: Facts = {
      sites: [{ name: 'Lisbon', shifts: [] }],
      skills: [],
      queues: [{ name: 'Support', agentIds: ['a'] }, { name: 'Billing', agentIds: [] }],
      agents: [{ id: 'a', name: 'Ana', role: 'AGENT', active: false }, { id: 'b', name: 'Boss', role: 'ADMIN', active: true }],
      channels: [{ name: 'Mail', status: 'needs_attention' }],
    };
    expect(states(facts)).toEqual(['half', 'none', 'half', 'half', 'half']);
    expect(checklist(facts)[0]?.names).toEqual(['Lisbon']);
  });

  test('one of each that works is enough', () => {
    const facts: Facts = {
      sites: [{ name: 'Lisbon', shifts: [1] }, { name: 'Empty', shifts: [] }],
      skills: [{ name: 'orders' }],
      queues: [{ name: 'Support', agentIds: ['a'] }, { name: 'Billing', agentIds: null }],
      agents: [{ id: 'a', name: 'Ana', role: 'AGENT', active: true }],
      channels: [{ name: 'Mail', status: 'active' }],
    };
    expect(states(facts)).toEqual(Array(5).fill('done'));
    expect(checklist(facts)[3]?.names).toEqual(['Support']);
  });
});

describe('audit sentences', () => {
  beforeAll(() => bring('zh'));
  afterEach(() => (i18n.lang = 'en'));
  const named = (id: string | null | undefined): string | null => ({ a: 'Ada', k: 'Kiri', q: 'South' })[id ?? ''] ?? null;
  const entry = (action: string, objectKind: string, objectId: string | null, detail: unknown = {}): Entry => ({ action, objectKind, objectId, detail, actor: { kind: 'agent', id: 'a' } });

  test('who did what, with what matters of the details', () => {
    expect(sentence(entry('agent_created', 'agent', 'k', { role: 'agent' }), named)).toBe('Ada added Kiri as Agent');
    expect(sentence(entry('queue_saved', 'queue', 'q', { members: 3 }), named)).toBe('Ada saved the queue South (members: 3)');
    expect(sentence(entry('agent_changed', 'agent', 'k', { role: true, password: true }), named)).toBe('Ada changed Kiri (new role, new password)');
    expect(sentence(entry('presence_forced', 'agent', 'k', { state: 'break' }), named)).toBe('Ada set Kiri to Break');
    expect(sentence(entry('api_key_created', 'api_key', 'x0123456789', { scopes: ['floor:read', 'audit:read'] }), named)).toBe('Ada made the API key …456789, which may See the floor, Read the audit log');
  });

  test('in Chinese too', () => {
    i18n.lang = 'zh';
    expect(sentence(entry('queue_saved', 'queue', 'q', { members: 3 }), named)).toBe('Ada 保存了队列 South（3 名成员）');
  });

  test('an action that is new is shown in plain letters', () => {
    expect(sentence(entry('comet_seen', 'comet', 'q'), named)).toBe('Ada: comet seen, South');
  });

  test('no hole is left open, whatever an entry lacks', () => {
    const source = readFileSync(new URL('../src/lib/i18n/en.admin.ts', import.meta.url), 'utf8');
    const actions = [...source.matchAll(/'audit\.([a-z]+_[a-z_]+)'/g)].map(([, action]) => action ?? '');
    expect(actions.length).toBeGreaterThan(20);
    for (const lang of ['en', 'zh'] as const) {
      i18n.lang = lang;
      for (const action of actions) expect(sentence(entry(action, 'thing', null, null), () => null), action).not.toMatch(/[{}]/);
    }
  });
});
