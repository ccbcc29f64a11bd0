import { enAdmin } from './en.admin';
import { code, i18n, learn, localised, t as say, type Key as Common } from './index.svelte';
import { zhAdmin } from './zh.admin';

/** The words of the set-up come with its pages, and stay out of the first one. */
learn({ en: enAdmin, zh: zhAdmin });

export type Key = Common | keyof typeof enAdmin;
export const t = say as (key: Key, values?: Record<string, string | number>) => string;
export { code, i18n, localised };
