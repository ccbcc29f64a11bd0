/** A callback or later work, as the desk and the list show it. */
export interface Scheduled {
  id: string;
  kind: 'CALLBACK' | 'TASK';
  state: string;
  dueAt: string;
  untilAt?: string | null;
  timeZone: string;
  note: string;
  agentId?: string | null;
  queueId: string;
  attempts: { number: number; at: string; outcome: string; note: string; agentId?: string | null }[];
}

/** Not over yet. */
export const stands = (one: { state: string }): boolean => one.state === 'waiting' || one.state === 'due';

/** Minutes after midnight of what a time field says; as an end, midnight is that of the next day. Null while it says nothing. */
export function minuteOf(text: string, end = false): number | null {
  const found = /^(\d\d):(\d\d)/.exec(text);
  if (!found) return null;
  const minute = Number(found[1]) * 60 + Number(found[2]);
  return end && minute === 0 ? 1440 : minute;
}

/** A window as the server asks for it; null when it has no day, or ends before it begins. */
export function windowOf(day: string, from: string, until: string): { day: string; fromMinute: number; untilMinute: number } | null {
  const [fromMinute, untilMinute] = [minuteOf(from), minuteOf(until, true)];
  if (!/^\d{4}-\d\d-\d\d$/.test(day) || fromMinute === null || untilMinute === null || untilMinute <= fromMinute) return null;
  return { day, fromMinute, untilMinute };
}
