import type { FiguresFragment, WhatIfBitsFragment } from '../gql/whatif/graphql';

export type WhatIf = WhatIfBitsFragment;
export type Figures = FiguresFragment;
export const periods = ['yesterday', 'week', 'month'] as const;
export type WhatIfPeriod = (typeof periods)[number];

/** Whether it may still change. */
export const going = (one: WhatIf): boolean => one.state === 'waiting' || one.state === 'running';

/** One figure under both plans; `better` says which way is good, and is null where the figures say the same. */
export interface Row {
  figure: 'level' | 'wait' | 'abandoned' | 'answered' | 'offered';
  a: number | null;
  b: number | null;
  better: boolean | null;
}

/** Shares that differ by less than this are the same to who reads them. */
const NOTHING = 0.0005;

function row(figure: Row['figure'], a: number | null | undefined, b: number | null | undefined, more: boolean | null): Row {
  const differs = a != null && b != null && Math.abs(b - a) >= NOTHING;
  return { figure, a: a ?? null, b: b ?? null, better: differs && more !== null ? b > a === more : null };
}

/** What came of one queue's work, figure by figure. */
export function rows(a: Figures | undefined, b: Figures | undefined): Row[] {
  return [
    row('level', a?.serviceLevel, b?.serviceLevel, true),
    row('wait', a?.averageSpeedOfAnswer, b?.averageSpeedOfAnswer, false),
    row('abandoned', a?.abandoned, b?.abandoned, false),
    row('answered', a?.answered, b?.answered, true),
    row('offered', a?.offered, b?.offered, null),
  ];
}

/** Figures by queue under both plans: the compared queue first, of the others those that had work. */
export function pairs(one: WhatIf): { queueId: string; a?: Figures; b?: Figures }[] {
  const [as, bs] = [one.planA ?? [], one.planB ?? []];
  const ids = [...new Set([one.queueId, ...as.map(({ queueId }) => queueId), ...bs.map(({ queueId }) => queueId)])];
  return ids
    .map((queueId) => ({ queueId, a: as.find((found) => found.queueId === queueId), b: bs.find((found) => found.queueId === queueId) }))
    .filter(({ queueId, a, b }) => queueId === one.queueId || (a?.offered ?? 0) + (b?.offered ?? 0) > 0);
}
