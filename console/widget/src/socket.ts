import { backoff } from '../../src/lib/backoff';
import type { Seen } from './model';

const QUERY =
  'subscription($after: String) { visitor(resumeAfter: $after) { cursor change { __typename ... on ItemChange { item { id seq text placedAt revision reactions deletedAt actor { kind } buttons { title payload } attachments { id name kind contentType state url } } } ... on TypingChange { seconds } } } }';

interface Hears {
  token(): string | null;
  /** A token that is over becomes a new one. */
  renew(): Promise<boolean>;
  cursor(): string | null;
  at(cursor: string): void;
  item(item: Seen): void;
  writes(seconds: number): void;
  live(on: boolean): void;
}

/** Nothing is waited for longer than this, milliseconds. */
const PATIENCE = 10_000;

interface Shown {
  cursor: string;
  change: { __typename: string; item?: Seen; seconds?: number };
}

/** Our own words should come back within this; else the socket may follow a session that has ended. */
const ECHO = 1500;
const ECHOES = 4;
/** Before the first try to follow a session that is being made. */
const SOON = 120;

/** Follows the visitor's session over graphql-transport-ws, and comes back after every break where it was. */
export class Socket {
  private socket: WebSocket | null = null;
  private attempt = 0;
  /** How often the session was not there yet: the first words are still on their way to it. */
  private early = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private beat: ReturnType<typeof setInterval> | undefined;
  private heard = 0;
  /** Questions without an answer yet. */
  private asked = new Map<string, (data: unknown) => void>();
  private number = 1;

  constructor(private readonly on: Hears) {
    addEventListener('online', () => this.hurry());
    document.addEventListener('visibilitychange', () => !document.hidden && this.hurry());
  }

  open(): void {
    const token = this.on.token();
    if (this.socket || !token) return;
    clearTimeout(this.timer);
    this.timer = undefined;
    const url = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/graphql/ws`;
    const socket = new WebSocket(url, 'graphql-transport-ws');
    this.socket = socket;
    this.heard = Date.now();
    const send = (message: unknown): void => socket.send(JSON.stringify(message));
    socket.onopen = () => send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
    socket.onmessage = (event) => {
      if (this.socket !== socket) return;
      this.heard = Date.now();
      const message = JSON.parse(String(event.data)) as { id?: string; type: string; payload?: { data?: { visitor?: Shown } } };
      const answer = this.asked.get(message.id ?? '');
      if (message.type === 'connection_ack') {
        clearTimeout(slow);
        send({ id: '1', type: 'subscribe', payload: { query: QUERY, variables: { after: this.on.cursor() } } });
      } else if (message.type === 'ping') send({ type: 'pong' });
      else if (answer) (answer(message.payload?.data), this.asked.delete(message.id!));
      else if (message.id !== '1') return;
      else if (message.type === 'next') this.next(message.payload?.data?.visitor);
      else if (message.type === 'error' || message.type === 'complete') socket.close();
    };
    // A refusal takes its time to close; while the session is being made, the next try need not wait for it.
    const slow = setTimeout(() => this.socket === socket && this.on.cursor() === null && (socket.close(), this.ended(true)), Math.min(2000, 300 * 1.3 ** this.early));
    socket.onclose = (event) => {
      clearTimeout(slow);
      if (this.socket === socket) this.ended(event.code === 4403);
    };
    clearInterval(this.beat);
    this.beat = setInterval(() => {
      if (Date.now() - this.heard > 40_000) socket.close();
      else if (socket.readyState === 1) send({ type: 'ping' });
    }, 15_000);
  }

  /**
   * Something was said that should come back as an item. A socket follows the session it found when it opened; after
   * an agent resolved that one, new words open another, so a socket that stays silent is opened again where it was.
   */
  expect(waits: () => boolean, tries = 0): void {
    // The first words need a moment to become a session; asking before that is refused.
    if (this.on.cursor() === null) this.timer ??= setTimeout(() => this.open(), SOON);
    else this.open();
    setTimeout(
      () => {
        if (!waits() || tries >= ECHOES) return;
        this.again();
        this.expect(waits, tries + 1);
      },
      ECHO * 2 ** tries,
    );
  }

  /** Asks over the open line; undefined when nobody answers. */
  ask<T>(query: string, variables: object = {}): Promise<T | undefined> {
    const socket = this.socket;
    if (socket?.readyState !== 1) return Promise.resolve(undefined);
    const id = String((this.number += 1));
    return new Promise((done) => {
      this.asked.set(id, (data) => done(data as T | undefined));
      setTimeout(() => this.asked.delete(id) && done(undefined), PATIENCE);
      socket.send(JSON.stringify({ id, type: 'subscribe', payload: { query, variables } }));
    });
  }

  /** The session is not this visitor's any more. */
  close(): void {
    const old = this.socket;
    [this.socket, this.early, this.attempt] = [null, 0, 0];
    clearTimeout(this.timer);
    clearInterval(this.beat);
    this.timer = undefined;
    old?.close();
  }

  private again(): void {
    const old = this.socket;
    if (!old || old.readyState !== 1) return;
    this.socket = null;
    old.close();
    this.open();
  }

  private next(shown: Shown | undefined): void {
    if (!shown) return;
    [this.attempt, this.early] = [0, 0];
    this.on.at(shown.cursor);
    // Another tab made them another visitor: this is not for them.
    if (!this.socket) return;
    this.on.live(true);
    if (shown.change.item) this.on.item(shown.change.item);
    if (shown.change.seconds) this.on.writes(shown.change.seconds);
  }

  private ended(unknown: boolean): void {
    this.socket = null;
    clearInterval(this.beat);
    // Refused right after the first words only means that the session is not there yet. Without a cursor the
    // subscription starts where it stands, so it has to stand before anybody can have answered.
    if (unknown && this.early < 60) {
      this.early += 1;
      const soon = Math.min(400, 100 * 1.2 ** this.early);
      const open = (): void => void (this.timer = setTimeout(() => this.open(), soon));
      // Who was here before may have been away for longer than their token lasts.
      if (this.early === 1 && this.on.cursor() !== null) void this.on.renew().then(open);
      else open();
      return;
    }
    this.attempt += 1;
    this.on.live(false);
    this.timer = setTimeout(() => this.open(), backoff(this.attempt));
  }

  private hurry(): void {
    if (this.socket) return;
    this.attempt = 0;
    this.open();
  }
}
