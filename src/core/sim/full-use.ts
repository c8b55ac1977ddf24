/** How much of each cap was used, where demand never ended. */
import { needFor } from "../route/counter.ts";
import { type LimitSpec, WINDOW_MS } from "../route/limits.ts";
import { amountOf } from "./evidence.ts";
import { capName } from "./upstream.ts";
import type { SimParts, SimProvider, SimUse, SimWorld } from "./world.ts";

/** The share of the time in which a perfect caller would have got as much through. */
const PACE = 0.97;
const ROUNDING = 1e-9;
/** Lost once, whatever the time: whole milliseconds, and the guard of a bucket that was full. */
const ONCE_MS = 25;
/** Longer than a call and the guard of a window together. */
const EARLY_MS = 2_000;

/** The first cap that was used too little; null when there is none. `admitted`: what each cap let through. */
export function unusedCap(
  world: SimWorld,
  admitted: ReadonlyMap<string, readonly { at: number; use: SimUse }[]>,
  windowOf: SimParts["windowOf"],
): string | null {
  const request = world.requests[0];
  if (request === undefined) return null;
  const told = new Set<string>();
  for (const provider of world.providers) {
    for (const key of provider.keys) {
      for (const model of provider.models) {
        for (const limit of provider.limits.get(model.id) ?? []) {
          const caller = { secret: key.id, account: key.account, model: model.id };
          const name = capName(limit, provider.routed.id, caller);
          if (told.has(name)) continue;
          told.add(name);
          const need = needFor(1, request.input, request.output, model.unitCost);
          const possible = bestPossible(world, provider, limit, amountOf(limit.metric, need), windowOf);
          const served = admitted.get(name)?.length ?? 0;
          if (served < possible)
            return `${name}: ${served} calls were let through, ${possible} could have been`;
        }
      }
    }
  }
  return null;
}

/** Calls that a perfect caller gets through in 97 % of the time. */
function bestPossible(
  { start, end }: SimWorld,
  { firstContentMs, generationMs, latencyMs }: SimProvider,
  limit: LimitSpec,
  amount: number,
  windowOf: SimParts["windowOf"],
): number {
  // The last calls must have arrived.
  const time = PACE * (end - start) - latencyMs - ONCE_MS;
  const { cap, reset, window } = limit;
  const span = WINDOW_MS[window];
  const inOne = Math.floor(cap / amount + ROUNDING);
  if (limit.metric === "concurrency") {
    const callMs = firstContentMs[0] + generationMs[0] + 2 * latencyMs;
    return cap * (Math.floor(time / callMs) + 1);
  }
  if (reset === "sliding") return inOne * (Math.floor(time / span) + 1);
  if (reset === "refill") return Math.floor((cap + (cap * time) / span) / amount);
  // What is under way at a boundary counts on both sides: a first window that is over at once is worth nothing.
  const first = start + Math.min(EARLY_MS, time);
  return inOne * (windowOf(window, reset.zone, start + time) - windowOf(window, reset.zone, first) + 1);
}
