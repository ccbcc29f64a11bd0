/** A path as a list of parts, kept in step with the address bar. */
class Router {
  parts = $state<string[]>(split(location.pathname));

  constructor() {
    addEventListener('popstate', () => (this.parts = split(location.pathname)));
  }

  go(path: string, replace = false): void {
    if (path === location.pathname) return;
    history[replace ? 'replaceState' : 'pushState'](null, '', path);
    this.parts = split(path);
  }

  get area(): string {
    return this.parts[0] ?? 'inbox';
  }
}

function split(path: string): string[] {
  return path.split('/').filter(Boolean).map(decodeURIComponent);
}

export const router = new Router();
