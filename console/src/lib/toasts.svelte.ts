export interface Toast {
  id: number;
  tone: 'info' | 'good' | 'bad';
  text: string;
  action?: { label: string; run(): void };
}

class Toasts {
  list = $state<Toast[]>([]);
  private next = 1;

  show(tone: Toast['tone'], text: string, action?: Toast['action'], ms = 5000): void {
    const id = this.next++;
    this.list = [...this.list.slice(-3), { id, tone, text, action }];
    setTimeout(() => this.drop(id), action ? Math.max(ms, 9000) : ms);
  }

  drop(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id);
  }
}

export const toasts = new Toasts();
