/** Clock arithmetic in a named zone, by the browser's own zone data: right on days with 23 and 25 hours too. */

export interface Local {
  year: number;
  month: number;
  day: number;
  /** 1 Monday to 7 Sunday. */
  weekday: number;
  /** Minutes on the wall clock after midnight. */
  minute: number;
}

const MINUTE = 60_000;
const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string): Intl.DateTimeFormat {
  let found = formats.get(zone);
  if (!found) {
    const digits = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' } as const;
    found = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', ...digits });
    formats.set(zone, found);
  }
  return found;
}

function wall(at: number, zone: string): number {
  const part = Object.fromEntries(format(zone).formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(part.year ?? 0, (part.month ?? 1) - 1, part.day, part.hour, part.minute, part.second);
}

/** Minutes a zone is ahead of UTC at a moment. */
export function offset(at: number, zone: string): number {
  return Math.round((wall(at, zone) - at) / MINUTE);
}

/** What calendar and clock of a zone show at a moment. */
export function local(at: number, zone: string): Local {
  const shown = new Date(wall(at, zone));
  return {
    year: shown.getUTCFullYear(),
    month: shown.getUTCMonth() + 1,
    day: shown.getUTCDate(),
    weekday: shown.getUTCDay() || 7,
    minute: shown.getUTCHours() * 60 + shown.getUTCMinutes(),
  };
}

/** The moment at which the clock of a zone shows so many minutes after the midnight of a day. In a gap: just after it. */
export function moment(year: number, month: number, day: number, minute: number, zone: string): number {
  const shown = Date.UTC(year, month - 1, day, 0, minute);
  const first = shown - offset(shown, zone) * MINUTE;
  const second = shown - offset(first, zone) * MINUTE;
  if (first === second || wall(second, zone) === shown) return second;
  return wall(first, zone) === shown ? first : Math.max(first, second);
}

/** Zones this browser knows, UTC first. */
export function zones(): string[] {
  return ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];
}

export function isZone(zone: string): boolean {
  try {
    return zone !== '' && !/^[+-]/.test(zone) && Boolean(format(zone));
  } catch {
    return false;
  }
}

/** UTC+5:30. */
export function offsetText(at: number, zone: string): string {
  const ahead = offset(at, zone);
  const [hours, minutes] = [Math.floor(Math.abs(ahead) / 60), Math.abs(ahead) % 60];
  if (ahead === 0) return 'UTC';
  return `UTC${ahead < 0 ? '−' : '+'}${hours}${minutes > 0 ? `:${String(minutes).padStart(2, '0')}` : ''}`;
}
