import type { CapacityPolicySaveInput, ChannelClass, PolicyBitsFragment } from '../gql/admin/graphql';

export const classes = ['VOICE', 'CHAT', 'MESSAGING', 'MAIL'] as const satisfies readonly ChannelClass[];

/** A policy as it is edited: of each class what a piece takes, and on top of which others it may come. */
export interface Policy {
  total: number | null;
  finishingPercent: number | null;
  weights: Record<ChannelClass, number | null>;
  over: Record<ChannelClass, ChannelClass[]>;
}

const others = (of: ChannelClass): ChannelClass[] => classes.filter((name) => name !== of);

/** A class of which nothing is said may come on top of any. */
export function policyOf(policy: PolicyBitsFragment): Policy {
  const weight = (of: ChannelClass): number => policy.weights.find((one) => one.class === of)?.weight ?? 1;
  const over = (of: ChannelClass): ChannelClass[] => {
    const named = policy.interrupts.find((one) => one.class === of)?.over;
    return named ? others(of).filter((name) => named.includes(name)) : others(of);
  };
  const each = <T>(value: (of: ChannelClass) => T): Record<ChannelClass, T> => Object.fromEntries(classes.map((name) => [name, value(name)])) as Record<ChannelClass, T>;
  return { total: policy.total, finishingPercent: policy.finishingPercent, weights: each(weight), over: each(over) };
}

/** What goes to the server: nothing is said where it would say what holds anyway. */
export function inputOf(policy: Policy): CapacityPolicySaveInput {
  return {
    total: policy.total ?? 0,
    finishingPercent: policy.finishingPercent ?? 0,
    weights: classes.flatMap((name) => ((policy.weights[name] ?? 1) === 1 ? [] : [{ class: name, weight: policy.weights[name]! }])),
    interrupts: classes.flatMap((name) => (policy.over[name].length === classes.length - 1 ? [] : [{ class: name, over: policy.over[name] }])),
  };
}

/** How many pieces of one class a person can hold at most beside nothing else; null where no total says so. */
export function most(policy: Policy, of: ChannelClass): number | null {
  const [total, weight] = [policy.total ?? 0, policy.weights[of] ?? 1];
  return total > 0 && weight > 0 ? Math.floor(total / weight) : null;
}
