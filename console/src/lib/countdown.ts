/** What is left of an offer. */
export interface Left {
  seconds: number;
  /** 1 when it was made, 0 when it ends. */
  share: number;
  over: boolean;
}

/** Counts on the server's clock: `skew` is what the server's clock is ahead of ours, in milliseconds. */
export function left(createdAt: string, expiresAt: string, now: number, skew: number): Left {
  const [from, until, at] = [Date.parse(createdAt), Date.parse(expiresAt), now + skew];
  const rest = Math.max(0, until - at);
  const whole = Math.max(1, until - from);
  return { seconds: Math.ceil(Math.min(rest, whole) / 1000), share: Math.min(1, rest / whole), over: rest <= 0 };
}

/**
 * Keeps the best estimate of the skew. An answer that took `roundTrip` says it to within half of that, so short trips
 * win; older estimates age by a second a minute, or a clock that is set would never be believed again.
 */
export class Skew {
  value = 0;
  private error = Number.POSITIVE_INFINITY;
  private at = 0;

  note(serverTime: string, sentAt: number, receivedAt: number): void {
    const server = Date.parse(serverTime);
    if (Number.isNaN(server)) return;
    const error = Math.max(1, (receivedAt - sentAt) / 2);
    const aged = this.error + ((receivedAt - this.at) / 60_000) * 1000;
    if (error > aged) return;
    this.value = server - (sentAt + receivedAt) / 2;
    this.error = error;
    this.at = receivedAt;
  }
}
