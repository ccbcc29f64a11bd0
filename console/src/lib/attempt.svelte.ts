import { words } from './errors';
import { Failed } from './failed';

interface Trouble {
  text: string;
  field: string | null;
  code: string | null;
}

/**
 * Something asked of the server: whether it is under way, and what was wrong with it, to be shown where it was asked for.
 * With `tell`, what goes wrong is told there instead.
 */
export class Attempt {
  busy = $state(false);
  private wrong = $state.raw<Trouble | null>(null);
  private turn = 0;
  private waits = false;

  constructor(private readonly tell?: (error: unknown) => void) {}

  get trouble(): string | null {
    return this.wrong?.text ?? null;
  }

  /** The field of the input that is meant, as the server or `refuse` names it. */
  get field(): string | null {
    return this.wrong?.field ?? null;
  }

  get code(): string | null {
    return this.wrong?.code ?? null;
  }

  /** What is wrong with one field. */
  at(field: string): string | null {
    return this.field === field ? this.trouble : null;
  }

  clear(): void {
    this.wrong = null;
  }

  /** Says what the server would refuse, before it has to. */
  refuse(text: string, field: string | null = null): null {
    this.wrong = { text, field, code: null };
    return null;
  }

  /** Says what went wrong outside of `run`, as in reading what the dialog offers. */
  fail = (error: unknown): void => {
    if (this.tell) return this.tell(error);
    const { field, code } = error instanceof Failed ? error : { field: null, code: null };
    this.wrong = { text: words(error), field, code };
  };

  /** Whoever turns away while it waits for what comes first leaves it undone; what has begun goes on. */
  leave(): void {
    if (!this.waits) return;
    this.turn += 1;
    [this.waits, this.busy] = [false, false];
  }

  /** Whether it was done, after what has to come `first`. One at a time: a second press while the first is under way does nothing. */
  async run(work: () => Promise<unknown>, first?: () => Promise<unknown>): Promise<boolean> {
    if (this.busy) return false;
    const mine = ++this.turn;
    [this.busy, this.waits] = [true, first !== undefined];
    this.clear();
    try {
      await first?.();
      if (mine !== this.turn) return false;
      this.waits = false;
      await work();
      return true;
    } catch (error) {
      if (mine === this.turn) this.fail(error);
      return false;
    } finally {
      if (mine === this.turn) [this.busy, this.waits] = [false, false];
    }
  }
}
