/** Which rows of a list are in sight, with a few more on either side. */
export function windowOf(
  top: number,
  seen: number,
  height: number,
  count: number,
  spare = 6,
): { from: number; to: number } {
  const from = Math.max(0, Math.min(count, Math.floor(top / height) - spare));
  const to = Math.min(count, Math.ceil((top + seen) / height) + spare);
  return { from, to: Math.max(from, to) };
}
