/** Durations by size, in steps of a quarter: any quantile is right to about an eighth, and two histograms add up. */

/** Number of the bin -> how many. */
export type Histogram = Map<number, number>;

const SMALLEST_MS = 10;
const STEP = 1.25;
const LAST_BIN = 60;

export function newHistogram(): Histogram {
  return new Map();
}

export function addDuration(histogram: Histogram, milliseconds: number): void {
  const bin =
    milliseconds <= SMALLEST_MS ? 0 : Math.ceil(Math.log(milliseconds / SMALLEST_MS) / Math.log(STEP));
  const known = Math.min(LAST_BIN, bin);
  histogram.set(known, (histogram.get(known) ?? 0) + 1);
}

export function addHistogram(sum: Histogram, other: Histogram): void {
  for (const [bin, count] of other) sum.set(bin, (sum.get(bin) ?? 0) + count);
}

/** Milliseconds below which this fraction lies; null when nothing was measured. */
export function quantile(histogram: Histogram, fraction: number): number | null {
  let total = 0;
  for (const count of histogram.values()) total += count;
  if (total === 0) return null;
  let seen = 0;
  for (const [bin, count] of [...histogram].sort(([one], [other]) => one - other)) {
    seen += count;
    if (seen >= fraction * total) return Math.round(SMALLEST_MS * STEP ** (bin === 0 ? 0 : bin - 0.5));
  }
  return null;
}
