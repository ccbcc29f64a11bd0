import { upload } from './client';
import { words } from './errors';
import { refusal, sizeText, type Can, type Refusal, type Sent } from './files';
import { code, t } from './i18n/index.svelte';
import { uuid } from './ids';

export interface Waiting {
  key: string;
  name: string;
  size: number;
  /** Why it does not go; it is under way while there is none. */
  why?: string;
}

/** Why a file cannot go, and what helps, in words. */
export function refusedWords(why: Refusal, channel: string): string {
  const on = code('channel', channel);
  if (why.why === 'none') return t('file.none', { channel: on });
  if (why.why === 'kind') return t('file.kind', { channel: on, kind: code('media', why.kind) });
  if (why.why === 'size') return t('file.size', { channel: on, most: sizeText(why.most) });
  return t(why.why === 'empty' ? 'file.empty' : 'file.count');
}

/** Files of one conversation on their way to the server, whether it is open or not. */
export class Uploads {
  list = $state.raw<Waiting[]>([]);
  private line: Promise<void> = Promise.resolve();
  private readonly stops = new Map<string, AbortController>();

  constructor(
    private readonly done: (file: Sent) => void,
    private readonly failed: (name: string) => void,
  ) {}

  get busy(): boolean {
    return this.list.some((file) => file.why === undefined);
  }

  take(files: Iterable<File>, already: number, can: Can | undefined, channel: string): void {
    for (const file of files) {
      const why = refusal(file, already + this.list.filter((other) => other.why === undefined).length, can);
      const waiting: Waiting = { key: uuid(), name: file.name, size: file.size, why: why ? refusedWords(why, channel) : undefined };
      this.list = [...this.list, waiting];
      // One after the other: they stand in the message in the order in which they were chosen.
      if (!why) this.line = this.line.then(() => this.carry(waiting, file));
    }
  }

  drop(key: string): void {
    this.stops.get(key)?.abort();
    this.list = this.list.filter((file) => file.key !== key);
  }

  /** What was refused has been seen. */
  clear(): void {
    this.list = this.list.filter((file) => file.why === undefined);
  }

  /** Nothing of it is wanted any more. */
  stop(): void {
    for (const { key } of this.list) this.drop(key);
  }

  private async carry({ key, name, size }: Waiting, file: File): Promise<void> {
    if (!this.list.some((other) => other.key === key)) return;
    const stop = new AbortController();
    this.stops.set(key, stop);
    try {
      const id = await upload(file, stop.signal);
      if (!this.list.some((other) => other.key === key)) return;
      this.drop(key);
      this.done({ id, name, size, type: file.type });
    } catch (error) {
      // Whoever took it away knows.
      if (!this.list.some((other) => other.key === key)) return;
      this.list = this.list.map((other) => (other.key === key ? { ...other, why: words(error) } : other));
      this.failed(name);
    } finally {
      this.stops.delete(key);
    }
  }
}
