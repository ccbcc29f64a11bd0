import { ConversationDocument, ConversationLiveDocument, TimelineDocument } from '../gql/graphql';
import { ask, follow } from './client';
import { KeysetList } from './keyset';
import { bare } from './ids';
import { newer } from './lists';
import type { Stream } from './stream';
import type { Change, Detail, Drafted, Item, Row } from './types';
import { Writes } from './typing';
import { unique } from './unique';

const PAGE = 40;
/** The timeline of a conversation that is not there. */
const NOTHING = { nodes: [], pageInfo: { hasNextPage: false } };
/** Between two tries to read what could not be read, milliseconds. */
const RETRY = 4000;

/** One conversation on the screen: its facts and as much of its timeline as was scrolled to. */
export class Timeline {
  detail = $state.raw<Detail | null>(null);
  /** Only what the list knew is here: enough to answer, not enough for the card. */
  partial = $state(false);
  missing = $state(false);
  /** It could not be read, and is tried again by itself. */
  failed = $state(false);
  /** Oldest first, as it is read. */
  items = $state.raw<Item[]>([]);
  more = $state(false);
  loaded = $state(false);
  loading = $state(false);
  /** The draft of a reply that was told of last. */
  draft = $state.raw<Drafted | null>(null);
  /** The customer writes just now. */
  writing = $state(false);
  private readonly writes = new Writes((on) => (this.writing = on));
  private readonly list = new KeysetList<Item>((a, b) => b.seq - a.seq, newer);
  private stream: Stream<Change> | null = null;
  private reading: Promise<void> = Promise.resolve();
  private again: ReturnType<typeof setTimeout> | undefined;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private stopped = false;

  constructor(
    readonly id: string,
    known: Row | null = null,
  ) {
    if (!known) return;
    const customer = known.customer ? { ...known.customer, mergedIntoId: null, identities: [], links: [] } : null;
    this.detail = { ...known, customer, handoffs: [], workItems: [], consults: [], scheduledWork: [] } as unknown as Detail;
    this.partial = true;
  }

  start(): void {
    this.stream = follow<Change>(ConversationLiveDocument as never, { id: this.id }, {
      change: (change) => this.hear(change),
      // Messages may have gone to somebody else: nothing read before stays, however far back.
      resync: () => {
        this.list.forget();
        void this.read();
      },
    });
  }

  stop(): void {
    this.stream?.stop();
    this.writes.end();
    this.stopped = true;
    clearTimeout(this.again);
    clearTimeout(this.retry);
  }

  async read(): Promise<void> {
    clearTimeout(this.retry);
    this.reading = this.readNewest();
    await Promise.all([this.readDetail(), this.reading]);
    const whole = this.list.loaded && (this.missing || (this.detail !== null && !this.partial));
    this.failed = !whole;
    if (!whole && !this.stopped) this.retry = setTimeout(() => void this.read(), RETRY);
  }

  async readDetail(): Promise<void> {
    try {
      const { conversation } = await ask(ConversationDocument, { id: this.id });
      // An answer that was under way when the conversation changed.
      if (conversation && this.detail && conversation.version < this.detail.version) return this.soon();
      this.detail = conversation ?? null;
      [this.missing, this.partial] = [!conversation, false];
    } catch {
      // Read again with the rest, or with the next change.
    }
  }

  async older(): Promise<void> {
    if (!this.list.more || this.loading) return;
    this.loading = true;
    try {
      const asked = this.list.mark();
      const answer = await ask(TimelineDocument, { id: this.id, first: PAGE, after: this.list.cursor });
      if (answer.conversation && this.list.append(answer.conversation.timeline, asked)) this.publish();
    } finally {
      this.loading = false;
    }
  }

  /** Reads back until an item is here and gives its id; null when it is not in this conversation. */
  async reach(item: string): Promise<string | null> {
    const find = (): string | undefined => this.list.rows.find((row) => bare(row.id) === bare(item))?.id;
    await this.reading;
    for (let page = 0; page < 25 && !find() && this.list.more; page++) {
      await this.older();
      // All may be read anew meanwhile.
      await this.reading;
    }
    return find() ?? null;
  }

  put(item: Item): void {
    this.list.apply(item, true);
    this.publish();
  }

  private async readNewest(): Promise<void> {
    try {
      const asked = this.list.mark();
      const answer = await ask(TimelineDocument, { id: this.id, first: PAGE });
      // What was asked for before all was forgotten is asked for anew already.
      if (!this.list.reset(answer.conversation?.timeline ?? NOTHING, asked)) return this.reading;
      this.loaded = true;
      this.publish();
    } catch {
      // An empty conversation is not what it is.
    }
  }

  /** A change, of this stream or of the desk's. */
  hear(change: Change): void {
    if (change.__typename === 'TypingChange' && change.by === 'customer') this.writes.sign(change.seconds);
    if (change.__typename === 'ReplyDraftChange') this.draft = change.replyDraft;
    if (change.__typename === 'ItemChange' && change.item.conversationId === this.id) {
      if (change.item.actor.kind === 'customer' && !this.list.get(change.item.id)) this.writes.end();
      this.put(change.item);
      // A hand-off, a decision or a change of hands says more than its item does.
      // A message of the customer opens the time to answer anew.
      if (change.item.kind.toLowerCase() !== 'message' || change.item.actor.kind === 'customer') this.soon();
    }
    if (change.__typename === 'ConversationChange' && this.detail && change.conversation.id === this.id) {
      if (change.conversation.version >= this.detail.version) {
        const { sessions, customer } = this.detail;
        // What a channel can do is read with the whole; a change brings only who is there.
        const merged = change.conversation.sessions.map((session) => ({ ...sessions.find((other) => other.id === session.id), ...session }));
        this.detail = { ...this.detail, ...change.conversation, customer, sessions: merged as Detail['sessions'] };
      }
      this.soon();
    }
    if (change.__typename === 'CustomerChange' || change.__typename === 'Resync') this.soon();
  }

  private soon(): void {
    clearTimeout(this.again);
    this.again = setTimeout(() => void this.readDetail(), 250);
  }

  /** While all is read anew what stood stays on the screen, with what comes meanwhile. */
  private publish(): void {
    if (this.list.loaded) [this.items, this.more] = [this.list.rows.toReversed(), this.list.more];
    else this.items = unique([...this.list.rows, ...this.items], ({ id }) => id).sort((a, b) => a.seq - b.seq);
  }
}
