import type { Preview, Row } from './types';

/** For how long a customer has been waiting for an answer, and how that stands to what their queue promises. */
export interface Wait {
  since: string;
  seconds: number;
  /** Seconds within which the queue answers; 0 when it promises nothing. */
  promise: number;
  state: 'open' | 'near' | 'over';
}

/** From this share of the promise on it is worth hurrying. */
const NEAR = 0.75;

/**
 * Since when a customer waits: their first words that no colleague has answered. While a bot holds the conversation
 * nobody waits; once it has handed over, what it said last was no answer. `items` in any order.
 */
export function waitsSince(row: Pick<Row, 'lifecycle' | 'owner'>, items: readonly Preview[]): string | null {
  if (row.lifecycle !== 'OPEN' || row.owner === 'BOT') return null;
  const spoken = items.filter((item) => item.kind.toLowerCase() === 'message' && item.actor.kind !== 'bot');
  const answered = Math.max(-1, ...spoken.filter((item) => item.actor.kind !== 'customer').map((item) => item.seq));
  const open = spoken.filter((item) => item.actor.kind === 'customer' && item.seq > answered);
  return open.reduce<Preview | null>((first, item) => (first && first.seq < item.seq ? first : item), null)?.placedAt ?? null;
}

export function waitOf(since: string | null, promise: number, now: number): Wait | null {
  if (since === null) return null;
  const seconds = Math.max(0, (now - Date.parse(since)) / 1000);
  const state = promise > 0 && seconds > promise ? 'over' : promise > 0 && seconds >= promise * NEAR ? 'near' : 'open';
  return { since, seconds, promise, state };
}
