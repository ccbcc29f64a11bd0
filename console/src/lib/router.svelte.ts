/** What is unsaved on the page, and asks before it is left. */
export interface Keeper {
  /** Whether there is anything to lose now. */
  holds(): boolean;
  /** Asks the person; whether the page may be left. */
  ask(): Promise<boolean>;
}

/** A path as a list of parts, kept in step with the address bar. */
class Router {
  parts = $state<string[]>(split(location.pathname));
  keeper: Keeper | null = null;

  constructor() {
    addEventListener('popstate', () => void this.back());
  }

  /** Goes there at once: what a part of the page does by itself, or after it has asked. */
  go(path: string, replace = false): void {
    if (path === location.pathname) return;
    history[replace ? 'replaceState' : 'pushState'](null, '', path);
    this.parts = split(path);
  }

  /** Goes where a person wants to be, unless they would rather keep what is unsaved. */
  async visit(path: string): Promise<boolean> {
    const may = await this.mayLeave();
    if (may) this.go(path);
    return may;
  }

  async mayLeave(): Promise<boolean> {
    return !this.keeper?.holds() || this.keeper.ask();
  }

  /** The browser has gone back or forth already: the page stays where it was while it asks. */
  private async back(): Promise<void> {
    const to = location.pathname;
    if (!this.keeper?.holds()) return void (this.parts = split(to));
    history.pushState(null, '', `/${this.parts.map(encodeURIComponent).join('/')}`);
    if (await this.keeper.ask()) this.go(to);
  }

  get area(): string {
    return this.parts[0] ?? 'inbox';
  }
}

function split(path: string): string[] {
  return path.split('/').filter(Boolean).map(decodeURIComponent);
}

export const router = new Router();
