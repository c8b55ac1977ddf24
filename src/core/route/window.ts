/** Counting use over a window of time, in constant memory and constant time. */
import { Zones } from "../chat/zone.ts";
import { FixedWindow } from "./fixed-window.ts";
import { type LimitReset, type LimitWindow, WINDOW_MS } from "./limits.ts";
import { RefillWindow } from "./refill-window.ts";
import { SlidingWindow } from "./sliding-window.ts";
import type { UseWindow } from "./use-window.ts";

/** `cap` is asked anew each time: where use flows back, it does so at the rate of one cap a window. */
export function createWindow(
  window: LimitWindow,
  reset: LimitReset,
  cap: () => number,
  zones = new Zones(),
): UseWindow {
  if (reset === "sliding") return new SlidingWindow(WINDOW_MS[window]);
  if (reset === "refill") return new RefillWindow(WINDOW_MS[window], cap);
  return new FixedWindow(window, reset.zone, zones);
}
