/** What several paces together will probably use, and when that reaches a bound. */
import type { Confidence } from "./limits.ts";
import type { Outlook, Pace } from "./pace.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** A horizon is walked in steps of a quarter of an hour, but in at least so many. */
const STEP_MS = 15 * MINUTE;
const FEWEST_STEPS = 12;
const MOST_STEPS = 800;

const SURE_CALLS = 20;
const FEW_CALLS = 6;

export class Demand {
  readonly #outlooks: readonly Outlook[];
  readonly #now: number;
  #last: { until: number; uses: Float64Array; milliseconds: number } | null = null;

  constructor(paces: readonly Pace[], now: number) {
    this.#outlooks = paces.map((pace) => pace.outlook(now));
    this.#now = now;
  }

  /** Expected within the next hour. */
  get perHour(): number {
    return this.within(this.#now + HOUR);
  }

  within(until: number): number {
    return this.#steps(until).uses.reduce((sum, use) => sum + use, 0);
  }

  /**
   * When `level` passes `bound`, in epoch milliseconds; null when it does not until then. It is asked once a step, for ascending
   * instants: given what was expected to be used since now, and in this step of so many milliseconds.
   */
  reaches(
    bound: number,
    until: number,
    level: (at: number, sum: number, use: number, milliseconds: number) => number,
  ): number | null {
    let sum = 0;
    let before = level(this.#now, 0, 0, 0);
    if (before >= bound) return this.#now;
    const { uses, milliseconds } = this.#steps(until);
    for (const [index, use] of uses.entries()) {
      sum += use;
      const from = this.#now + index * milliseconds;
      const after = level(from + milliseconds, sum, use, milliseconds);
      if (after >= bound) return Math.round(from + (milliseconds * (bound - before)) / (after - before));
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

  #steps(until: number): { uses: Float64Array; milliseconds: number } {
    if (this.#last?.until === until) return this.#last;
    const whole = until - this.#now;
    if (whole <= 0 || this.#outlooks.length === 0) return { uses: new Float64Array(), milliseconds: 0 };
    const count = Math.min(MOST_STEPS, Math.max(FEWEST_STEPS, Math.ceil(whole / STEP_MS)));
    const uses = new Float64Array(count);
    const milliseconds = whole / count;
    for (const outlook of this.#outlooks) outlook.addTo(uses, milliseconds);
    this.#last = { until, uses, milliseconds };
    return this.#last;
  }
}
