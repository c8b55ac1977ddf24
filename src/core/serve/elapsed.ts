/** Durations as they are kept. */
import type { Clock } from "../ports.ts";

/** Milliseconds since an instant of the monotonic clock, to the microsecond: what is kept of it is short, and the same. */
export function elapsedSince(clock: Pick<Clock, "monotonic">, since: number): number {
  return Math.round((clock.monotonic() - since) * 1_000) / 1_000;
}
