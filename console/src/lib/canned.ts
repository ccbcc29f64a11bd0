import { matches } from './matches';

export interface Canned {
  id: string;
  shortcut: string;
  language: string;
  title: string;
  text: string;
}

export interface Slash {
  /** Where the slash stands. */
  from: number;
  /** Where what was typed after it ends. */
  to: number;
  word: string;
}

/** What is being asked for by a slash at the start of a word, just before the caret; null when nothing is. */
export function slash(text: string, caret: number): Slash | null {
  const found = /(?:^|\s)\/([\p{L}\p{N}_-]*)$/u.exec(text.slice(0, caret));
  return found ? { from: caret - (found[1] ?? '').length - 1, to: caret, word: found[1] ?? '' } : null;
}

const scripts: [RegExp, string][] = [
  [/[\p{Script=Hiragana}\p{Script=Katakana}]/u, 'ja'],
  [/\p{Script=Hangul}/u, 'ko'],
  [/\p{Script=Han}/u, 'zh'],
  [/\p{Script=Cyrillic}/u, 'ru'],
  [/\p{Script=Arabic}/u, 'ar'],
  [/\p{Script=Greek}/u, 'el'],
  [/\p{Script=Hebrew}/u, 'he'],
  [/\p{Script=Thai}/u, 'th'],
  [/\p{Script=Devanagari}/u, 'hi'],
];
const written = new Set(scripts.map(([, language]) => language));
const base = (tag: string): string => tag.toLowerCase().split(/[-_]/)[0] ?? '';

/** The language that a script gives away; null for those that share the Latin letters. */
export function byScript(text: string): string | null {
  return scripts.find(([letters]) => letters.test(text))?.[1] ?? null;
}

/** How near a reply's language is to the customer's: 0 theirs, 1 any, 2 may be theirs, 3 another. */
function distance(reply: Canned, language: string | null): number {
  if (reply.language === '') return 1;
  if (language === null) return written.has(base(reply.language)) ? 3 : 2;
  return base(reply.language) === base(language) ? 0 : 3;
}

/** Replies that fit what was typed: the customer's language first, then those whose shortcut begins so, then by shortcut. */
export function ranked(replies: readonly Canned[], word: string, language: string | null): Canned[] {
  const typed = word.toLowerCase();
  const begins = (reply: Canned): number => (reply.shortcut.toLowerCase().startsWith(typed) ? 0 : 1);
  const fits = (reply: Canned): boolean => begins(reply) === 0 || matches(word.replaceAll(/[-_]/g, ' '), reply.title);
  const order = (a: Canned, b: Canned): number =>
    distance(a, language) - distance(b, language) || begins(a) - begins(b) || a.shortcut.localeCompare(b.shortcut);
  return replies.filter(fits).sort(order);
}

/** The text with the names at hand; a name that is not known leaves no hole behind. */
export function filled(text: string, names: { customer: string; agent: string }): string {
  return text.replace(/([^\S\n]*)\{\{\s*(customer|agent)\.name\s*\}\}/g, (_, before: string, who: 'customer' | 'agent') => {
    const name = names[who].trim();
    return name === '' ? '' : before + name;
  });
}
