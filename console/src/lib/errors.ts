import { Failed } from './failed';
import { code, i18n, knows, localised, t } from './i18n/index.svelte';
import { toasts } from './toasts.svelte';

/** Codes of which the server's own words say more than ours could. */
const SPECIFIC = ['INVALID', 'CONFLICT', 'NOT_FOUND', 'BAD_USER_INPUT'];

/** What went wrong and what helps, in the person's language; our own faults carry the id of the request. */
export function words(error: unknown): string {
  if (!(error instanceof Failed)) return t('error.general', { text: String(error) });
  const text = reason(error);
  return error.request ? `${text} ${t('error.request', { id: error.request })}` : text;
}

function reason(error: Failed): string {
  const name = error.code.toLowerCase();
  if (knows(`error.${name}.${error.field}`)) return code('error', `${name}.${error.field}`);
  const said = localised(error.message);
  const ours = i18n.lang === 'en' || said !== error.message;
  if (SPECIFIC.includes(error.code) && error.message !== '' && ours) return sentence(said);
  return knows(`error.${name}`) ? code('error', name, { text: said }) : t('error.general', { text: said });
}

/** As a sentence of its own. */
function sentence(text: string): string {
  const whole = text.charAt(0).toUpperCase() + text.slice(1);
  if (/[.!?。！？]$/.test(whole)) return whole;
  return `${whole}${i18n.lang === 'zh' ? '。' : '.'}`;
}

export function complain(error: unknown): void {
  toasts.show('bad', words(error));
}
