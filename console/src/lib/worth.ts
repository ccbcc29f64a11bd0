/** What people say of a value; `clear` takes it back. */
export type Say = 'shared' | 'personal' | 'block' | 'clear';
export interface Worth {
  scheme: string;
  /** By its kind, or as declared. */
  class: string;
  declared?: string | null;
}

/** Kinds of values of which something can be said. */
const SCHEMES = ['phone_e164', 'wa_id', 'email', 'crm_id'];

/** What may be said of a value as it stands: agents say who uses it, supervisors block it and take things back. */
export function sayable(worth: Worth, supervises: boolean): Say[] {
  if (!SCHEMES.includes(worth.scheme)) return [];
  const said: Say[] = [];
  if (worth.declared !== 'blocked' || supervises) {
    if (worth.declared !== 'shared') said.push('shared');
    if (worth.declared !== 'personal' && (worth.class === 'SHARED' || worth.declared)) said.push('personal');
  }
  if (supervises && worth.declared !== 'blocked') said.push('block');
  if (supervises && worth.declared) said.push('clear');
  return said;
}
