import type { ChannelKindsQuery } from '../gql/admin/graphql';

export type Kind = ChannelKindsQuery['channelKinds'][number];
export type FieldOf = Kind['fields'][number];
export type Value = string | boolean;
export type Problem = 'required' | 'number' | 'url';

/** A setting as its field shows it: lists a line each. */
export function shown(field: FieldOf, value: unknown): Value {
  if (field.input === 'BOOLEAN') return value === true;
  if (Array.isArray(value)) return value.join('\n');
  return value == null ? '' : String(value);
}

/** What is wrong with a value; null when nothing is. A secret may stay away where Meridian makes it. */
export function problem(field: FieldOf, value: Value): Problem | null {
  if (typeof value === 'boolean') return null;
  const text = value.trim();
  if (text === '') return field.required && !field.generated ? 'required' : null;
  if (field.input === 'NUMBER') return /^-?\d{1,15}$/.test(text) ? null : 'number';
  if (field.input === 'URL') return URL.canParse(text) && /^https?:/i.test(text) ? null : 'url';
  return null;
}

/** What the server is told of a field; null takes it away. */
export function meant(field: FieldOf, value: Value): unknown {
  if (typeof value === 'boolean') return value;
  const text = value.trim();
  if (field.input === 'LIST') {
    const lines = listed(value);
    return lines.length > 0 ? lines : null;
  }
  if (text === '') return null;
  return field.input === 'NUMBER' ? Number(text) : text;
}

export function listed(text: string): string[] {
  return text.split(/[\n,，]/).map((line) => line.trim()).filter(Boolean);
}

/** Settings that differ from what there was. */
export function changedSettings(fields: FieldOf[], values: Record<string, Value>, before: Record<string, unknown>): { name: string; value: unknown }[] {
  return fields
    .filter((field) => !field.secret && field.name in values)
    .filter((field) => values[field.name] !== shown(field, before[field.name]))
    .map((field) => ({ name: field.name, value: meant(field, values[field.name]!) }));
}

/** Secrets that were typed. */
export function givenSecrets(fields: FieldOf[], values: Record<string, Value>): { name: string; value: string }[] {
  return fields
    .filter((field) => field.secret)
    .map((field) => ({ name: field.name, value: String(values[field.name] ?? '').trim() }))
    .filter(({ value }) => value !== '');
}
