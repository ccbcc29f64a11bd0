import { Skew } from './countdown';

/** Time as the screen shows it: ticks once a second, on the server's clock. */
class Clock {
  local = $state(Date.now());
  skew = $state(0);
  private readonly estimate = new Skew();

  constructor() {
    setInterval(() => (this.local = Date.now()), 1000);
  }

  get now(): number {
    return this.local + this.skew;
  }

  note(serverTime: string, sentAt: number): void {
    this.estimate.note(serverTime, sentAt, Date.now());
    this.skew = this.estimate.value;
  }
}

export const clock = new Clock();
