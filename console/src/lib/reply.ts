export type Window = { state: 'always' | 'open' } | { state: 'ending'; seconds: number } | { state: 'closed' };

/** From here on the end of the time to answer is worth saying. */
const NEAR = 2 * 3600;

/** How long the provider still takes an answer. */
export function replyWindow(until: string | null | undefined, now: number): Window {
  if (!until) return { state: 'always' };
  const seconds = Math.floor((Date.parse(until) - now) / 1000);
  if (seconds <= 0) return { state: 'closed' };
  return seconds <= NEAR ? { state: 'ending', seconds } : { state: 'open' };
}
