import { Failed } from './failed';
import { words } from './errors';

/** What is wrong with a value, in words; null when nothing is. */
export type Check<T> = (values: T) => string | null;
export type Checks<T> = { [K in keyof T & string]?: Check<T> };

/**
 * Values that are edited, checked as the person leaves a field, and sent as one. What the server refuses stands at the
 * field it names until its value changes; everything else stands at the foot of the form.
 */
export class Form<T extends object> {
  values = $state() as T;
  general = $state<string | null>(null);
  busy = $state(false);
  /** Somebody has tried to save: everything wrong is shown. */
  tried = $state(false);
  private left = $state<Record<string, boolean>>({});
  private refused = $state.raw<Record<string, { value: string; text: string }>>({});
  private kept = $state('');

  constructor(
    initial: T,
    private readonly checks: Checks<T>,
    private readonly send: (values: T) => Promise<void>,
  ) {
    this.values = initial;
    this.kept = JSON.stringify(initial);
  }

  get dirty(): boolean {
    return JSON.stringify(this.values) !== this.kept;
  }

  leave(field: keyof T & string): void {
    this.left[field] = true;
  }

  problem(field: keyof T & string): string | null {
    const refused = this.refused[field];
    if (refused && refused.value === JSON.stringify(this.values[field])) return refused.text;
    return this.tried || this.left[field] ? this.wrong(field) : null;
  }

  /** What the server said of a place inside a field, as `lenders.1.queueId`, until the field changes. */
  at(place: string): string | null {
    const refused = this.refused[place];
    return refused && refused.value === JSON.stringify((this.values as Record<string, unknown>)[place.split('.')[0]!]) ? refused.text : null;
  }

  /** Whether it was sent and taken. */
  async save(): Promise<boolean> {
    if (this.busy) return false;
    this.tried = true;
    this.general = null;
    if (Object.keys(this.checks).some((field) => this.wrong(field as keyof T & string))) return false;
    this.busy = true;
    try {
      await this.send($state.snapshot(this.values) as T);
      this.kept = JSON.stringify(this.values);
      return true;
    } catch (error) {
      this.refuse(error);
      return false;
    } finally {
      this.busy = false;
    }
  }

  private wrong(field: keyof T & string): string | null {
    return this.checks[field]?.(this.values) ?? null;
  }

  private refuse(error: unknown): void {
    const field = error instanceof Failed ? error.field : null;
    const whole = field?.split('.')[0];
    if (field && whole && whole in this.values) {
      const value = JSON.stringify((this.values as Record<string, unknown>)[whole]);
      this.refused = { ...this.refused, [field]: { value, text: words(error) } };
    } else this.general = words(error);
  }
}
