import { backoff } from './backoff';
import { passes } from './failed';

/** Parts that are read by name. What could not be read is read again by itself, ever less often, until it comes. */
export class Reads<K extends string> {
  private readonly missing = new Set<K>();
  /** The newest try of each part: what an older one brings says nothing any more. */
  private readonly newest = new Map<K, number>();
  private count = 0;
  private tries = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly parts: Record<K, () => Promise<unknown>>,
    /** Whether something is missing. */
    private readonly told: (missing: boolean) => void,
    private readonly pause: (tries: number) => number = (tries) => backoff(tries, Math.random, 5000, 30_000),
  ) {}

  /** Ends with the first try of each, whatever became of it. */
  async read(...names: K[]): Promise<void> {
    await Promise.all(names.map((name) => this.one(name)));
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.tries = 0;
    this.missing.clear();
    this.newest.clear();
  }

  private async one(name: K): Promise<void> {
    const mine = ++this.count;
    this.newest.set(name, mine);
    const failed = await this.parts[name]().then(
      () => false,
      (error: unknown) => passes(error),
    );
    if (this.newest.get(name) !== mine) return;
    if (failed) this.missing.add(name);
    else this.missing.delete(name);
    this.told(this.missing.size > 0);
    if (this.missing.size === 0) {
      clearTimeout(this.timer);
      this.timer = undefined;
      this.tries = 0;
    } else this.timer ??= setTimeout(() => this.again(), this.pause(++this.tries));
  }

  private again(): void {
    this.timer = undefined;
    void this.read(...this.missing);
  }
}
