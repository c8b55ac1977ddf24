/**
 * How fast something is used up: what the last quarter of an hour, the last two hours and the same hours of the days before
 * saw. Constant time and memory, no clock: the same additions at the same times give the same answer.
 */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Sums fade in steps, so that most additions cost no exponential. */
const STEP_MS = 15_000;
const SHORT_MS = 15 * MINUTE;
const LONG_MS = 2 * HOUR;
/** After a pause this long the rate is measured anew: what was before it says how the day goes, not how fast one works. */
const PAUSE_MS = HOUR;
/** One call a second ago is not 3,600 an hour: no rate is taken over less than this. */
const LEAST_AGE_MS = 5 * MINUTE;
/** Clocks that go back further were set back; less are answers that overlap. */
const SET_BACK_MS = HOUR;

/** A restart tells of use long past in pieces that are too coarse for a pace. */
export const COARSE_MS = HOUR;

/** What is to be expected, as of one instant. */
export interface Outlook {
  /** Adds the use that is expected in each of the next steps, which are so many milliseconds long. */
  addTo(steps: Float64Array, milliseconds: number): void;
  /** Of the last two hours, faded. */
  calls: number;
  /** Lately it went as it went before. */
  steady: boolean;
}

export class Pace {
  #short = 0;
  #long = 0;
  /** The part of `#long` from before the last pause. */
  #before = 0;
  #calls = 0;
  /** When the sums held, in steps. */
  #step = -1;
  /** When the use began that is going on. */
  #since = 0;
  readonly #day: DayProfile | null;

  /** `daily`: whether hours of the day are told apart, which only matters to windows that long. */
  constructor(daily: boolean) {
    this.#day = daily ? new DayProfile() : null;
  }

  /** A negative amount takes back. */
  add(at: number, amount: number, calls: number): void {
    const step = Math.floor(at / STEP_MS);
    if (step !== this.#step) this.#turn(step, at);
    this.#short = Math.max(0, this.#short + amount);
    this.#long = Math.max(0, this.#long + amount);
    this.#calls = Math.max(0, this.#calls + calls);
    this.#day?.add(at, amount);
  }

  outlook(now: number): Outlook {
    const elapsed = this.#step < 0 ? 0 : Math.max(0, Math.floor(now / STEP_MS) - this.#step) * STEP_MS;
    const keepLong = Math.exp(-elapsed / LONG_MS);
    const age = Math.max(LEAST_AGE_MS, now - this.#since);
    const long = this.#long * keepLong;
    const level = Math.max(0, long - this.#before * keepLong) / seen(LONG_MS, age);
    const lately = (this.#short * Math.exp(-elapsed / SHORT_MS)) / seen(SHORT_MS, age);
    const day = this.#day?.against(long, now) ?? null;
    const base = (at: number): number => day?.rateAt(at) ?? level;
    return {
      addTo(steps, milliseconds) {
        // What is unusual now fades as fast as it is measured.
        const keep = Math.exp(-milliseconds / SHORT_MS);
        let ahead = (lately - base(now)) * Math.sqrt(keep);
        let at = now + milliseconds / 2;
        for (let index = 0; index < steps.length; index++) {
          steps[index] = (steps[index] ?? 0) + Math.max(0, base(at) + ahead) * milliseconds;
          ahead *= keep;
          at += milliseconds;
        }
      },
      calls: this.#calls * keepLong,
      steady: isAlike(day === null ? lately / level : day.ratio),
    };
  }

  #turn(step: number, at: number): void {
    const elapsed = (step - this.#step) * STEP_MS;
    if (this.#step < 0) this.#since = at;
    else if (elapsed < 0) {
      // Late, and counted as now; or the clock was set back.
      if (elapsed > -SET_BACK_MS) return;
      this.#since = at;
    } else {
      const keep = Math.exp(-elapsed / LONG_MS);
      this.#short *= Math.exp(-elapsed / SHORT_MS);
      this.#long *= keep;
      this.#calls *= keep;
      this.#before *= keep;
      if (elapsed > PAUSE_MS) {
        this.#before = this.#long;
        this.#since = at;
      }
    }
    this.#step = step;
  }
}

/** How much time a fading sum has seen after `age`. */
function seen(fadingMs: number, age: number): number {
  return fadingMs * (1 - Math.exp(-age / fadingMs));
}

function isAlike(ratio: number): boolean {
  return ratio >= 0.6 && ratio <= 1.6;
}

const HOURS = 24;
/** The weight of the newest day in the mean of an hour. */
const NEWEST_DAY = 0.35;
/** After a week without use the habits are forgotten. */
const FORGOTTEN_HOURS = 7 * HOURS;
/** How far one day may differ from the days before. */
const MOST_RATIO = 10;
/** Further back, two hours' fading leaves nothing. */
const COMPARED_HOURS = 12;

/** Use by hour of the day (UTC), as a mean over days. */
class DayProfile {
  /** Made when the first hour is over. */
  #hours: Float64Array | null = null;
  #first = -1;
  /** The hour that is being summed, counted from the epoch. */
  #hour = -1;
  #sum = 0;

  add(at: number, amount: number): void {
    const hour = Math.floor(at / HOUR);
    if (hour !== this.#hour) this.#turn(hour);
    this.#sum = Math.max(0, this.#sum + amount);
  }

  /** The days before, raised or lowered to `recent`, the sum of the last two hours; null where no such hour was seen yet. */
  against(recent: number, now: number): { ratio: number; rateAt(at: number): number | null } | null {
    if (this.#hours === null || !this.#knows(Math.floor(now / HOUR))) return null;
    // Half an hour of mean use: where little is usual, little says nothing.
    const doubt = this.#hours.reduce((sum, hour) => sum + hour, 0) / HOURS / 2;
    if (doubt === 0) return null;
    const ratio = (recent + doubt) / (this.#expected(now) + doubt);
    const bounded = Math.min(MOST_RATIO, Math.max(1 / MOST_RATIO, ratio));
    return {
      ratio,
      rateAt: (at) => {
        const hour = Math.floor(at / HOUR);
        return this.#knows(hour) ? (this.#of(hour) / HOUR) * bounded : null;
      },
    };
  }

  /** What the fading sum of two hours would be on a usual day. */
  #expected(now: number): number {
    const hour = Math.floor(now / HOUR);
    let sum = 0;
    for (let back = 0; back < COMPARED_HOURS; back++) {
      const newest = Math.max(0, now - (hour - back + 1) * HOUR);
      const oldest = now - (hour - back) * HOUR;
      const weight = LONG_MS * (Math.exp(-newest / LONG_MS) - Math.exp(-oldest / LONG_MS));
      sum += (this.#of(hour - back) / HOUR) * weight;
    }
    return sum;
  }

  #of(hour: number): number {
    return this.#hours?.[hour % HOURS] ?? 0;
  }

  /** Whether this hour of the day is over at least once. */
  #knows(hour: number): boolean {
    return this.#first >= 0 && hour - HOURS > this.#first;
  }

  #turn(hour: number): void {
    const passed = hour - this.#hour;
    if (this.#hour >= 0 && passed < 0 && passed * HOUR >= -SET_BACK_MS) return;
    if (this.#hour < 0 || passed < 0 || passed > FORGOTTEN_HOURS) {
      this.#hours?.fill(0);
      this.#first = hour;
    } else {
      const hours = this.#hours ?? new Float64Array(HOURS);
      this.#hours = hours;
      for (let over = this.#hour; over < hour; over++) {
        const days = Math.floor((over - this.#first) / HOURS) + 1;
        const index = over % HOURS;
        const mean = hours[index] ?? 0;
        const value = over === this.#hour ? this.#sum : 0;
        hours[index] = mean + Math.max(NEWEST_DAY, 1 / days) * (value - mean);
      }
    }
    this.#hour = hour;
    this.#sum = 0;
  }
}
