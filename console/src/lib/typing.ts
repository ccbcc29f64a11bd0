/** Between two signs of one who goes on writing, milliseconds: a little more than what the server takes for too often. */
const EVERY = 4200;

/** Between any two signs, milliseconds: a sign that comes sooner is lost on the server. */
const OFTEN = 1100;

/** When the other side is told that somebody writes: at once, then now and then while they go on. */
export class Pace {
  private told = -EVERY;
  private every = EVERY;

  /** Whether to tell it now; an empty draft is nothing to tell of. */
  due(draft: string, now = performance.now()): boolean {
    if (draft.trim() === '' || now - this.told < this.every) return false;
    [this.told, this.every] = [now, EVERY];
    return true;
  }

  /** It was sent: what is begun next is told as soon as the server takes it. */
  sent(): void {
    this.every = OFTEN;
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
