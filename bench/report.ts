/** Medians, spread, and the table. */
import Table from "cli-table3";

/** The values of one figure over all rounds, for each subject by name. */
export type Samples = Map<string, number[]>;

export interface Row {
  label: string;
  unit: string;
  samples: Samples;
  /** What the ratio to the floor is allowed to be and should be; null where nothing was agreed. */
  aim: { good: number; aim: number } | null;
}

export function add(samples: Samples, name: string, value: number): void {
  const values = samples.get(name);
  if (values === undefined) samples.set(name, [value]);
  else values.push(value);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** Differences to the samples of `base`, round by round. */
export function above(samples: Samples, base: string): Samples {
  const floor = median(samples.get(base) ?? []);
  const result: Samples = new Map();
  for (const [name, values] of samples) {
    if (name !== base)
      result.set(
        name,
        values.map((value) => value - floor),
      );
  }
  return result;
}

function figure(values: readonly number[] | undefined): string {
  if (values === undefined || values.length === 0) return "";
  const middle = median(values);
  const digits = Math.abs(middle) >= 100 ? 0 : Math.abs(middle) >= 10 ? 1 : 2;
  if (values.length === 1) return middle.toFixed(digits);
  return `${middle.toFixed(digits)} (${Math.min(...values).toFixed(digits)}-${Math.max(...values).toFixed(digits)})`;
}

export function printTable(rows: readonly Row[], names: readonly string[]): void {
  const table = new Table({
    head: ["figure", "unit", ...names, "freellm / floor", "good", "aim"],
    style: { head: [], border: [] },
    colAligns: ["left", "left", ...names.map(() => "right" as const), "right", "right", "right"],
  });
  for (const { label, unit, samples, aim } of rows) {
    const ratio = median(samples.get("freellm") ?? []) / median(samples.get("floor") ?? []);
    table.push([
      label,
      unit,
      ...names.map((name) => figure(samples.get(name))),
      Number.isFinite(ratio) ? `${ratio.toFixed(2)}x` : "",
      aim === null ? "" : `${aim.good}x`,
      aim === null ? "" : `${aim.aim}x`,
    ]);
  }
  console.log(table.toString());
}
