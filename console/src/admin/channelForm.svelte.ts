import { listed, problem, shown, type FieldOf, type Value } from '../lib/channels';
import { check } from '../lib/checks';
import { Form } from '../lib/form.svelte';
import { t } from '../lib/i18n/admin';
import { setup, type Account } from './setup.svelte';

export type Values = Record<string, Value>;

/** The form of an account: what all have, and the fields of its kind under their own names. */
export function channelForm(fields: FieldOf[], account: Account | null, send: (values: Values) => Promise<void>): Form<Values> {
  const settings = (account?.settings ?? {}) as Record<string, unknown>;
  const initial: Values = {
    name: account?.name ?? '',
    queueId: account?.queueId ?? setup.parts.queues?.[0]?.id ?? '',
    botId: account?.botId ?? '',
    addresses: (account?.addresses ?? []).join('\n'),
    ...Object.fromEntries(fields.map((field) => [field.name, shown(field, settings[field.name])])),
  };
  const wrong = (field: FieldOf) => (values: Values): string | null => {
    const found = problem(field, values[field.name] ?? '');
    return found ? t(`check.channel.${found}`) : null;
  };
  return new Form<Values>(
    initial,
    {
      name: (v) => check.name(String(v.name)),
      queueId: (v) => (v.queueId ? null : t('check.queue')),
      ...Object.fromEntries(fields.map((field) => [field.name, wrong(field)])),
    },
    send,
  );
}

/** What all accounts have, as the server takes it. */
export function place(values: Values): { name: string; queueId: string; botId: string | null; addresses: string[] } {
  return { name: String(values.name).trim(), queueId: String(values.queueId), botId: String(values.botId) || null, addresses: listed(String(values.addresses)) };
}
