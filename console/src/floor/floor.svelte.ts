import { AlertAcknowledgeDocument, AlertsDocument, FloorDocument, FloorLinesDocument, ReportDocument, type AlertBitsFragment } from '../gql/floor/graphql';
import { AgentsDocument, PresenceSetDocument, QueuesDocument, type PresenceState } from '../gql/graphql';
import { act, ask, follow } from '../lib/client';
import { clock } from '../lib/clock.svelte';
import { complain } from '../lib/errors';
import { bare } from '../lib/ids';
import { code, localised, t } from '../lib/i18n/index.svelte';
import { names } from '../lib/names.svelte';
import type { Stream, StreamState } from '../lib/stream';
import { toasts } from '../lib/toasts.svelte';
import type { Agent } from '../lib/types';
import { say } from './words';

export type Alert = AlertBitsFragment;
/** What the floor's stream carries. */
type Change =
  | { __typename: 'AgentChange'; agent: Agent }
  | { __typename: 'WorkChange' }
  | { __typename: 'AlertChange'; alert: Alert }
  | { __typename: 'Resync' | 'Ready' };

export interface Tile {
  id: string;
  name: string;
  waiting: number;
  /** When the oldest began to wait, server time; null when nobody does. */
  since: number | null;
  /** The share that was answered within 30 seconds in the last hour; null while nothing was. */
  rate: number | null;
  /** What a customer who came now would wait, minutes; null while that is not known. */
  expected: Expected | null;
}
type Expected = { fromMinutes: number; toMinutes?: number | null };

/** For how long the end of an alert can be taken back, milliseconds. */
const UNDO = 9000;

/** States of work that can be given to somebody. */
export const ASSIGNABLE = ['queued', 'offered', 'active'];

/** Open alerts in the order in which they are to be looked at. */
export function inOrder(alerts: readonly Alert[]): Alert[] {
  return alerts
    .filter((alert) => !alert.endedAt)
    .sort((a, b) => Number(!!a.acknowledgedAt) - Number(!!b.acknowledgedAt) || b.severity - a.severity || a.raisedAt.localeCompare(b.raisedAt));
}

/** The floor as it is now: agents by their changes, queues read again when work moves. */
export class Floor {
  agents = $state.raw<Agent[]>([]);
  tiles = $state.raw<Tile[]>([]);
  /** Open ones: unseen before seen, worst first, then oldest first. */
  alerts = $state.raw<Alert[]>([]);
  loaded = $state(false);
  failed = $state(false);
  live = $state<StreamState>('idle');
  /** What was heard while lists are being read, for each reading. */
  private meanwhile = new Set<Change[]>();
  /** Alerts that are ended here unless that is taken back. */
  private readonly ending = new Map<string, { alert: Alert; timer: ReturnType<typeof setTimeout> }>();
  private stream: Stream<Change> | null = null;
  private soon: ReturnType<typeof setTimeout> | undefined;
  private every: ReturnType<typeof setInterval> | undefined;
  private minutely: ReturnType<typeof setInterval> | undefined;
  private rates: Record<string, number | null> = {};
  private lines: Record<string, Expected | null> = {};

  start(): void {
    this.stream = follow<Change>(FloorDocument as never, {}, {
      change: (change) => this.changed(change),
      resync: () => void this.read(),
      state: (state) => (this.live = state),
    });
    // Waiting people grow older and a hint may be lost: a slow look keeps the tiles honest.
    this.every = setInterval(() => void this.readQueues().catch(() => undefined), 15_000);
    this.minutely = setInterval(() => void this.readRates().catch(() => undefined), 60_000);
  }

  stop(): void {
    this.stream?.stop();
    for (const { alert } of this.ending.values()) void this.finish(alert);
    clearTimeout(this.soon);
    clearInterval(this.every);
    clearInterval(this.minutely);
  }

  /** What changes meanwhile is newer than what is read, and is put on top of it. */
  async read(): Promise<void> {
    const meanwhile: Change[] = [];
    this.meanwhile.add(meanwhile);
    try {
      await Promise.all([this.readAgents(), this.readRates().then(() => this.readQueues()), this.readAlerts()]);
      [this.loaded, this.failed] = [true, false];
    } catch {
      this.failed = !this.loaded;
    }
    this.meanwhile.delete(meanwhile);
    for (const change of meanwhile) this.changed(change);
  }

  async force(agent: Agent, state: PresenceState): Promise<void> {
    try {
      const done = await act(PresenceSetDocument, { input: { agentId: agent.id, state, reason: '' } });
      if (done.presenceSet.agent) this.put(done.presenceSet.agent);
      toasts.show('good', t('floor.forced', { name: agent.name, state: code('presence', state) }));
    } catch (error) {
      complain(error);
    }
  }

  /** Marks an alert as seen, or ends it: what is ended cannot be raised again, so that waits for a moment. */
  async acknowledge(alert: Alert, end: boolean): Promise<void> {
    if (!end) return void (await this.tell(alert, false));
    const timer = setTimeout(() => void this.finish(alert), UNDO);
    this.ending.set(alert.id, { alert, timer });
    this.alerts = this.alerts.filter(({ id }) => id !== alert.id);
    toasts.show('good', say('ended.now', { text: localised(alert.text) }), { label: say('undo'), run: () => this.unend(alert) }, UNDO);
  }

  private unend(alert: Alert): void {
    clearTimeout(this.ending.get(alert.id)?.timer);
    if (this.ending.delete(alert.id)) this.hear(alert);
  }

  private async finish(alert: Alert): Promise<void> {
    if (!this.ending.has(alert.id)) return;
    clearTimeout(this.ending.get(alert.id)?.timer);
    const done = await this.tell(alert, true);
    this.ending.delete(alert.id);
    if (!done) this.hear(alert);
  }

  /** Whether the server knows of it now. */
  private async tell(alert: Alert, end: boolean): Promise<boolean> {
    try {
      const done = await act(AlertAcknowledgeDocument, { input: { alertId: alert.id, end } });
      if (done.alertAcknowledge.alert) this.hear(done.alertAcknowledge.alert);
      return true;
    } catch (error) {
      complain(error);
      return false;
    }
  }

  private hear(alert: Alert): void {
    this.alerts = this.standing([...this.alerts.filter((other) => other.id !== alert.id), alert]);
  }

  /** Those that are not about to be ended here. */
  private standing(alerts: readonly Alert[]): Alert[] {
    return inOrder(alerts).filter(({ id }) => !this.ending.has(id));
  }

  private async readAlerts(): Promise<void> {
    this.alerts = this.standing((await ask(AlertsDocument, {})).alerts);
  }

  private changed(change: Change): void {
    for (const reading of this.meanwhile) reading.push(change);
    if (change.__typename === 'AlertChange') this.hear(change.alert);
    if (change.__typename === 'AgentChange') this.put(change.agent);
    if (change.__typename === 'WorkChange') {
      clearTimeout(this.soon);
      this.soon = setTimeout(() => void this.readQueues().catch(() => undefined), 250);
    }
  }

  private put(agent: Agent): void {
    names.learn([agent]);
    const known = this.agents.some((other) => other.id === agent.id);
    this.agents = known
      ? this.agents.map((other) => (other.id === agent.id ? agent : other))
      : [...this.agents, agent].sort((a, b) => a.name.localeCompare(b.name));
  }

  private async readAgents(): Promise<void> {
    const found: Agent[] = [];
    let after: string | null = null;
    for (let page = 0; page < 50; page++) {
      const { agents }: { agents: { nodes: Agent[]; pageInfo: { hasNextPage: boolean; endCursor?: string | null } } } =
        await ask(AgentsDocument, { first: 100, after });
      found.push(...agents.nodes);
      if (!agents.pageInfo.hasNextPage) break;
      after = agents.pageInfo.endCursor ?? null;
    }
    names.learn(found);
    this.agents = found;
  }

  /** How fast people were answered in the last hour, and how fast lines move now. */
  private async readRates(): Promise<void> {
    const to = Date.now() + clock.skew;
    const [from, until] = [new Date(to - 3_600_000).toISOString(), new Date(to).toISOString()];
    const [{ routingReport }, { queues }] = await Promise.all([ask(ReportDocument, { from, to: until, by: 'QUEUE', bucket: 'WHOLE', target: 30, zone: 'UTC' }), ask(FloorLinesDocument, {})]);
    this.lines = Object.fromEntries(queues.map((queue) => [bare(queue.id), queue.line.expected ?? null]));
    this.rates = Object.fromEntries(routingReport.map((line) => [bare(line.queueId ?? ''), line.serviceLevel ?? null]));
    this.tiles = this.tiles.map((tile) => ({ ...tile, rate: this.rates[bare(tile.id)] ?? null, expected: this.lines[bare(tile.id)] ?? null }));
  }

  private async readQueues(): Promise<void> {
    const { queues } = await ask(QueuesDocument, {});
    const now = Date.now() + clock.skew;
    this.tiles = queues.map((q) => ({
      id: q.id,
      name: q.name,
      waiting: q.depth.waiting,
      since: q.depth.waiting > 0 ? now - q.depth.oldestWaitSeconds * 1000 : null,
      rate: this.rates[bare(q.id)] ?? null,
      expected: this.lines[bare(q.id)] ?? null,
    }));
  }
}
