import { KeysetList } from './keyset';
import type { Item, Listed, Preview, Row } from './types';
import { unique } from './unique';

export type View = 'MINE' | 'OPEN' | 'QUEUE' | 'SNOOZED' | 'RESOLVED' | 'CONSULTED';

/** Newest activity first, as the server orders its pages. */
export function byActivity(a: Row, b: Row): number {
  if (a.lastActivityAt !== b.lastActivityAt) return a.lastActivityAt < b.lastActivityAt ? 1 : -1;
  return a.id < b.id ? 1 : a.id > b.id ? -1 : 0;
}

/** Whether a conversation is in a view now; of those about which one is asked a row does not say: `there` is whether it was. */
export function belongs(row: Row, view: View, me: string, queue: string | null, there = false): boolean {
  switch (view) {
    case 'CONSULTED':
      return there && row.lifecycle !== 'RESOLVED';
    case 'MINE':
      return row.lifecycle === 'OPEN' && row.assignee?.id === me;
    case 'OPEN':
      return row.lifecycle === 'OPEN';
    case 'QUEUE':
      return row.lifecycle === 'OPEN' && row.queueId === queue;
    default:
      return row.lifecycle === view;
  }
}

export function conversationList(): KeysetList<Listed> {
  return new KeysetList<Listed>(byActivity, (next, old) => next.version >= old.version && next.seq >= old.seq);
}

/** Keeps what a row shows of its timeline when the row itself comes without. */
export function withPreview(row: Row, known: Listed | undefined, extra: Preview[] = []): Listed {
  const nodes = [...extra, ...(known?.timeline.nodes ?? [])];
  return { ...row, timeline: { nodes: unique(nodes, ({ id }) => id).sort((a, b) => b.seq - a.seq).slice(0, 8) } };
}

export function withItem(row: Listed, item: Item): Listed {
  const talk = item.kind.toLowerCase() === 'message' || item.kind.toLowerCase() === 'note';
  const later = talk && item.placedAt > row.lastActivityAt ? item.placedAt : row.lastActivityAt;
  const next = withPreview(row, row, [item]);
  return { ...next, lastActivityAt: later, seq: Math.max(row.seq, item.seq) };
}

/** The line a list shows: the newest message or note. */
export function preview(row: Listed): Preview | undefined {
  return row.timeline.nodes.find((item) => ['message', 'note'].includes(item.kind.toLowerCase()));
}

const RANK = ['queued', 'sending', 'unknown', 'accepted', 'sent', 'delivered', 'read', 'failed'];

/** Revisions and deliveries only go forward. */
export function newer(next: Item, old: Item): boolean {
  if (next.revision !== old.revision) return next.revision > old.revision;
  return RANK.indexOf(next.delivery ?? '') >= RANK.indexOf(old.delivery ?? '');
}
