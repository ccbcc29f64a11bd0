import { i18n, type Lang } from './i18n/index.svelte';
import { offset } from './zones';

const formats = new Map<string, Intl.DateTimeFormat>();

/** Making a format costs far more than using one. */
function format(lang: Lang, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = lang + JSON.stringify(options);
  let found = formats.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(locale(lang), options);
    formats.set(key, found);
  }
  return found;
}

/** 42 s, 3:07, 2 h 05, 3 d. */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [s, h, d] = i18n.lang === 'zh' ? ['秒', '小时', '天'] : ['s', 'h', 'd'];
  if (whole < 60) return `${whole} ${s}`;
  if (whole < 3600) return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
  const hours = Math.floor(whole / 3600);
  if (hours < 48) return `${hours} ${h} ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')}`;
  return `${Math.floor(hours / 24)} ${d}`;
}

/** Asks for the year when it is not this year on the clock of a zone. */
function otherYear(at: string | number, now: number, timeZone?: string): 'numeric' | undefined {
  const year = format('en', { year: 'numeric', timeZone });
  return year.format(new Date(at)) === year.format(now) ? undefined : 'numeric';
}

/** Short age for lists: now, 5 m, 3 h, 12 Mar, 12 Mar 2025. */
export function age(at: string, now: number, lang: Lang): string {
  const seconds = Math.max(0, (now - Date.parse(at)) / 1000);
  if (seconds < 60) return lang === 'zh' ? '刚刚' : 'now';
  if (seconds < 3600) return lang === 'zh' ? `${Math.floor(seconds / 60)} 分` : `${Math.floor(seconds / 60)} m`;
  if (seconds < 86_400) return lang === 'zh' ? `${Math.floor(seconds / 3600)} 时` : `${Math.floor(seconds / 3600)} h`;
  return format(lang, { day: 'numeric', month: 'short', year: otherYear(at, now) }).format(new Date(at));
}

export function locale(lang: Lang): string {
  return lang === 'zh' ? 'zh-CN' : 'en-GB';
}

export function clockTime(at: string, lang: Lang, timeZone?: string): string {
  return format(lang, { hour: '2-digit', minute: '2-digit', timeZone }).format(new Date(at));
}

/** 17:00 today, else Mon 09:00. */
export function whenShort(at: string, now: number, lang: Lang): string {
  const near = new Date(at).toDateString() === new Date(now).toDateString();
  const weekday = near ? undefined : 'short';
  return format(lang, { weekday, hour: '2-digit', minute: '2-digit' }).format(new Date(at));
}

/**
 * Mon 12 May 09:00 on the clock of a zone; without the day when it is today, with the year when it is another, with the zone
 * when the browser has another.
 */
export function whenIn(at: string | number, now: number, lang: Lang, timeZone: string): string {
  const date = format(lang, { weekday: 'short', day: 'numeric', month: 'short', year: otherYear(at, now, timeZone), timeZone });
  const timeZoneName = offset(now, timeZone) === -new Date(now).getTimezoneOffset() ? undefined : 'short';
  const time = format(lang, { hour: '2-digit', minute: '2-digit', timeZone, timeZoneName }).format(new Date(at));
  return date.format(new Date(at)) === date.format(now) ? time : `${date.format(new Date(at))} ${time}`;
}

/** 1 Monday to 7 Sunday by name. */
export function weekday(n: number, lang: Lang, width: 'short' | 'long'): string {
  return format(lang, { weekday: width, timeZone: 'UTC' }).format(Date.UTC(2024, 0, n));
}

/** A calendar day without a zone, `2026-12-25`. */
export function calendarDay(day: string, lang: Lang): string {
  return format(lang, { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' }).format(new Date(day));
}

/** Monday 12 May; with the year when it is not this year. */
export function day(at: string, lang: Lang, now = Date.now()): string {
  return format(lang, { weekday: 'long', day: 'numeric', month: 'long', year: otherYear(at, now) }).format(new Date(at));
}

export function dateText(at: string, lang: Lang): string {
  return format(lang, { dateStyle: 'medium' }).format(new Date(at));
}

/** 12 May 2026, 09:00:05 BST: to the second, with the clock that is meant. */
export function full(at: string, lang: Lang): string {
  return format(lang, { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit', timeZoneName: 'short' }).format(new Date(at));
}

/** The name of a language in a language: English, 中文. The tag where it has no name. */
export function languageName(tag: string, lang: string): string {
  try {
    return new Intl.DisplayNames([lang], { type: 'language' }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}

export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  if (words.length === 0) return '?';
  const letters = [...(words[0] ?? '')][0] ?? '';
  return (words.length > 1 ? letters + ([...(words.at(-1) ?? '')][0] ?? '') : letters).toUpperCase();
}

/** One of eight calm hues for an avatar, the same for the same id. */
export function hue(id: string): number {
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + letter.charCodeAt(0)) >>> 0;
  return sum % 8;
}
