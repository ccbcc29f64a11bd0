/** Milliseconds to wait before try `attempt` (from 1): doubles to a ceiling, with jitter so that clients spread out. */
export function backoff(attempt: number, random: () => number = Math.random, base = 400, ceiling = 15_000): number {
  const step = Math.min(ceiling, base * 2 ** Math.max(0, attempt - 1));
  return Math.round(step * (0.5 + random() / 2));
}
