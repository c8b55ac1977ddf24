/** The past as sums: by time, provider, model and key. */
import type { AnalyticsRange, AnalyticsRow, AnalyticsView } from "../command.ts";
import { modelKey } from "../route/event.ts";
import { newHistogram, quantile } from "../store/histogram.ts";
import type { History } from "../store/history.ts";
import { addSum, type Rollup, type RollupSpan, type RollupSum } from "../store/rollup-slots.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** What each range is read from, and how long a slot of its picture is. */
const RANGES: Readonly<Record<AnalyticsRange, { span: RollupSpan; slotMs: number; slots: number }>> = {
  "1h": { span: 300_000, slotMs: 300_000, slots: 12 },
  "24h": { span: 3_600_000, slotMs: HOUR, slots: 24 },
  "7d": { span: 3_600_000, slotMs: 6 * HOUR, slots: 28 },
  "30d": { span: 86_400_000, slotMs: DAY, slots: 30 },
  "90d": { span: 86_400_000, slotMs: DAY, slots: 90 },
};

/** `now` in epoch milliseconds; the slot that it lies in is the last. */
export function analyticsView(
  history: Pick<History, "rollups">,
  range: AnalyticsRange,
  now: number,
): AnalyticsView {
  const { span, slotMs, slots } = RANGES[range];
  const from = now - (now % slotMs) - (slots - 1) * slotMs;
  const series = Array.from({ length: slots }, (_, index) => ({
    ...{ at: from + index * slotMs, requests: 0, failed: 0, tokens: 0 },
  }));
  const total = emptySum();
  const providers = new Map<string, RollupSum>();
  const models = new Map<string, RollupSum>();
  const keys = new Map<string, RollupSum>();
  for (const rollup of history.rollups(span, from, now)) {
    if (rollup.provider === "") {
      addSum(total, rollup);
      const slot = series[Math.floor((rollup.start - from) / slotMs)];
      if (!slot) continue;
      slot.requests += rollup.requests;
      slot.failed += rollup.failed;
      slot.tokens += rollup.inputTokens + rollup.outputTokens;
      continue;
    }
    addTo(providers, rollup.provider, rollup);
    addTo(models, modelKey(rollup.provider, rollup.model), rollup);
    addTo(keys, rollup.keyId, rollup);
  }
  return {
    ...{ schema: 1, range, from, to: now, slotMs, slots: series },
    total: toRow("all", total),
    providers: toRows(providers),
    models: toRows(models),
    keys: toRows(keys),
  };
}

function emptySum(): RollupSum {
  const counts = { requests: 0, failed: 0, inputTokens: 0, outputTokens: 0 };
  return { ...counts, durations: newHistogram(), firstContents: newHistogram() };
}

function addTo(sums: Map<string, RollupSum>, name: string, rollup: Rollup): void {
  const sum = sums.get(name) ?? emptySum();
  sums.set(name, sum);
  addSum(sum, rollup);
}

function toRow(name: string, sum: RollupSum): AnalyticsRow {
  const { requests, failed, inputTokens, outputTokens, durations, firstContents } = sum;
  return {
    ...{ name, requests, failed, inputTokens, outputTokens },
    p50Ms: quantile(durations, 0.5),
    p95Ms: quantile(durations, 0.95),
    firstContentMs: quantile(firstContents, 0.5),
  };
}

function toRows(sums: Map<string, RollupSum>): AnalyticsRow[] {
  const rows = [...sums].map(([name, sum]) => toRow(name, sum));
  return rows.sort((one, other) => other.requests - one.requests || (one.name < other.name ? -1 : 1));
}
