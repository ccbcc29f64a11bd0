export interface Action {
  label: string;
  run(): void;
}

export interface Toast {
  id: number;
  tone: 'info' | 'good' | 'bad';
  text: string;
  actions: Action[];
  /** When it goes by itself; what is to last has no end. */
  until: number;
}

/** What was held stays for this long at least after the pointer or the focus has left it, milliseconds. */
const REST = 4000;

class Toasts {
  list = $state<Toast[]>([]);
  private next = 1;
  private readonly timers = new Map<number, ReturnType<typeof setTimeout>>();

  show(tone: Toast['tone'], text: string, action: Action | Action[] = [], ms = 5000): number {
    const actions = [action].flat();
    const id = this.next++;
    const stays = actions.length > 0 ? Math.max(ms, 9000) : ms;
    // The oldest give way, but for what lasts.
    const passing = this.list.filter((toast) => toast.until !== Infinity).slice(-3);
    this.list = [...this.list.filter((toast) => toast.until === Infinity || passing.includes(toast)), { id, tone, text, actions, until: Date.now() + stays }];
    this.end(id, stays);
    return id;
  }

  /** Nothing goes while somebody is at it. */
  hold(on: boolean): void {
    for (const { id, until } of this.list) on ? clearTimeout(this.timers.get(id)) : this.end(id, Math.max(REST, until - Date.now()));
  }

  private end(id: number, ms: number): void {
    clearTimeout(this.timers.get(id));
    if (ms !== Infinity) this.timers.set(id, setTimeout(() => this.drop(id), ms));
  }

  drop(id: number): void {
    clearTimeout(this.timers.get(id));
    this.timers.delete(id);
    this.list = this.list.filter((toast) => toast.id !== id);
  }
}

export const toasts = new Toasts();
