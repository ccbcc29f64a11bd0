import { tick } from 'svelte';

/** The marked one of a list that narrows as one types: arrows go round, and what is marked is scrolled to. */
export class Choice<T> {
  at = $state(0);

  constructor(
    private readonly list: () => T[],
    /** The id of the element of an option. */
    private readonly element: (one: T) => string,
  ) {}

  get chosen(): T | undefined {
    return this.list()[Math.min(this.at, this.list().length - 1)];
  }

  /** For `aria-activedescendant`. */
  get active(): string | undefined {
    return this.chosen && this.element(this.chosen);
  }

  /** Whether the key was for the list, and was taken: by arrows, or by Enter, which takes the marked one. */
  key(event: KeyboardEvent, take: (one: T | undefined) => void): boolean {
    if (event.isComposing) return false;
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (by === 0 && event.key !== 'Enter') return false;
    event.preventDefault();
    if (by === 0) take(this.chosen);
    else void this.move(by);
    return true;
  }

  async move(by: number): Promise<void> {
    const most = this.list().length;
    this.at = (Math.min(this.at, most - 1) + by + most) % Math.max(1, most);
    await this.show();
  }

  async show(): Promise<void> {
    await tick();
    if (this.active) document.getElementById(this.active)?.scrollIntoView({ block: 'nearest' });
  }
}
