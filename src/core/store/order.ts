/**
 * The order after a user's reorder: the given ids first, those left out behind them in their old order.
 * Unknown and repeated ids are dropped.
 */
export function reordered(current: readonly string[], wanted: readonly string[]): string[] {
  const known = new Set(current);
  const first = [...new Set(wanted)].filter((id) => known.has(id));
  const taken = new Set(first);
  return [...first, ...current.filter((id) => !taken.has(id))];
}
