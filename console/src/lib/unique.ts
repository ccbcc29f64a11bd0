/** Each once, where it first came; `key` says what makes two the same. */
export function unique<T>(rows: readonly T[], key: (row: T) => unknown = (row) => row): T[] {
  const seen = new Set<unknown>();
  return rows.filter((row) => !seen.has(key(row)) && seen.add(key(row)));
}

/** A list and its next page: what is there already does not come again. */
export function joined<T extends { id: string }>(rows: readonly T[] | null, page: readonly T[]): T[] {
  return unique([...(rows ?? []), ...page], ({ id }) => id);
}
