import type { IconName } from '../ui/Icon.svelte';

/** The pages of the set-up, in the order they are needed. */
export const areas = [
  { id: 'setup', group: '', icon: 'list', permission: 'setup:read' },
  { id: 'sites', group: 'places', icon: 'place', permission: 'setup:read' },
  { id: 'branches', group: 'places', icon: 'branch', permission: 'setup:read' },
  { id: 'people', group: 'people', icon: 'people', permission: 'floor:read' },
  { id: 'skills', group: 'people', icon: 'spark', permission: 'floor:read' },
  { id: 'capacity', group: 'people', icon: 'panel', permission: 'setup:read' },
  { id: 'queues', group: 'routing', icon: 'queue', permission: 'setup:read' },
  { id: 'red', group: 'routing', icon: 'flag', permission: 'setup:read' },
  { id: 'whatif', group: 'routing', icon: 'route', permission: 'setup:read' },
  { id: 'emergency', group: 'routing', icon: 'shield', permission: 'floor:read' },
  { id: 'replies', group: 'answers', icon: 'reply', permission: 'conversations:read' },
  { id: 'knowledge', group: 'answers', icon: 'book', permission: 'floor:steer' },
  { id: 'intents', group: 'answers', icon: 'chat', permission: 'setup:read' },
  { id: 'steps', group: 'answers', icon: 'list', permission: 'floor:steer' },
  { id: 'codes', group: 'answers', icon: 'checks', permission: 'setup:read' },
  { id: 'review', group: 'who', icon: 'merge', permission: 'identity:manage' },
  { id: 'values', group: 'who', icon: 'link', permission: 'identity:manage' },
  { id: 'verifiers', group: 'who', icon: 'shield', permission: 'identity:manage' },
  { id: 'import', group: 'who', icon: 'people', permission: 'customers:manage' },
  { id: 'channels', group: 'links', icon: 'channel', permission: 'setup:read' },
  { id: 'bots', group: 'links', icon: 'bot', permission: 'setup:read' },
  { id: 'webhooks', group: 'links', icon: 'hook', permission: 'setup:read' },
  { id: 'lookup', group: 'links', icon: 'search', permission: 'setup:read' },
  { id: 'keys', group: 'links', icon: 'key', permission: 'setup:read' },
  { id: 'unknown', group: 'trust', icon: 'alert', permission: 'setup:read' },
  { id: 'audit', group: 'trust', icon: 'shield', permission: 'audit:read' },
] as const satisfies readonly { id: string; group: string; icon: IconName; permission: string }[];
export type Area = (typeof areas)[number]['id'];
