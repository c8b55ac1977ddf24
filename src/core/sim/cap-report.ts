/** How full each cap was at most: what a provider saw in its own windows. */
import { type LimitSpec, WINDOW_MS } from "../route/limits.ts";
import { amountOf } from "./evidence.ts";
import type { SimResult } from "./properties.ts";
import { capName } from "./upstream.ts";
import type { SimParts, SimWorld } from "./world.ts";

export interface CapReport {
  /** Whose cap it is, and of what. */
  name: string;
  limit: LimitSpec;
  /** Calls that it let through. */
  calls: number;
  /** The most that counted at once; null where calls at once are counted. */
  peak: number | null;
  /** Of the cap, from 0 to 1. */
  share: number | null;
}

export function capReports(world: SimWorld, result: SimResult, windowOf: SimParts["windowOf"]): CapReport[] {
  const reports = new Map<string, CapReport>();
  for (const { routed, keys, models, limits } of world.providers) {
    for (const key of keys) {
      for (const { id } of models) {
        for (const limit of limits.get(id) ?? []) {
          const caller = { secret: key.id, account: key.account, model: id };
          const name = capName(limit, routed.id, caller);
          if (reports.has(name)) continue;
          const uses = (result.admitted.get(name) ?? []).map(({ at, use }) => ({
            at,
            amount: amountOf(limit.metric, use),
          }));
          const peak = limit.metric === "concurrency" ? null : peakOf(uses, limit, windowOf);
          const share = peak === null ? null : peak / limit.cap;
          reports.set(name, { name, limit, calls: uses.length, peak, share });
        }
      }
    }
  }
  return [...reports.values()];
}

function peakOf(
  uses: readonly { at: number; amount: number }[],
  { cap, reset, window }: LimitSpec,
  windowOf: SimParts["windowOf"],
): number {
  let peak = 0;
  let sum = 0;
  let first = 0;
  let before = 0;
  for (const { at, amount } of uses) {
    if (reset === "refill") {
      sum = Math.max(0, sum - ((at - before) * cap) / WINDOW_MS[window]) + amount;
      before = at;
      peak = Math.max(peak, sum);
      continue;
    }
    sum += amount;
    for (let oldest = uses[first]; oldest !== undefined; oldest = uses[first]) {
      const counts =
        typeof reset === "object"
          ? windowOf(window, reset.zone, oldest.at) === windowOf(window, reset.zone, at)
          : oldest.at + WINDOW_MS[window] > at;
      if (counts) break;
      sum -= oldest.amount;
      first++;
    }
    peak = Math.max(peak, sum);
  }
  return peak;
}
