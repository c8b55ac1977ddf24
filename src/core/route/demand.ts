/** What several paces together will probably use, and when that reaches a bound. */
import type { Confidence } from "./limits.ts";
import type { Outlook, Pace } from "./pace.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** A horizon is walked in steps of a quarter of an hour, but in at least so many. */
const STEP_MS = 15 * MINUTE;
const FEWEST_STEPS = 60;
const MOST_STEPS = 800;

const SURE_CALLS = 20;
const FEW_CALLS = 6;

export class Demand {
  readonly #outlooks: readonly Outlook[];
  readonly #now: number;

  constructor(paces: readonly Pace[], now: number) {
    this.#outlooks = paces.map((pace) => pace.outlook(now));
    this.#now = now;
  }

  /** Expected within the next hour. */
  get perHour(): number {
    return this.within(this.#now + HOUR);
  }

  within(until: number): number {
    let sum = 0;
    for (const { use } of this.#steps(until)) sum += use;
    return sum;
  }

  /**
   * When `level` passes `bound`, in epoch milliseconds; null when it does not until then. It is asked once a step: given what
   * was expected to be used since now, and in this step of so many milliseconds.
   */
  reaches(
    bound: number,
    until: number,
    level: (at: number, sum: number, use: number, milliseconds: number) => number,
  ): number | null {
    let sum = 0;
    let before = level(this.#now, 0, 0, 0);
    if (before >= bound) return this.#now;
    for (const { from, to, use } of this.#steps(until)) {
      sum += use;
      const after = level(to, sum, use, to - from);
      if (after >= bound) return Math.round(from + ((to - from) * (bound - before)) / (after - before));
      before = after;
    }
    return null;
  }

  get confidence(): Confidence {
    let calls = 0;
    let steady = 0;
    for (const outlook of this.#outlooks) {
      calls += outlook.calls;
      if (outlook.steady) steady += outlook.calls;
    }
    const isSteady = steady * 2 > calls;
    if (calls >= SURE_CALLS && isSteady) return "high";
    return calls >= SURE_CALLS || (calls >= FEW_CALLS && isSteady) ? "medium" : "low";
  }

  *#steps(until: number): Generator<{ from: number; to: number; use: number }> {
    const whole = until - this.#now;
    if (whole <= 0 || this.#outlooks.length === 0) return;
    const count = Math.min(MOST_STEPS, Math.max(FEWEST_STEPS, Math.ceil(whole / STEP_MS)));
    const length = whole / count;
    for (let index = 0; index < count; index++) {
      const from = this.#now + index * length;
      let rate = 0;
      for (const outlook of this.#outlooks) rate += outlook.rateAt(from + length / 2);
      yield { from, to: from + length, use: rate * length };
    }
  }
}
