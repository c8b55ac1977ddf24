/** What a window of time is to those who count in it. */
import type { Archive } from "./archive.ts";

export interface UseWindow {
  /** What counts at `now`. */
  used(now: number): number;
  /** Until when what counts stays as it is now, if nothing is added; now when that is not known. Not too late, whatever is rounded. */
  staysUntil(now: number): number;
  /** Adds `amount` (may be negative, to take back) that happened `at`. */
  add(at: number, amount: number): void;
  /** The earliest instant at which at most `allowed` is left of what counts now. */
  freeAt(now: number, allowed: number): number;
  /** When all that counts now will have left; `now` when nothing does. */
  emptyAt(now: number): number;
  /** When the whole cap is there again, whatever is used until then: the next boundary, or one window from now. */
  resetAt(now: number): number;
  /** What of that which counts now will still count at later instants; to be asked in their order. */
  decline(now: number): (at: number) => number;
  archive(archive: Archive): void;
}

/** The provider's clock and ours may differ a little: use is held this much longer than the window. */
export function guard(span: number): number {
  return Math.min(500, span / 100);
}

/** How far the clock must go back to count as set back: answers that overlap are dated a little out of order. */
export const CLOCK_SET_BACK_MS = 30_000;
