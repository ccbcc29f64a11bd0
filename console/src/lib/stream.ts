import { backoff } from './backoff';

/** Where a live stream stands. */
export type StreamState = 'idle' | 'connecting' | 'live' | 'waiting' | 'stopped';

/** One event, as every subscription of the contract gives it. */
export interface Event<C> {
  cursor: string;
  change: C;
}

export interface Source<C> {
  /** Opens the subscription after a cursor; returns how to close it. */
  open(
    resumeAfter: string | null,
    on: { event(event: Event<C>): void; end(error?: unknown): void },
  ): () => void;
}

export interface Handlers<C> {
  change(change: C): void;
  /** Read everything (again): the stream stands and replays nothing from before, or cannot replay what was missed. */
  resync(): void;
  state?(state: StreamState): void;
}

interface Timers {
  set(run: () => void, ms: number): unknown;
  clear(timer: unknown): void;
}

const clock: Timers = { set: (run, ms) => setTimeout(run, ms), clear: (timer) => clearTimeout(timer as number) };

/**
 * Follows a subscription for as long as it is wanted. It remembers the cursor of the last event, so that after a
 * break nothing is missed and nothing is shown twice; a cursor that is too old asks for a fresh read.
 */
export class Stream<C extends { __typename?: string }> {
  state: StreamState = 'idle';
  cursor: string | null = null;
  private attempt = 0;
  private generation = 0;
  private close: (() => void) | null = null;
  private timer: unknown = null;

  constructor(
    private readonly source: Source<C>,
    private readonly on: Handlers<C>,
    private readonly timers: Timers = clock,
    private readonly random: () => number = Math.random,
  ) {}

  start(): void {
    if (this.state === 'idle' || this.state === 'stopped') this.connect();
  }

  stop(): void {
    this.drop();
    this.enter('stopped');
  }

  /** The network is back or the person looks again: no reason to wait any longer. */
  hurry(): void {
    if (this.state !== 'waiting') return;
    this.attempt = 0;
    this.connect();
  }

  private connect(): void {
    this.drop();
    this.enter('connecting');
    const mine = this.generation;
    let ended = false;
    const close = this.source.open(this.cursor, {
      event: (event) => {
        if (mine === this.generation) this.received(event);
      },
      end: () => {
        ended = true;
        if (mine === this.generation) this.wait();
      },
    });
    if (ended || mine !== this.generation) close();
    else this.close = close;
  }

  private received(event: Event<C>): void {
    this.attempt = 0;
    // Signs have no place of their own: their cursor is that of the event before.
    const known = this.cursor === event.cursor && !['Resync', 'TypingChange'].includes(event.change.__typename ?? '');
    const first = this.cursor === null;
    this.cursor = event.cursor;
    this.enter('live');
    // Whoever reads only before this moment misses what happened between the two.
    if (event.change.__typename === 'Resync' || (event.change.__typename === 'Ready' && first)) this.on.resync();
    else if (event.change.__typename !== 'Ready' && !known) this.on.change(event.change);
  }

  private wait(): void {
    this.drop();
    this.enter('waiting');
    this.attempt += 1;
    this.timer = this.timers.set(() => this.connect(), backoff(this.attempt, this.random));
  }

  private drop(): void {
    this.generation += 1;
    if (this.timer !== null) this.timers.clear(this.timer);
    this.timer = null;
    const close = this.close;
    this.close = null;
    close?.();
  }

  private enter(state: StreamState): void {
    if (state === this.state) return;
    this.state = state;
    this.on.state?.(state);
  }
}
