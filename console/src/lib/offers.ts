import type { Agent, Offer } from './types';

/** What was told while the viewer was read: offers as they are now, null for those answered here, and who one is. */
export interface Told {
  offers: Map<string, Offer | null>;
  me: Agent | null;
}

/** Offers that wait for an answer, oldest first. What was told while they were read is newer than what was read. */
export function pending(read: readonly Offer[], told: ReadonlyMap<string, Offer | null> = new Map()): Offer[] {
  const newer = [...told.values()].filter((offer) => offer !== null);
  return [...read.filter((offer) => !told.has(offer.id)), ...newer]
    .filter((offer) => offer.state === 'pending')
    .sort((a, b) => a.createdAt.localeCompare(b.createdAt));
}
