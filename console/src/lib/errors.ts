import { Failed } from './client';
import { code, t } from './i18n/index.svelte';
import { en } from './i18n/en';
import { toasts } from './toasts.svelte';

/** What went wrong, in the person's language. */
export function words(error: unknown): string {
  if (!(error instanceof Failed)) return t('error.general', { text: String(error) });
  const key = `error.${error.code.toLowerCase()}`;
  return key in en ? code('error', error.code, { text: error.message }) : t('error.general', { text: error.message });
}

export function complain(error: unknown): void {
  toasts.show('bad', words(error));
}
