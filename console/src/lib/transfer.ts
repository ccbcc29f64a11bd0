import { matches } from './matches';

export interface Target {
  kind: 'queue' | 'agent';
  id: string;
  name: string;
  /** Whether somebody is there to take it; of a queue nothing is known. */
  ready: boolean;
}

interface Targets {
  queues: { id: string; name: string }[];
  agents: { id: string; name: string; available: boolean }[];
}

/** Colleagues who are ready, then queues, then the others; never oneself. */
export function targets(all: Targets, me: string | undefined, asked: string): Target[] {
  const agents = all.agents.filter((agent) => agent.id !== me).map(({ id, name, available }): Target => ({ kind: 'agent', id, name, ready: available }));
  const queues = all.queues.map(({ id, name }): Target => ({ kind: 'queue', id, name, ready: true }));
  const list = [...agents.filter((agent) => agent.ready), ...queues, ...agents.filter((agent) => !agent.ready)];
  return list.filter((target) => asked.trim() === '' || matches(asked, target.name));
}
