import { fieldMoment } from '../lib/snooze';

/** A kind as the server takes it, from what was typed; null when it cannot be one. */
export function kindOf(typed: string): string | null {
  const kind = typed.trim().toLowerCase().replace(/\s+/g, '_');
  return /^[a-z0-9._-]{1,64}$/.test(kind) ? kind : null;
}

/** The moment of a field that is over by now; the minute one is in counts. Null when it is none, or is still to come. */
export function past(text: string, zone: string, now: number): number | null {
  const at = fieldMoment(text, zone);
  return at !== null && at <= now + 60_000 ? Math.min(at, now) : null;
}
