import { keep, kept } from '../prefs.svelte';
import { en } from './en';

export type Key = keyof typeof en;
export type Lang = 'en' | 'zh';
/** Every language says everything: a missing message does not compile. English is always here, the other when chosen. */
type Messages = Record<Key, string>;
const messages: { en: Messages; zh?: Messages } = { en };

/** Brings the messages of a language. */
export async function bring(lang: Lang): Promise<void> {
  if (lang === 'zh') messages.zh ??= (await import('./zh')).zh;
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
      if (!messages[this.lang]) await this.set('en');
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
  return (messages[i18n.lang] ?? en)[key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** A message for a code of the server: `prefix.code`, or the code itself in plain letters when it is new. */
export function code(prefix: string, value: string, values: Record<string, string | number> = {}): string {
  const key = `${prefix}.${value.toLowerCase()}`;
  return key in en ? t(key as Key, values) : value.replace(/_/g, ' ').toLowerCase();
}
