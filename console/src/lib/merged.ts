/** As many customers are asked for at once. */
const BATCH = 10;

/** Where customers are merged into, by their ids; null says that a merge was taken back. */
export type Whereabouts = Record<string, string | null>;

/**
 * Asks where customers went, a few at a time, and tells of each few as they come. Whoever could not be read, or is not
 * there, is not told of: nothing is known of them. `wanted` ends it early.
 */
export async function whereabouts(ids: readonly string[], read: (id: string) => Promise<{ mergedIntoId?: string | null } | null | undefined>, tell: (found: Whereabouts) => void, wanted: () => boolean = () => true): Promise<void> {
  for (let from = 0; from < ids.length && wanted(); from += BATCH) {
    const some = ids.slice(from, from + BATCH);
    const answers = await Promise.allSettled(some.map(read));
    const found = answers.flatMap((answer, n): [string, string | null][] => (answer.status === 'fulfilled' && answer.value ? [[some[n]!, answer.value.mergedIntoId ?? null]] : []));
    if (wanted()) tell(Object.fromEntries(found));
  }
}
