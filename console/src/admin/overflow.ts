import type { OverflowInput, QueueBitsFragment } from '../gql/admin/graphql';

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
  };
}

/** What is kept; an emptied number counts as 0, nothing when partners do not help. */
export function ruleOf(form: OverflowForm): OverflowInput | null {
  if (!form.lends) return null;
  const number = (value: number | null): number => value ?? 0;
  const { openWaiting, openWaitSeconds, closeWaiting, closeWaitSeconds, contractCap, requiredRevision, currentRevision } = form;
  return {
    openWaiting: number(openWaiting),
    openWaitSeconds: number(openWaitSeconds),
    closeWaiting: number(closeWaiting),
    closeWaitSeconds: number(closeWaitSeconds),
    contractCap: number(contractCap),
    requiredRevision: number(requiredRevision),
    currentRevision,
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
