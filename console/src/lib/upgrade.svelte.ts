import { entryOf } from './version';

/** Between two looks, unless something says that the server was away. */
const LOOK = 5 * 60_000;
const SOON = 20_000;

/** Tells when the server carries another build than the one that runs in this tab. */
class Upgrade {
  /** The other build is there and nobody has said "later" to it. */
  ready = $state(false);
  private readonly own = entryOf(document.documentElement.outerHTML);
  private put: string | null = null;
  private seen: string | null = null;
  private looked = 0;

  start(): () => void {
    const look = (): void => void this.look(LOOK);
    const back = (): void => void (!document.hidden && this.look(SOON));
    const timer = setInterval(look, LOOK);
    document.addEventListener('visibilitychange', back);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', back);
    };
  }

  /** The server was away and is back: the likeliest moment of an upgrade. */
  returned(): void {
    void this.look(SOON);
  }

  later(): void {
    [this.put, this.ready] = [this.seen, false];
  }

  private async look(apart: number): Promise<void> {
    if (!this.own || Date.now() - this.looked < apart - 1000) return;
    this.looked = Date.now();
    try {
      const answer = await fetch('/', { headers: { accept: 'text/html' }, cache: 'no-store' });
      if (!answer.ok) return;
      this.seen = entryOf(await answer.text());
      this.ready = this.seen !== null && this.seen !== this.own && this.seen !== this.put;
    } catch {
      // Away: it is looked again when the connection is back.
    }
  }
}

export const upgrade = new Upgrade();
