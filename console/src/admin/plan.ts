import type { PlanBitsFragment, RoutingPlanInput } from '../gql/plans/graphql';
import { needsOf, needsText } from '../lib/attributes';

/** A step as it is edited: languages and attributes are a line of text each. */
export type Step = Required<Omit<PlanBitsFragment['steps'][number], 'languages' | 'skills' | 'attributes' | 'tells'>> & { languages: string; attributes: string; message: string; callback: boolean; skills: { skillId: string; level: number }[] };
export interface Draft {
  steps: Step[];
  targetSeconds: number;
  reserve: boolean;
  note: string;
}
export const orders = ['SCARCITY', 'LONGEST_IDLE', 'LEAST_OCCUPIED', 'BEST_LEVEL'] as const;
export const pools = ['ANY', 'OWN', 'OUTSOURCED'] as const;

export function newStep(): Step {
  return { seconds: 60, relaxLevels: 0, anyLanguage: false, anyHours: false, shiftLeftMinutes: 0, opensWithinMinutes: 0, skipIfEmpty: false, order: 'SCARCITY', pool: 'ANY', siteIds: [], branchIds: [], agentIds: [], languages: '', attributes: '', message: '', callback: false, skills: [] };
}

export function draftOf(plan: PlanBitsFragment): Draft {
  const steps = plan.steps.map((step): Step => {
    const { seconds, relaxLevels, anyLanguage, anyHours, shiftLeftMinutes, opensWithinMinutes, skipIfEmpty, order, pool } = step;
    const lists = { siteIds: [...step.siteIds], branchIds: [...step.branchIds], agentIds: [...step.agentIds] };
    const asked = { languages: step.languages.join(', '), attributes: needsText(step.attributes), message: step.tells?.message ?? '', callback: step.tells?.callback ?? false, skills: step.skills.map(({ skillId, level }) => ({ skillId, level })) };
    return { seconds, relaxLevels, anyLanguage, anyHours, shiftLeftMinutes, opensWithinMinutes, skipIfEmpty, order, pool, ...lists, ...asked };
  });
  return { steps, targetSeconds: plan.targetSeconds, reserve: plan.reserve, note: '' };
}

/** What goes to the server; an emptied number counts as 0. */
export function planOf(draft: Draft): RoutingPlanInput {
  const number = (value: number | null): number => value ?? 0;
  const steps = draft.steps.map(({ message, callback, ...step }) => ({
    ...step,
    seconds: number(step.seconds),
    relaxLevels: number(step.relaxLevels),
    shiftLeftMinutes: number(step.shiftLeftMinutes),
    opensWithinMinutes: number(step.opensWithinMinutes),
    languages: step.languages.toLowerCase().split(/[\s,;，、；]+/).filter(Boolean),
    attributes: needsOf(step.attributes),
    tells: message.trim() ? { message: message.trim(), callback } : null,
  }));
  return { steps, targetSeconds: number(draft.targetSeconds), reserve: draft.reserve };
}

/** The step and the field that a path of the server names, as in `steps.1.siteIds`; the field is empty for a whole step. */
export function place(path: string | null | undefined): { step: number; field: string } | null {
  const found = /^(?:plan\.)?steps\.(\d+)(?:\.(\w+))?$/.exec(path ?? '');
  return found ? { step: Number(found[1]), field: found[2] ?? '' } : null;
}
