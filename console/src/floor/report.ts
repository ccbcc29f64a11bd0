import type { ReportQuery } from '../gql/floor/graphql';
import { fieldMoment } from '../lib/snooze';

export type Line = ReportQuery['routingReport'][number];
export type Period = 'today' | 'yesterday' | 'week' | 'month';
export const periods: Period[] = ['today', 'yesterday', 'week', 'month'];

const DAY = 86_400_000;

/** When a day of a zone begins, so many days before the one that holds `now`. */
function midnight(now: number, zone: string, back: number): number {
  const date = (at: number): string => new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(at);
  // From noon, so that days of 23 and 25 hours count as days.
  const noon = fieldMoment(`${date(now)}T12:00`, zone) ?? now;
  return fieldMoment(`${date(noon - back * DAY)}T00:00`, zone) ?? now - back * DAY;
}

/** From when until when, in days of a zone; what is not over ends now. */
export function span(period: Period, now: number, zone: string): { from: number; to: number; bucket: 'HOUR' | 'DAY' } {
  switch (period) {
    case 'today':
      return { from: midnight(now, zone, 0), to: now, bucket: 'HOUR' };
    case 'yesterday':
      return { from: midnight(now, zone, 1), to: midnight(now, zone, 0), bucket: 'HOUR' };
    case 'week':
      return { from: midnight(now, zone, 6), to: now, bucket: 'DAY' };
    default:
      return { from: midnight(now, zone, 29), to: now, bucket: 'DAY' };
  }
}

export interface Bar {
  at: string;
  answered: number;
  abandoned: number;
  /** Neither: still waits, called back or turned away. */
  rest: number;
}

/** When each hour or day of a time begins. */
export function stretches({ from, to, bucket }: { from: number; to: number; bucket: 'HOUR' | 'DAY' }, zone: string): number[] {
  const starts: number[] = [];
  // Days are found from their noon: they have 23 to 25 hours.
  for (let at = from; at < to; at = bucket === 'HOUR' ? at + DAY / 24 : midnight(at + 1.5 * DAY, zone, 0)) starts.push(at);
  return starts;
}

/** What came in each stretch, of all queues together, in order; nothing in those that no line is of. */
export function bars(lines: readonly Line[], starts: readonly number[] = []): Bar[] {
  const found = new Map<number, Bar>(starts.map((at) => [at, { at: new Date(at).toISOString(), answered: 0, abandoned: 0, rest: 0 }]));
  for (const line of lines) {
    const at = Date.parse(line.from);
    const bar = found.get(at) ?? { at: line.from, answered: 0, abandoned: 0, rest: 0 };
    bar.answered += line.answered;
    bar.abandoned += line.abandoned;
    bar.rest += Math.max(0, line.offered - line.answered - line.abandoned);
    found.set(at, bar);
  }
  return [...found.values()].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

/** The report as a file for spreadsheets: names that begin a formula are made words (OWASP "CSV injection"). */
export function csv(head: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string {
  const cell = (value: string | number | null): string => {
    if (value === null) return '';
    if (typeof value === 'number') return String(value);
    const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return `\u{feff}${[head, ...rows].map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}
