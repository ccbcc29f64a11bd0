import { keep, kept } from '../prefs.svelte';
import { en } from './en';

export type Key = keyof typeof en;
export type Lang = 'en' | 'zh';
type Messages = Record<string, string>;
/** Every language says everything: a missing message does not compile. English is always here, the other when chosen. */
const messages: Record<Lang, Messages> = { en: { ...en }, zh: {} };
let server: ((text: string) => string | null) | null = null;

/** Brings the messages of a language. */
export async function bring(lang: Lang): Promise<void> {
  if (lang === 'en' || server) return;
  const [{ zh }, { inChinese }] = await Promise.all([import('./zh'), import('./zh.server')]);
  messages.zh = { ...zh, ...messages.zh };
  server = inChinese;
}

/** Words of a part that is loaded when it is asked for, and that many files share. */
export function learn(more: Record<Lang, Messages>): void {
  for (const lang of ['en', 'zh'] as const) messages[lang] = { ...messages[lang], ...more[lang] };
}

function first(): Lang {
  const chosen = kept('lang');
  if (chosen === 'en' || chosen === 'zh') return chosen;
  return typeof navigator !== 'undefined' && navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

class I18n {
  lang = $state<Lang>(first());

  /** A language that does not come leaves the one there is. */
  async set(lang: Lang): Promise<void> {
    try {
      await bring(lang);
    } catch {
      if (this.lang === 'zh' && !server) await this.set('en');
      return;
    }
    this.lang = lang;
    keep('lang', lang);
    document.documentElement.lang = lang === 'zh' ? 'zh-CN' : 'en';
  }
}

export const i18n = new I18n();

/** The message in the language in force, with `{name}` replaced. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  return (messages[i18n.lang][key] ?? messages.en[key] ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** A message for a code of the server: `prefix.code`, or the code itself in plain letters when it is new. */
export function code(prefix: string, value: string, values: Record<string, string | number> = {}): string {
  const key = `${prefix}.${value.toLowerCase()}`;
  return key in messages.en ? t(key as Key, values) : value.replace(/_/g, ' ').toLowerCase();
}

/** What the server says, in the language in force where it is known, else in the server's words. */
export function localised(text: string): string {
  return (i18n.lang === 'zh' && server?.(text)) || text;
}

/** Whether there is a message for a code. */
export function knows(key: string): key is Key {
  return key in messages.en;
}
