/** Between two signs of one who goes on writing, milliseconds: a little more than what the server takes for too often. */
const EVERY = 4200;

/** When the other side is told that somebody writes: at once, then now and then while they go on. */
export class Pace {
  private told = -EVERY;

  /** Whether to tell it now; an empty draft is nothing to tell of. */
  due(draft: string, now = performance.now()): boolean {
    if (draft.trim() === '' || now - this.told < EVERY) return false;
    this.told = now;
    return true;
  }

  /** It was sent: what is begun next is told at once. */
  sent(): void {
    this.told = -EVERY;
  }
}

/** The other side writes: shown until the message comes, or no sign any more. */
export class Writes {
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly show: (on: boolean) => void) {}

  sign(seconds: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.show(false), seconds * 1000);
    this.show(true);
  }

  end(): void {
    clearTimeout(this.timer);
    this.show(false);
  }
}
