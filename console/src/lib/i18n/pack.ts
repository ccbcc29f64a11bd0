import { i18n } from './index.svelte';

/** English and Chinese. */
export type Pair = readonly [en: string, zh: string];
export type Say<K extends string> = ((key: K, values?: Record<string, string | number>) => string) & {
  /** A message for a code of the server: `family.code`, or the code in plain letters when it is new. */
  code(family: string, value: string, values?: Record<string, string | number>): string;
};

/** Words of a part that is loaded when it is asked for: they come with it, and stay out of the first page. */
export function pack<K extends string>(words: Record<K, Pair>): Say<K> {
  const say = (key: K, values: Record<string, string | number> = {}): string =>
    words[key][i18n.lang === 'zh' ? 1 : 0].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
  const code = (family: string, value: string, values = {}): string => {
    const key = `${family}.${value.toLowerCase()}`;
    return key in words ? say(key as K, values) : value.replace(/_/g, ' ').toLowerCase();
  };
  return Object.assign(say, { code });
}
