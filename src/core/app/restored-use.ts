/** Which of the use that the store remembers still means something to the routing state. */
import { WINDOW_MS } from "../chat/zone.ts";
import type { RouterEvent } from "../route/event.ts";
import { COARSE_MS } from "../route/pace.ts";
import type { RouterState } from "../route/state.ts";

/** Windows of the calendar end by the clocks of their zones, which are changed twice a year. */
const MARGIN_MS = WINDOW_MS.day;

/**
 * false for what no window of its target sees any more and no pace is told by: a start with a month behind it then need not look at
 * all of that month. `now` in epoch milliseconds; keys and models are in the state.
 */
export function stillCounts(event: RouterEvent, { catalogue }: RouterState, now: number): boolean {
  if (event.type !== "usage-restored" || event.to - event.from < COARSE_MS) return true;
  const counters = catalogue.target(event.keyId, event.model)?.counters ?? [];
  return counters.some(({ limit }) => now - event.to < WINDOW_MS[limit.window] + MARGIN_MS);
}
