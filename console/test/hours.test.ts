import { describe, expect, test } from 'vitest';
import { bandOf, hoursAWeek, hoursText, moveEnd, openBetween, parseHours, parseTime, parseWeek, weekTexts } from '../src/lib/hours';
import { isZone, local, moment, offset, offsetText, zones } from '../src/lib/zones';

describe('typing hours', () => {
  test('times of day in the usual notations', () => {
    for (const [text, minute] of [['9', 540], ['09:30', 570], ['0930', 570], ['9.30', 570], ['9点', 540], ['9点30分', 570], ['24:00', 1440], ['0', 0]] as const) {
      expect(parseTime(text), text).toBe(minute);
    }
    for (const text of ['', '25', '9:60', '24:30', 'nine', '9:3', '123:00']) expect(parseTime(text), text).toBeNull();
  });

  test('split, overnight, all day and closed', () => {
    expect(parseHours('9-12, 13–18')).toEqual([[540, 720], [780, 1080]]);
    expect(parseHours('22:00至6:00')).toEqual([[1320, 1800]]);
    expect(parseHours('13-18，9-12')).toEqual([[540, 720], [780, 1080]]);
    expect(parseHours('24h')).toEqual([[0, 1440]]);
    expect(parseHours(' ')).toEqual([]);
  });

  test('what is no interval is said', () => {
    for (const text of ['9', '9-9', '9-12-15', 'x-y', '24-6']) expect(parseHours(text), text).toBe('shape');
    expect(parseHours('9-13, 12-18')).toBe('overlap');
    expect(parseHours('22-6, 23-24')).toBe('overlap');
  });

  test('a week is written and read without loss', () => {
    const shifts = [
      { weekday: 1, startsMinute: 540, endsMinute: 720 },
      { weekday: 1, startsMinute: 780, endsMinute: 1080 },
      { weekday: 5, startsMinute: 1320, endsMinute: 1800 },
      { weekday: 7, startsMinute: 0, endsMinute: 1440 },
    ];
    const texts = weekTexts(shifts);
    expect(texts).toEqual(['09:00–12:00, 13:00–18:00', '', '', '', '22:00–06:00', '', '00:00–24:00']);
    expect(parseWeek(texts)).toEqual({ shifts, problems: Array(7).fill(null) });
    expect(hoursAWeek(shifts)).toBe(40);
  });

  test('a night overlaps the next morning, also from Sunday to Monday', () => {
    expect(parseWeek(['5-9', '', '', '', '', '', '22-6']).problems[0]).toBe('overlap');
    expect(parseWeek(['6-9', '', '', '', '', '', '22-6']).problems[0]).toBeNull();
    expect(parseWeek(['', '22-6', '5-9', '', '', '', '']).problems[2]).toBe('overlap');
  });

  test('ends moved by key stay apart and in the day', () => {
    const spans: [number, number][] = [[540, 720], [780, 1080]];
    expect(hoursText(moveEnd(spans, 0, 1, 15))).toBe('09:00–12:15, 13:00–18:00');
    expect(moveEnd(spans, 0, 1, 600)[0]).toEqual([540, 780]);
    expect(moveEnd(spans, 1, 0, -600)[1]).toEqual([720, 1080]);
    expect(moveEnd(spans, 0, 0, -6000)[0]).toEqual([0, 720]);
    expect(moveEnd([[1320, 1800]], 0, 1, 6000)).toEqual([[1320, 2760]]);
    expect(moveEnd(spans, 0, 0, 6000)[0]).toEqual([705, 720]);
  });

  test('a day shows what runs in from the day before', () => {
    const shifts = [{ weekday: 7, startsMinute: 1320, endsMinute: 1800 }];
    expect(bandOf(shifts, 7)).toEqual([[1320, 1440]]);
    expect(bandOf(shifts, 1)).toEqual([[0, 360]]);
  });
});

describe('zones', () => {
  test('offsets follow summer time', () => {
    expect(offset(Date.UTC(2026, 0, 1), 'Europe/London')).toBe(0);
    expect(offset(Date.UTC(2026, 6, 1), 'Europe/London')).toBe(60);
    expect(offsetText(Date.UTC(2026, 0, 1), 'Asia/Kolkata')).toBe('UTC+5:30');
    expect(offsetText(Date.UTC(2026, 0, 1), 'America/St_Johns')).toBe('UTC−3:30');
  });

  test('a wall clock is the same moment back and forth, on days that change too', () => {
    for (const zone of ['Europe/London', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Shanghai', 'Pacific/Apia']) {
      for (const [month, day] of [[3, 8], [3, 29], [10, 25], [11, 1], [4, 5], [6, 15]] as const) {
        for (const minute of [0, 30, 240, 720, 1439]) {
          const at = moment(2026, month, day, minute, zone);
          const shown = local(at, zone);
          expect([shown.month, shown.day, shown.minute], `${zone} ${month}-${day} ${minute}`).toEqual([month, day, minute]);
        }
      }
    }
    // 01:30 does not exist in London on 29 March 2026; the clock then shows 02:30.
    expect(local(moment(2026, 3, 29, 90, 'Europe/London'), 'Europe/London').minute).toBe(150);
  });

  test('the list is the browser’s, and only names are zones', () => {
    expect(zones()[0]).toBe('UTC');
    expect(zones().length).toBeGreaterThan(300);
    expect(isZone('Asia/Shanghai') && isZone('UTC')).toBe(true);
    expect(isZone('Mars/Olympus') || isZone('') || isZone('+02:00')).toBe(false);
  });
});

describe('open between two moments', () => {
  const week = Array.from({ length: 7 }, (_, at) => ({ weekday: at + 1, startsMinute: 540, endsMinute: 1020 }));

  test('a site’s day on another clock', () => {
    const from = Date.UTC(2026, 0, 14);
    expect(openBetween({ timeZone: 'Asia/Singapore', shifts: week, exceptions: [] }, from, from + 86_400_000)).toEqual([[60, 540]]);
    expect(openBetween({ timeZone: 'America/New_York', shifts: week, exceptions: [] }, from, from + 86_400_000)).toEqual([[840, 1320]]);
  });

  test('a day of 23 hours is 23 hours long', () => {
    const always = week.map((shift) => ({ ...shift, startsMinute: 0, endsMinute: 1440 }));
    const from = Date.UTC(2026, 2, 29);
    const sundays = always.filter((shift) => shift.weekday === 7);
    expect(openBetween({ timeZone: 'Europe/London', shifts: sundays, exceptions: [] }, from, from + 86_400_000)).toEqual([[0, 1380]]);
  });

  test('exceptions stand for their day, nights run into the next', () => {
    const from = Date.UTC(2026, 0, 14);
    const closed = { timeZone: 'UTC', shifts: week, exceptions: [{ day: '2026-01-14' }] };
    expect(openBetween(closed, from, from + 86_400_000)).toEqual([]);
    const late = { timeZone: 'UTC', shifts: [], exceptions: [{ day: '2026-01-13', startsMinute: 1320, endsMinute: 1800 }] };
    expect(openBetween(late, from, from + 86_400_000)).toEqual([[0, 360]]);
  });
});
