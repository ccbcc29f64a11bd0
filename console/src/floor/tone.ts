/** How a queue stands. */
export type Tone = 'calm' | 'warn' | 'bad';

/** From this share of what a queue promises on it is worth a look; without a promise from this many seconds on. */
const NEAR = 0.75;
const UNPROMISED = { warn: 60, bad: 180 };

/** By its oldest wait against what it promises: mail that may wait for an hour is no alarm after three minutes. Seconds. */
export function tone(waiting: number, oldest: number, promise: number): Tone {
  if (waiting === 0) return 'calm';
  const { warn, bad } = promise > 0 ? { warn: promise * NEAR, bad: promise } : UNPROMISED;
  return oldest >= bad ? 'bad' : oldest >= warn ? 'warn' : 'calm';
}
