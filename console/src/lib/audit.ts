import { code, localised, t, type Key } from './i18n/admin';
import { knows } from './i18n/index.svelte';

export interface Entry {
  action: string;
  objectKind: string;
  objectId?: string | null;
  detail: unknown;
  actor: { kind: string; id?: string | null };
}

/** Kinds whose sentences name the kind themselves. */
const saysKind = new Set(['site', 'branch', 'team', 'queue', 'skill', 'api_key']);

type Named = (id: string | null | undefined) => string | null;

/** An entry of the audit log as a sentence in the language in force. */
export function sentence(entry: Entry, named: Named): string {
  const detail = (entry.detail ?? {}) as Record<string, unknown>;
  const text = (name: string): string => (detail[name] == null ? '' : String(detail[name]));
  const who = named(entry.actor.id) ?? code('item', entry.actor.kind);
  const kind = code('object', entry.objectKind);
  const end = `…${(entry.objectId ?? '').slice(-6)}`;
  const what = named(entry.objectId) ?? (saysKind.has(entry.objectKind) ? end : t('audit.nameless', { kind, id: end }));
  const known = knows(`audit.${entry.action}`);
  if (!known) return t('audit.other', { who, action: code('audit', entry.action), what });
  const values = {
    who,
    what,
    state: code('presence', text('state')),
    role: code('role', text('role')),
    day: text('day'),
    reason: localised(text('reason').replaceAll('_', ' ')),
    scheme: code('scheme', text('scheme')),
    disposition: text('disposition') ? code('disposition', text('disposition')) : '–',
    zone: text('time_zone'),
    scopes: Array.isArray(detail.scopes) ? detail.scopes.map((scope) => code('scope', String(scope).replace(':', '_'))).join(t('audit.and')) : '',
  };
  const first = t(`audit.${entry.action}` as Key, values);
  const more = extras(entry.action, detail);
  return more.length > 0 ? t('audit.more', { text: first, more: more.join(t('audit.and')) }) : first;
}

/** What a few entries say besides. */
function extras(action: string, detail: Record<string, unknown>): string[] {
  if (action === 'agent_changed') {
    return [detail.role === true ? t('audit.newrole') : '', detail.password === true ? t('audit.newpassword') : ''].filter(Boolean);
  }
  if (action === 'queue_saved' && typeof detail.members === 'number') return [t('audit.members', { n: detail.members })];
  if (action === 'site_day_excepted') return [t(detail.open === true ? 'audit.otherhours' : 'audit.closed')];
  return [];
}
