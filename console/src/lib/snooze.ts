import { local, moment } from './zones';

export interface Preset {
  id: 'hour' | 'hours' | 'tomorrow' | 'monday';
  at: number;
}

const HOUR = 3_600_000;
/** Minutes after midnight at which a day of work begins. */
const MORNING = 9 * 60;

/** When a conversation may come back, in the person's own zone. On a Sunday tomorrow is that Monday, and stands once. */
export function presets(now: number, zone: string): Preset[] {
  const { year, month, day, weekday } = local(now, zone);
  const morning = (days: number): number => moment(year, month, day + days, MORNING, zone);
  const all: Preset[] = [
    { id: 'hour', at: now + HOUR },
    { id: 'hours', at: now + 3 * HOUR },
    { id: 'tomorrow', at: morning(1) },
  ];
  return weekday === 7 ? all : [...all, { id: 'monday', at: morning(8 - weekday) }];
}

/** A moment as a `datetime-local` field shows it in a zone. */
export function fieldText(at: number, zone: string): string {
  const { year, month, day, minute } = local(at, zone);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${year}-${two(month)}-${two(day)}T${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}

/** What a `datetime-local` field means in a zone; null while it says nothing. */
export function fieldMoment(text: string, zone: string): number | null {
  const found = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)/.exec(text);
  if (!found) return null;
  const [year, month, day, hour, minute] = found.slice(1).map(Number) as [number, number, number, number, number];
  return moment(year, month, day, hour * 60 + minute, zone);
}

/** Half a minute to a year from now: what the server takes. */
export function inReach(at: number | null, now: number): boolean {
  return at !== null && at - now >= 30_000 && at - now <= 365 * 24 * HOUR;
}
