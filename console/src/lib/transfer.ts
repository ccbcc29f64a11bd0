import { bare } from './ids';
import { matches } from './matches';

export interface Target {
  kind: 'queue' | 'agent' | 'site' | 'back';
  id: string;
  name: string;
  /** Whether somebody is there to take it; of a queue nothing is known. */
  ready: boolean;
  /** Until when a site is open; null while it sleeps. */
  openUntil?: string | null;
  /** When it opens next; null while it is open, or for long. */
  opensAt?: string | null;
}

interface Targets {
  queues: { id: string; name: string }[];
  agents: { id: string; name: string; available: boolean }[];
  sites: { id: string; name: string; openUntil?: string | null; opensAt?: string | null }[];
}

/** Who passed it on, colleagues who are ready, then queues, sites (those that are open first), and the others; never oneself. */
export function targets(all: Targets, me: string | undefined, asked: string, back: string | null = null): Target[] {
  const agents = all.agents.filter((agent) => agent.id !== me).map(({ id, name, available }): Target => ({ kind: 'agent', id, name, ready: available }));
  const queues = all.queues.map(({ id, name }): Target => ({ kind: 'queue', id, name, ready: true }));
  const sites = all.sites.map(({ id, name, openUntil, opensAt }): Target => ({ kind: 'site', id, name, ready: !!openUntil, openUntil, opensAt }));
  const first: Target[] = back === null ? [] : [{ kind: 'back', id: 'back', name: back, ready: true }];
  const awake = (list: Target[], ready: boolean): Target[] => list.filter((one) => one.ready === ready);
  const list = [...first, ...awake(agents, true), ...queues, ...awake(sites, true), ...awake(sites, false), ...awake(agents, false)];
  return list.filter((target) => asked.trim() === '' || matches(asked, target.name));
}

interface Moved {
  kind: string;
  body?: { type?: unknown } | null;
  actor: { kind: string; id?: string | null };
}

/** Who passed a conversation on last to somebody else, by its timeline from oldest to newest; null when nobody did. */
export function passedBy(items: readonly Moved[], me: string | null): string | null {
  const same = (id: string): boolean => me !== null && bare(id) === bare(me);
  const last = items.findLast(({ kind, body, actor }) => kind.toLowerCase() === 'state' && body?.type === 'transferred' && actor.kind === 'agent' && !!actor.id && !same(actor.id));
  return last?.actor.id ?? null;
}
