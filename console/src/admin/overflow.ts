import type { OverflowInput, OverflowLenderInput, QueueBitsFragment } from '../gql/admin/graphql';

/** A queue that lends its people, as it is edited. */
export interface LenderForm {
  queueId: string;
  busyWaiting: number | null;
  busyWaitSeconds: number | null;
  calmWaiting: number | null;
  calmWaitSeconds: number | null;
}

/** A rule of overflow as it is edited. */
export interface OverflowForm {
  lends: boolean;
  openWaiting: number | null;
  openWaitSeconds: number | null;
  closeWaiting: number | null;
  closeWaitSeconds: number | null;
  contractCap: number | null;
  requiredRevision: number | null;
  currentRevision: boolean;
  lenders: LenderForm[];
}
type Overflow = QueueBitsFragment['overflow'];

export function overflowForm(rule: Overflow | undefined): OverflowForm {
  return {
    lends: !!rule,
    openWaiting: rule?.openWaiting ?? 10,
    openWaitSeconds: rule?.openWaitSeconds ?? 120,
    closeWaiting: rule?.closeWaiting ?? 2,
    closeWaitSeconds: rule?.closeWaitSeconds ?? 30,
    contractCap: rule?.contractCap ?? 0,
    requiredRevision: rule?.requiredRevision ?? 0,
    currentRevision: rule?.currentRevision ?? false,
    lenders: (rule?.lenders ?? []).map(({ queueId, busyWaiting, busyWaitSeconds, calmWaiting, calmWaitSeconds }) => ({ queueId, busyWaiting, busyWaitSeconds, calmWaiting, calmWaitSeconds })),
  };
}

/** What is kept; an emptied number counts as 0, nothing when partners do not help. */
export function ruleOf(form: OverflowForm): OverflowInput | null {
  if (!form.lends) return null;
  const number = (value: number | null): number => value ?? 0;
  const { openWaiting, openWaitSeconds, closeWaiting, closeWaitSeconds, contractCap, requiredRevision, currentRevision, lenders } = form;
  return {
    openWaiting: number(openWaiting),
    openWaitSeconds: number(openWaitSeconds),
    closeWaiting: number(closeWaiting),
    closeWaitSeconds: number(closeWaitSeconds),
    contractCap: number(contractCap),
    requiredRevision: number(requiredRevision),
    currentRevision,
    lenders: lenders.map(
      (one): OverflowLenderInput => ({
        queueId: one.queueId,
        busyWaiting: number(one.busyWaiting),
        busyWaitSeconds: number(one.busyWaitSeconds),
        calmWaiting: number(one.calmWaiting),
        calmWaitSeconds: number(one.calmWaitSeconds),
      }),
    ),
  };
}

/** Whether the form says something else than what is kept: saving a rule anew would close it. */
export function differs(form: OverflowForm, kept: Overflow): boolean {
  return JSON.stringify(ruleOf(form)) !== JSON.stringify(kept ? ruleOf(overflowForm(kept)) : null);
}

/** What opens it and what closes it must not touch, or it would flutter. */
export function flutters(open: number | null, close: number | null): boolean {
  return (open ?? 0) > 0 && (close ?? 0) >= (open ?? 0);
}

/** A new lender: it keeps its people when five wait, or one has waited a minute. */
export const lender = (queueId: string): LenderForm => ({ queueId, busyWaiting: 5, busyWaitSeconds: 60, calmWaiting: 1, calmWaitSeconds: 15 });

export type LenderFault = 'wrong.lender' | 'wrong.twice' | 'wrong.whatever' | 'wrong.keeps';
export type LenderField = keyof LenderForm;

/** What is wrong with a lender, and at which field; null when nothing is. */
export function lenderFault(all: readonly LenderForm[], index: number): { field: LenderField; fault: LenderFault } | null {
  const one = all[index]!;
  if (!one.queueId) return { field: 'queueId', fault: 'wrong.lender' };
  if (all.slice(0, index).some(({ queueId }) => queueId === one.queueId)) return { field: 'queueId', fault: 'wrong.twice' };
  if (!one.busyWaiting && !one.busyWaitSeconds) return { field: 'busyWaiting', fault: 'wrong.whatever' };
  if (flutters(one.busyWaiting, one.calmWaiting)) return { field: 'calmWaiting', fault: 'wrong.keeps' };
  if (flutters(one.busyWaitSeconds, one.calmWaitSeconds)) return { field: 'calmWaitSeconds', fault: 'wrong.keeps' };
  return null;
}
