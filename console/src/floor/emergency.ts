import type { ActivationBitsFragment, EmergencyBitsFragment } from '../gql/emergency/graphql';

export type Plan = EmergencyBitsFragment;
export type Activation = ActivationBitsFragment;
/** What a plan switches, in the order in which it is told. */
export const switches = ['closed', 'allHands', 'overflow'] as const;
export type Switch = (typeof switches)[number];

/** A plan as it is edited. */
export interface PlanForm {
  name: string;
  minutes: number | null;
  closed: boolean;
  allHands: boolean;
  overflow: boolean;
  message: string;
  queueIds: string[];
}

/** What is wrong with the message and the switches together, as the server sees it; null when nothing is. */
export function wrong(form: Pick<PlanForm, 'closed' | 'allHands' | 'overflow' | 'message'>): 'nothing' | 'closed' | 'long' | null {
  const message = form.message.trim();
  if ([...message].length > 1000) return 'long';
  if (message !== '') return null;
  if (form.closed) return 'closed';
  return form.allHands || form.overflow ? null : 'nothing';
}

/** Those in force at a moment, the first that began first. */
export function inForce(activations: readonly Activation[], now: number): Activation[] {
  return activations
    .filter((one) => !one.endedAt && Date.parse(one.expiresAt) > now)
    .sort((a, b) => a.activatedAt.localeCompare(b.activatedAt));
}
