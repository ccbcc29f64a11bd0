/** What the checks look at. */
export interface Facts {
  sites: { name: string; shifts: unknown[] }[];
  skills: { name: string }[];
  queues: { name: string; agentIds?: string[] | null }[];
  agents: { id: string; name: string; role: string; active: boolean }[];
  channels: { name: string; status: string }[];
}

export const steps = ['site', 'skill', 'agent', 'queue', 'channel'] as const;
export type StepId = (typeof steps)[number];

export interface Step {
  id: StepId;
  state: 'done' | 'half' | 'none';
  /** What was found: those that count, or those that lack something. */
  names: string[];
}

/** Where a step is mended. */
export const pages: Record<StepId, string> = { site: 'sites', skill: 'skills', agent: 'people', queue: 'queues', channel: 'channels' };

/** Looks whether work could arrive, wait, and be answered. Disabled people take no work, in a queue or out of it. */
export function checklist(facts: Facts): Step[] {
  const working = new Set(facts.agents.filter((a) => a.active).map((a) => a.id));
  const step = <T extends { name: string }>(id: StepId, all: T[], good: (one: T) => boolean): Step => {
    const right = all.filter(good);
    const state = right.length > 0 ? 'done' : all.length > 0 ? 'half' : 'none';
    return { id, state, names: (right.length > 0 ? right : all).map((one) => one.name) };
  };
  return [
    step('site', facts.sites, (site) => site.shifts.length > 0),
    step('skill', facts.skills, () => true),
    step('agent', facts.agents.filter((a) => a.role === 'AGENT'), (agent) => agent.active),
    step('queue', facts.queues, (queue) => (queue.agentIds ?? []).some((id) => working.has(id))),
    step('channel', facts.channels, (account) => account.status === 'active'),
  ];
}
