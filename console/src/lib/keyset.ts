/** What a keyset list is ordered by: the sort key first, the id where keys are equal. */
export interface Keyed {
  id: string;
}

export interface Page<T> {
  nodes: T[];
  pageInfo: { hasNextPage: boolean; endCursor?: string | null };
}

/**
 * A list that is read page by page and changes under live updates. Rows are kept once, in order, whatever comes in
 * which way: a row that moves to the top is not shown again by an older page, and a live row from below what has been
 * read waits for its page.
 */
export class KeysetList<T extends Keyed> {
  rows: T[] = [];
  more = false;
  cursor: string | null = null;
  loaded = false;
  private readonly byId = new Map<string, T>();
  private floor: T | null = null;
  private time = 0;
  /** When all was forgotten last: what was asked for before that is not to be trusted either. */
  private anew = 0;
  /** When a row last came, changed or left by itself. */
  private readonly touched = new Map<string, number>();

  constructor(
    /** Negative when `a` comes first. */
    private readonly order: (a: T, b: T) => number,
    /** True when `next` is at least as new as `old`, so that late answers never undo live updates. */
    private readonly fresher: (next: T, old: T) => boolean = () => true,
  ) {}

  /** To be taken before a page is asked for: what happens from here on is newer than the page. */
  mark(): number {
    return this.time;
  }

  /** What was read so far is not to be trusted, nor a page that is under way: the next first page stands alone. */
  forget(): void {
    this.byId.clear();
    this.touched.clear();
    this.floor = null;
    [this.more, this.cursor, this.loaded] = [false, null, false];
    this.anew = ++this.time;
    this.settle();
  }

  /** The first page, read again: rows above its end that it does not name have left the list. Whether it was taken. */
  reset(page: Page<T>, asked = this.time): boolean {
    if (asked < this.anew) return false;
    const last = page.nodes.at(-1);
    const named = new Set(page.nodes.map((node) => node.id));
    for (const row of [...this.byId.values()]) {
      const covered = !page.pageInfo.hasNextPage || (last !== undefined && this.order(row, last) <= 0);
      if (covered && !named.has(row.id) && !this.since(row.id, asked)) this.byId.delete(row.id);
    }
    this.take(page, asked);
    const deeper = this.floor && last && this.order(last, this.floor) < 0 && page.pageInfo.hasNextPage;
    if (!deeper) {
      this.floor = last ?? null;
      this.more = page.pageInfo.hasNextPage;
      this.cursor = page.pageInfo.endCursor ?? null;
      // What came by itself from below waits for its page.
      if (last && this.more) for (const row of [...this.byId.values()]) if (this.order(row, last) > 0) this.byId.delete(row.id);
    }
    this.loaded = true;
    this.settle();
    return true;
  }

  /** The next page. Whether it was taken. */
  append(page: Page<T>, asked = this.time): boolean {
    if (asked < this.anew) return false;
    this.take(page, asked);
    this.floor = page.nodes.at(-1) ?? this.floor;
    this.more = page.pageInfo.hasNextPage;
    this.cursor = page.pageInfo.endCursor ?? this.cursor;
    this.settle();
    return true;
  }

  /** A row came, changed or left. */
  apply(row: T, belongs: boolean): void {
    if (belongs && !this.byId.has(row.id) && this.more && this.floor && this.order(row, this.floor) > 0) return;
    this.touch(row.id);
    if (belongs) this.put(row);
    else this.byId.delete(row.id);
    this.settle();
  }

  /** Changes a row in place, if it is here. */
  patch(id: string, change: (row: T) => T): void {
    const row = this.byId.get(id);
    if (!row) return;
    this.touch(id);
    this.byId.set(id, change(row));
    this.settle();
  }

  get(id: string): T | undefined {
    return this.byId.get(id);
  }

  private touch(id: string): void {
    this.touched.set(id, ++this.time);
  }

  private since(id: string, asked: number): boolean {
    return (this.touched.get(id) ?? 0) > asked;
  }

  /** A page that was under way when a row left does not bring it back. */
  private take(page: Page<T>, asked: number): void {
    for (const node of page.nodes) if (this.byId.has(node.id) || !this.since(node.id, asked)) this.put(node);
  }

  private put(row: T): void {
    const old = this.byId.get(row.id);
    if (!old || this.fresher(row, old)) this.byId.set(row.id, row);
  }

  private settle(): void {
    this.rows = [...this.byId.values()].sort(this.order);
  }
}
