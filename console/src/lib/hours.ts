import { local, moment } from './zones';

/** Weekly hours as the server keeps them: minutes after the midnight of the day they start on. */
export interface Shift {
  weekday: number;
  startsMinute: number;
  endsMinute: number;
}

export interface Exception {
  day: string;
  startsMinute?: number | null;
  endsMinute?: number | null;
}

export interface Calendar {
  timeZone: string;
  shifts: Shift[];
  exceptions: Exception[];
}

/** From and to, minutes; an end over 1440 lies on the next day. */
export type Span = [number, number];
export type HoursProblem = 'shape' | 'overlap';

export const DAY = 1440;

/** 9, 9:30, 0930, 24:00, 9点30 as minutes; null when it is no time of day. */
export function parseTime(text: string): number | null {
  const found = /^(\d{1,2})(?:[:.：点时h]?(\d{2})分?|[点时h])?$/i.exec(text.trim());
  if (!found) return null;
  const minute = Number(found[1]) * 60 + Number(found[2] ?? 0);
  return Number(found[2] ?? 0) < 60 && minute <= DAY ? minute : null;
}

export function timeText(minute: number): string {
  const shown = minute > DAY ? minute - DAY : minute;
  return `${String(Math.floor(shown / 60)).padStart(2, '0')}:${String(shown % 60).padStart(2, '0')}`;
}

/** "9-12, 13-18", "22:00–06:00", "24h"; nothing means closed. An end before its start lies on the next day. */
export function parseHours(text: string): Span[] | HoursProblem {
  const spans: Span[] = [];
  for (const part of text.split(/[,;，；、]/).map((piece) => piece.trim())) {
    if (part === '') continue;
    if (/^24\s*h$/i.test(part)) {
      spans.push([0, DAY]);
      continue;
    }
    const ends = part.split(/\s*(?:[-–—~至到]|to)\s*/);
    const [from, to] = ends.map(parseTime);
    if (ends.length !== 2 || from == null || to == null || from === DAY || from === to) return 'shape';
    spans.push([from, to < from ? to + DAY : to]);
  }
  spans.sort((a, b) => a[0] - b[0]);
  return spans.some((span, at) => (spans[at + 1]?.[0] ?? Infinity) < span[1]) ? 'overlap' : spans;
}

export function hoursText(spans: Span[]): string {
  return spans.map(([from, to]) => `${timeText(from)}–${timeText(to)}`).join(', ');
}

/** One text a day, Monday first. */
export function weekTexts(shifts: Shift[]): string[] {
  return Array.from({ length: 7 }, (_, at) => {
    const own = shifts.filter((shift) => shift.weekday === at + 1).sort((a, b) => a.startsMinute - b.startsMinute);
    return hoursText(own.map((shift): Span => [shift.startsMinute, shift.endsMinute]));
  });
}

/** The shifts of seven texts, and what is wrong with a day. A night that runs into the next day's hours overlaps it. */
export function parseWeek(texts: string[]): { shifts: Shift[]; problems: (HoursProblem | null)[] } {
  const problems: (HoursProblem | null)[] = texts.map(() => null);
  const shifts: Shift[] = [];
  texts.forEach((text, at) => {
    const spans = parseHours(text);
    if (typeof spans === 'string') problems[at] = spans;
    else shifts.push(...spans.map(([startsMinute, endsMinute]) => ({ weekday: at + 1, startsMinute, endsMinute })));
  });
  texts.forEach((_, at) => {
    const first = shifts.find((shift) => shift.weekday === at + 1);
    const eve = shifts.filter((shift) => shift.weekday === ((at + 6) % 7) + 1).at(-1);
    if (first && eve && eve.endsMinute - DAY > first.startsMinute) problems[at] ??= 'overlap';
  });
  return { shifts, problems };
}

export function hoursAWeek(shifts: Shift[]): number {
  return shifts.reduce((sum, shift) => sum + shift.endsMinute - shift.startsMinute, 0) / 60;
}

/** Moves one end of a span by some minutes and keeps it possible: at least 15 minutes, apart from its neighbours. */
export function moveEnd(spans: Span[], at: number, end: 0 | 1, by: number): Span[] {
  const span = spans[at];
  if (!span) return spans;
  const floor = end === 0 ? (spans[at - 1]?.[1] ?? 0) : span[0] + 15;
  const next = spans[at + 1]?.[0] ?? span[0] + DAY;
  const roof = end === 0 ? Math.min(span[1] - 15, DAY - 15) : Math.min(next, span[0] + DAY);
  const moved = Math.max(floor, Math.min(roof, span[end] + by));
  return spans.map((other, index): Span => (index !== at ? other : end === 0 ? [moved, other[1]] : [other[0], moved]));
}

/** What of a day's 24 hours is open by the week: its own spans, and what runs in from the day before. */
export function bandOf(shifts: Shift[], weekday: number): Span[] {
  const eve = weekday === 1 ? 7 : weekday - 1;
  return shifts
    .flatMap(({ weekday: on, startsMinute: from, endsMinute: to }): Span[] => {
      if (on === weekday) return [[from, Math.min(to, DAY)]];
      return on === eve && to > DAY ? [[0, to - DAY]] : [];
    })
    .sort((a, b) => a[0] - b[0]);
}

/** When a site is open between two moments, in minutes after the first: DST, nights and exceptions heeded. */
export function openBetween(site: Calendar, from: number, to: number): Span[] {
  const spans: Span[] = [];
  for (let noon = from - 36 * 3_600_000; noon <= to + 36 * 3_600_000; noon += 24 * 3_600_000) {
    const on = local(noon, site.timeZone);
    const name = `${on.year}-${String(on.month).padStart(2, '0')}-${String(on.day).padStart(2, '0')}`;
    const other = site.exceptions.find((exception) => exception.day === name);
    const own = other
      ? other.startsMinute != null && other.endsMinute != null ? [[other.startsMinute, other.endsMinute] as Span] : []
      : site.shifts.filter((s) => s.weekday === on.weekday).map((s): Span => [s.startsMinute, s.endsMinute]);
    for (const span of own) {
      const [opens, closes] = span.map((minute) => moment(on.year, on.month, on.day, minute, site.timeZone)) as Span;
      const [left, right] = [Math.max(opens, from), Math.min(closes, to)];
      if (left < right) spans.push([(left - from) / 60_000, (right - from) / 60_000]);
    }
  }
  const sorted = [...new Map(spans.map((span) => [span.join(), span])).values()].sort((a, b) => a[0] - b[0]);
  return sorted.reduce<Span[]>((joined, span) => {
    const last = joined.at(-1);
    if (last && last[1] >= span[0]) last[1] = Math.max(last[1], span[1]);
    else joined.push([...span]);
    return joined;
  }, []);
}
