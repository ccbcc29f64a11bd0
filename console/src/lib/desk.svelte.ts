import {
  ConversationsDocument,
  InboxDocument,
  MessageSendDocument,
  NoteAddDocument,
  OfferAcceptDocument,
  OfferDeclineDocument,
  PresenceSetDocument,
  PromisesDocument,
  QueuesDocument,
  SignOutDocument,
  ViewerDocument,
  type PresenceState,
  type QueuesQuery,
  type WorkCodeKind,
} from '../gql/graphql';
import { act, ask, follow } from './client';
import { Failed } from './failed';
import { clock } from './clock.svelte';
import { Drafts, withFile, written, type Draft } from './drafts';
import { complain, words } from './errors';
import type { Sent } from './files';
import { code, i18n, t } from './i18n/index.svelte';
import { belongs, conversationList, type View, withItem, withPreview } from './lists';
import { names } from './names.svelte';
import { pending, type Told } from './offers';
import { notices } from './notices.svelte';
import { Outbox, type Outgoing, type Tried } from './outbox';
import { prefs } from './prefs.svelte';
import { Reads } from './reads';
import { router } from './router.svelte';
import { session } from './session.svelte';
import { chime } from './sound';
import type { Stream, StreamState } from './stream';
import { toasts } from './toasts.svelte';
import { Uploads } from './uploads.svelte';
import { isZone } from './zones';
import type { Agent, Change, Item, Listed, Offer, Person, Row, Viewer } from './types';

const PAGE = 30;
/** Between two reads of a list that others change: their changes are not pushed to us. */
const LOOK = 10_000;

type Listener = (change: Change) => void;

/** The field of a conversation that is open. */
interface Editor {
  /** Takes back words that were refused. */
  edit(out: Outgoing): void;
  attach(file: Sent): void;
}

/** What the signed-in person has on the desk. */
class Desk {
  viewer = $state.raw<Viewer | null>(null);
  me = $state.raw<Agent | null>(null);
  offers = $state.raw<Offer[]>([]);
  /** What is told while the viewer is read: newer than what the answer will say. */
  private reading = new Set<Told>();
  rows = $state.raw<Listed[]>([]);
  more = $state(false);
  loaded = $state(false);
  failed = $state(false);
  loading = $state(false);
  view = $state<View>('MINE');
  queue = $state<string | null>(null);
  /** `asks`: no offer of theirs is declined without a reason. */
  queues = $state.raw<{ id: string; name: string; waiting: number; asks: boolean }[]>([]);
  #codes = $state.raw<QueuesQuery['workCodes']>([]);
  /** Seconds within which a queue answers, by its id; for those that promise something. */
  promises = $state.raw<Record<string, number>>({});
  live = $state<StreamState>('idle');
  /** Something could not be read and is read again: what is shown may be old. */
  behind = $state(false);
  /** Alerts of the floor that nobody has looked at. */
  alarms = $state(0);
  /** The offer that is being accepted, and the conversation behind it. */
  accepting = $state.raw<{ offer: string; conversation?: string } | null>(null);
  /** The offer whose reasons to decline are shown. */
  declining = $state<string | null>(null);
  /** Words on their way out, oldest first. */
  outgoing = $state.raw<Outgoing[]>([]);
  /** Conversations whose draft was touched in this tab: whether there is one now. */
  drafted = $state<Record<string, boolean>>({});
  /** Ends with the answer to the last accept; what only the holder may do waits for it. */
  acceptance: Promise<unknown> = Promise.resolve();
  drafts = new Drafts(sessionStorage, session.tokens?.agent ?? '');
  outbox = this.makeOutbox();
  private readonly editors = new Map<string, Editor>();
  private readonly uploading = new Map<string, Uploads>();
  /** Toasts of what failed in conversations that were not open, by conversation. */
  private readonly failures = new Map<string, number>();
  private readonly reads = new Reads(
    {
      viewer: () => this.readViewer(),
      list: () => this.readRows(),
      queues: () => this.readQueues(),
      promises: () => this.readPromises(),
    },
    (missing) => {
      const back = this.behind && !missing;
      this.behind = missing;
      // Whoever listens may have failed to read as well.
      if (back) this.resync();
    },
  );
  private taken: Row | null = null;
  private choosing: Promise<void> = Promise.resolve();
  private chosen = 0;
  private list = conversationList();
  private stream: Stream<Change> | null = null;
  private ticket = 0;
  private timer: ReturnType<typeof setInterval> | undefined;
  private soon: ReturnType<typeof setTimeout> | undefined;
  private readonly listeners = new Set<Listener>();

  may(permission: string): boolean {
    return this.viewer?.permissions.includes(permission) ?? false;
  }

  async start(): Promise<void> {
    this.drafts = new Drafts(sessionStorage, session.tokens?.agent ?? '');
    this.drafted = {};
    this.outbox = this.makeOutbox();
    await this.readViewer();
    this.outbox.resume();
    if (this.me && this.may('work:handle')) {
      this.stream = follow<Change>(InboxDocument as never, {}, {
        change: (change) => this.changed(change),
        resync: () => void this.readAll(),
        state: (state) => {
          this.live = state;
          if (state === 'live') this.outbox.hurry();
        },
      });
    }
    this.timer = setInterval(() => this.look(), LOOK);
    void this.reads.read('queues', 'promises');
  }

  stop(): void {
    this.stream?.stop();
    clearInterval(this.timer);
    clearTimeout(this.soon);
    this.reads.stop();
    names.stop();
    for (const uploads of this.uploading.values()) uploads.stop();
    this.uploading.clear();
    for (const conversation of [...this.failures.keys()]) this.seen(conversation);
    [this.viewer, this.me, this.taken, this.offers, this.rows] = [null, null, null, [], []];
    this.list = conversationList();
    [this.loaded, this.live, this.behind, this.alarms] = [false, 'idle', false, 0];
  }

  async signOut(): Promise<void> {
    if (!session.expired) await act(SignOutDocument, {}).catch(() => undefined);
    this.stop();
    session.forget();
    router.go('/inbox');
  }

  /** Hears every change of the inbox subscription. */
  hear(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async show(view: View, queue: string | null = null): Promise<void> {
    if (this.loaded && view === this.view && queue === this.queue) return;
    [this.view, this.queue, this.loaded, this.failed] = [view, queue, false, false];
    this.list = conversationList();
    this.publish();
    await this.readList();
  }

  readList(): Promise<void> {
    return this.reads.read('list');
  }

  private async readRows(): Promise<void> {
    const mine = ++this.ticket;
    try {
      const variables = { view: this.view, queueId: this.view === 'QUEUE' ? this.queue : null, first: PAGE };
      const asked = this.list.mark();
      const page = (await ask(ConversationsDocument, variables)).conversations;
      if (mine !== this.ticket) return;
      this.list.reset(page, asked);
      [this.loaded, this.failed] = [true, false];
      this.publish();
    } catch (error) {
      if (mine === this.ticket) this.failed = !this.loaded;
      throw error;
    }
  }

  async readMore(): Promise<void> {
    if (!this.list.more || this.loading) return;
    this.loading = true;
    const mine = this.ticket;
    try {
      const queueId = this.view === 'QUEUE' ? this.queue : null;
      const asked = this.list.mark();
      const page = (
        await ask(ConversationsDocument, { view: this.view, queueId, first: PAGE, after: this.list.cursor })
      ).conversations;
      if (mine === this.ticket) this.list.append(page, asked);
      this.publish();
    } catch (error) {
      complain(error);
    } finally {
      this.loading = false;
    }
  }

  async accept(offer: Offer): Promise<void> {
    // A second press is meant for the same offer, never for the one below it.
    if (this.accepting || (router.keeper?.holds() && !(await router.keeper.ask()))) return;
    const [from, conversation] = [location.pathname, offer.conversation];
    this.accepting = { offer: offer.id, conversation: conversation?.id };
    // The desk turns to the customer at once: what is typed now is meant for them. It goes out after the server agreed.
    if (conversation && this.me) {
      this.taken = { ...conversation, owner: 'AGENT', assignee: this.me };
      router.go(`${this.base}/${conversation.id}`);
    }
    const asked = act(OfferAcceptDocument, { input: { offerId: offer.id } }, `accept-${offer.id}`);
    this.acceptance = asked.catch(() => undefined);
    this.dropOffer(offer.id);
    try {
      const row = (await asked).offerAccept.conversation;
      if (row) {
        this.taken = row;
        this.list.apply(withPreview(row, this.list.get(row.id), conversation?.timeline.nodes), this.holds(row));
        this.put(row);
        if (!conversation) router.go(`${this.base}/${row.id}`);
      }
    } catch (error) {
      if (router.parts.at(-1) === conversation?.id) router.go(from, true);
      if (error instanceof Failed && error.code === 'OFFER_GONE') {
        toasts.show('info', t('offer.gone'));
      } else {
        this.offered(offer);
        complain(error);
      }
    } finally {
      this.accepting = null;
    }
  }

  /** Codes that can be chosen for work of a queue. */
  codes(kind: WorkCodeKind, queue?: string | null): { id: string; name: string }[] {
    const here = this.#codes.filter((one) => one.kind === kind && (!one.queueIds.length || one.queueIds.includes(queue ?? '')));
    return here.map(({ id, name, nameZh }) => ({ id, name: (i18n.lang === 'zh' && nameZh) || name }));
  }

  /** Lets an offer pass: at once, or by one of the reasons of its queue. */
  pass(offer: Offer): void {
    if (this.codes('DECLINE', offer.conversation?.queueId).length > 0) this.declining = offer.id;
    else void this.decline(offer);
  }

  async decline(offer: Offer, workCodeId?: string): Promise<void> {
    this.declining = null;
    this.dropOffer(offer.id);
    await act(OfferDeclineDocument, { input: { offerId: offer.id, workCodeId } }).catch((error) => {
      if (error instanceof Failed && error.code === 'OFFER_GONE') return;
      this.offered(offer);
      complain(error);
    });
  }

  async setPresence(state: PresenceState, reason = ''): Promise<void> {
    const [before, mine] = [this.me, ++this.chosen];
    if (before) this.me = { ...before, state, stateReason: reason, stateForcedById: null, stateSince: new Date(clock.now).toISOString() };
    // One after the other, and of several in a row the last alone: what was chosen last is what stands.
    const earlier = this.choosing;
    this.choosing = (async () => {
      await earlier;
      if (mine !== this.chosen) return;
      try {
        const done = await act(PresenceSetDocument, { input: { state, reason } });
        if (done.presenceSet.agent && mine === this.chosen) this.me = done.presenceSet.agent;
      } catch (error) {
        if (mine === this.chosen) this.me = before;
        complain(error);
      }
    })();
    await this.choosing;
  }

  /** A conversation that this tab changed itself: whoever shows it need not wait for the stream. */
  put(row: Row): void {
    this.changed({ __typename: 'ConversationChange', conversation: row });
  }

  /** A message that this tab changed itself. */
  said(item: Item): void {
    this.changed({ __typename: 'ItemChange', item });
  }

  /** What is known of a conversation before it is read. */
  known(id: string): Row | null {
    return this.taken?.id === id ? this.taken : (this.list.get(id) ?? null);
  }

  keep(conversation: string, draft: Draft): void {
    this.drafts.write(conversation, draft);
    const some = written(draft);
    if (this.drafted[conversation] !== some) this.drafted[conversation] = some;
  }

  /** Words that were refused go back to where they can be changed. */
  edit(key: string): void {
    const out = this.outbox.take(key);
    if (out) this.editors.get(out.conversation)?.edit(out);
  }

  /** The field of a conversation is there, and with it what failed meanwhile is seen; the result takes it away. */
  onedit(conversation: string, editor: Editor): () => void {
    this.editors.set(conversation, editor);
    this.seen(conversation);
    return () => {
      if (this.editors.get(conversation) === editor) this.editors.delete(conversation);
    };
  }

  /** Files on their way in a conversation; they go on while another one is open. */
  uploads(conversation: string): Uploads {
    const known = this.uploading.get(conversation);
    if (known) return known;
    const made = new Uploads(
      (file) => this.attach(conversation, file),
      (name) => this.elsewhere(conversation, t('file.lost', { name })),
    );
    this.uploading.set(conversation, made);
    return made;
  }

  /** Before a conversation ends or is passed on: it is theirs, and the server has all that was written in it. */
  async ready(conversation: string): Promise<void> {
    await this.acceptance;
    if (!(await this.outbox.settled(conversation))) throw new Failed('UNSENT', '');
  }

  /** A stored file goes to the field, or to the draft that waits for it. */
  private attach(conversation: string, file: Sent): void {
    const editor = this.editors.get(conversation);
    if (editor) editor.attach(file);
    else this.keep(conversation, withFile(this.drafts.read(conversation), file));
  }

  /** Something failed in a conversation: where it is not open, that is told until somebody looks. */
  private elsewhere(conversation: string, text: string): void {
    if (this.editors.has(conversation)) return;
    this.seen(conversation);
    const open = { label: t('consult.open'), run: () => void router.visit(`${this.base}/${conversation}`) };
    this.failures.set(conversation, toasts.show('bad', text, open, Infinity));
  }

  private seen(conversation: string): void {
    const toast = this.failures.get(conversation);
    if (toast !== undefined) toasts.drop(toast);
    this.failures.delete(conversation);
  }

  private makeOutbox(): Outbox {
    const owner = session.tokens?.agent ?? '';
    // Words of somebody who has signed out wait in their own box; the next person never sends them.
    const carry = (out: Outgoing): Promise<Tried> =>
      session.tokens?.agent === owner ? this.carry(out) : new Promise(() => undefined);
    return new Outbox(sessionStorage, `meridian.outbox.${owner}`, carry, (list) => {
      if (session.tokens?.agent === owner || list.length === 0) this.outgoing = list;
    });
  }

  private async carry(out: Outgoing): Promise<Tried> {
    const { conversation: conversationId, session: sessionId, text, key } = out;
    const attachmentIds = (out.files ?? []).map((file) => file.id);
    await this.acceptance;
    try {
      const item =
        out.mode === 'note'
          ? (await act(NoteAddDocument, { input: { conversationId, text } }, key)).noteAdd.item
          : (await act(MessageSendDocument, { input: { conversationId, sessionId, text, attachmentIds, replyDraftId: out.from } }, key)).messageSend.item;
      if (item) this.said(item);
      return 'sent';
    } catch (error) {
      // What the page knows of the conversation is behind: whoever shows it reads it again.
      if (error instanceof Failed && ['WINDOW_CLOSED', 'NOT_HOLDER', 'RESOLVED'].includes(error.code)) this.changed({ __typename: 'Resync' });
      if (error instanceof Failed && ['NETWORK', 'UNAVAILABLE'].includes(error.code)) return 'lost';
      const refused = words(error);
      this.elsewhere(out.conversation, t('outgoing.refused', { name: out.to || t('customer.unknown'), why: refused }));
      return { refused };
    }
  }

  /** The clock the person works by. */
  get zone(): string {
    return this.me && isZone(this.me.timeZone) ? this.me.timeZone : Intl.DateTimeFormat().resolvedOptions().timeZone;
  }

  /** Where the list that is shown lives. */
  get base(): string {
    return this.view === 'QUEUE' ? `/inbox/queue/${this.queue}` : `/inbox/${this.view.toLowerCase()}`;
  }

  private holds(row: Row): boolean {
    return belongs(row, this.view, this.me?.id ?? '', this.queue, this.list.get(row.id) !== undefined);
  }

  private changed(change: Change): void {
    if (change.__typename === 'OfferChange') this.offered(change.offer);
    if (change.__typename === 'ConversationChange') this.row(change.conversation);
    if (change.__typename === 'ItemChange') this.item(change.item);
    if (change.__typename === 'CustomerChange') this.customer(change.customer);
    if (change.__typename === 'AgentChange' && change.agent.id === this.me?.id) {
      const [{ agent }, before] = [change, this.me];
      this.me = agent;
      // Nobody is put into another state without being told.
      if (agent.stateForcedById && agent.stateSince !== before.stateSince) toasts.show('info', t('presence.put', { state: code('presence', agent.state) }), undefined, 9000);
      for (const told of this.reading) told.me = change.agent;
    }
    for (const listener of this.listeners) listener(change);
  }

  private customer(person: Person): void {
    for (const row of this.list.rows) {
      if (row.customer?.id === person.id) this.list.patch(row.id, (old) => ({ ...old, customer: person }));
    }
    this.publish();
  }

  private row(row: Row): void {
    const known = this.list.get(row.id);
    this.list.apply(withPreview(row, known), this.holds(row));
    this.publish();
    // A row that comes by itself brings nothing of its timeline.
    if ((!known && this.list.get(row.id)) || this.view === 'CONSULTED') {
      clearTimeout(this.soon);
      this.soon = setTimeout(() => void this.readList(), 250);
    }
  }

  private item(item: Item): void {
    if (item.kind.toLowerCase() === 'message' && item.actor.kind === 'customer' && !item.deletedAt) this.wrote(item);
    this.list.patch(item.conversationId, (row) => withItem(row, item));
    this.publish();
  }

  /** A customer in hand wrote: one notice a conversation, which leads there. */
  private wrote({ conversationId, revision, channel }: Item): void {
    const row = this.list.get(conversationId);
    if (revision > 1 || !row?.assignee || row.assignee.id !== this.me?.id) return;
    const name = row.customer?.name || t('customer.unknown');
    notices.show(`talk:${conversationId}`, t('notice.wrote', { name }), channel ? code('channel', channel) : '', () => void router.visit(`${this.base}/${conversationId}`));
  }

  private offered(offer: Offer): void {
    for (const told of this.reading) told.offers.set(offer.id, offer);
    const known = this.offers.some((other) => other.id === offer.id);
    if (offer.state === 'pending') {
      this.offers = known
        ? this.offers.map((other) => (other.id === offer.id ? offer : other))
        : pending([...this.offers, offer]);
      if (!known) this.call(offer);
    } else {
      this.dropOffer(offer.id);
      if (known && offer.state === 'expired') toasts.show('info', t('offer.expired'));
      if (known && offer.state === 'rescinded') toasts.show('info', t('offer.gone'));
    }
  }

  /** Who looks elsewhere is told as well, without what the customer wrote: others may see that screen. */
  private call({ id, conversation }: Offer): void {
    if (prefs.sound) chime();
    const channel = conversation?.sessions[0]?.channel;
    notices.show(`offer:${id}`, t('offer.notice', { name: conversation?.customer?.name || t('customer.unknown') }), channel ? code('channel', channel) : '');
  }

  private dropOffer(id: string): void {
    // Also one that came while the viewer is read: what the answer says of it is older.
    for (const told of this.reading) told.offers.set(id, null);
    this.offers = this.offers.filter((offer) => offer.id !== id);
  }

  private publish(): void {
    this.rows = this.list.rows;
    this.more = this.list.more;
  }

  private async readViewer(): Promise<void> {
    const told: Told = { offers: new Map(), me: null };
    this.reading.add(told);
    try {
      const { viewer } = await ask(ViewerDocument, {});
      this.viewer = viewer;
      this.me = told.me ?? viewer.agent ?? null;
      const known = new Set(this.offers.map((offer) => offer.id));
      this.offers = pending(viewer.offers, told.offers);
      // Made before we listened, or while the line was cut.
      for (const offer of this.offers) if (!known.has(offer.id)) this.call(offer);
    } finally {
      this.reading.delete(told);
    }
  }

  private async readAll(): Promise<void> {
    await this.reads.read('viewer', 'list', 'promises');
    this.resync();
  }

  private resync(): void {
    for (const listener of this.listeners) listener({ __typename: 'Resync' });
  }

  private async readQueues(): Promise<void> {
    const answer = await ask(QueuesDocument, {});
    this.queues = answer.queues.map((q) => ({ id: q.id, name: q.name, waiting: q.depth.waiting, asks: q.declineCodeRequired }));
    this.#codes = answer.workCodes ?? [];
  }

  private async readPromises(): Promise<void> {
    const answer = await ask(PromisesDocument, {});
    this.promises = Object.fromEntries(answer.queues.filter((q) => q.answerWithinSeconds > 0).map((q) => [q.id, q.answerWithinSeconds]));
  }

  private look(): void {
    if (document.hidden || !session.tokens || session.expired) return;
    if (this.loaded && this.view !== 'MINE') void this.readList();
    if (router.area === 'inbox') void this.reads.read('queues');
  }
}

export const desk = new Desk();
