import { Failed } from './failed';
import { code, t } from './i18n/index.svelte';
import { en } from './i18n/en';
import { toasts } from './toasts.svelte';

/** What went wrong and what helps, in the person's language; our own faults carry the id of the request. */
export function words(error: unknown): string {
  if (!(error instanceof Failed)) return t('error.general', { text: String(error) });
  const name = error.code.toLowerCase();
  const key = [`error.${name}.${error.field}`, `error.${name}`].find((known) => known in en);
  const text = key ? code('error', key.slice(6), { text: error.message }) : t('error.general', { text: error.message });
  return error.request ? `${text} ${t('error.request', { id: error.request })}` : text;
}

export function complain(error: unknown): void {
  toasts.show('bad', words(error));
}
