/** The exact use of one limit, call by call, as the provider counts it. */
import type { LimitSpec } from "../../core/provider.ts";
import type { Calendar } from "./calendar.ts";

const SPAN_MS = {
  second: 1_000,
  minute: 60_000,
  hour: 3_600_000,
  five_hours: 5 * 3_600_000,
  day: 86_400_000,
  week: 7 * 86_400_000,
  month: 31 * 86_400_000,
} as const;

/** Sums of fractions that differ by less are the same. */
const ROUNDING = 1e-9;

export interface Entry {
  at: number;
  amount: number;
}

export class Tally {
  /** By time; only those that still count. */
  readonly #entries: Entry[] = [];
  readonly #limit: LimitSpec;
  readonly #span: number;
  readonly #calendar: Calendar;

  constructor(limit: LimitSpec, calendar: Calendar) {
    this.#limit = limit;
    this.#span = SPAN_MS[limit.window];
    this.#calendar = calendar;
  }

  /** What counts at `now`; instants never go back. */
  used(now: number): number {
    if (this.#limit.reset === "refill") return this.#level(now);
    this.#forget(now);
    let sum = 0;
    for (const { amount } of this.#entries) sum += amount;
    return sum;
  }

  add(at: number, amount: number): Entry {
    const entry = { at, amount };
    let index = this.#entries.length;
    while (index > 0 && (this.#entries[index - 1]?.at ?? at) > at) index--;
    this.#entries.splice(index, 0, entry);
    return entry;
  }

  /** As if it had never been. */
  remove(entry: Entry): void {
    const index = this.#entries.indexOf(entry);
    if (index >= 0) this.#entries.splice(index, 1);
  }

  fits(amount: number, now: number): boolean {
    return this.used(now) + amount <= this.#limit.cap + ROUNDING;
  }

  /** Milliseconds until `amount` fits, if nothing else comes; Infinity when it is larger than the cap. */
  waitFor(amount: number, now: number): number {
    const { cap, reset } = this.#limit;
    if (amount > cap) return Number.POSITIVE_INFINITY;
    let excess = this.used(now) + amount - cap;
    if (excess <= ROUNDING) return 0;
    if (reset === "refill") return Math.ceil((excess * this.#span) / cap);
    for (const entry of this.#entries) {
      excess -= entry.amount;
      if (excess <= ROUNDING) return this.#leavesAt(entry.at) - now;
    }
    return 0;
  }

  /** Milliseconds until nothing counts any more. */
  emptyIn(now: number): number {
    const used = this.used(now);
    if (this.#limit.reset === "refill") return Math.ceil((used * this.#span) / this.#limit.cap);
    const last = this.#entries.at(-1);
    return last === undefined ? 0 : this.#leavesAt(last.at) - now;
  }

  #leavesAt(at: number): number {
    const { reset, window } = this.#limit;
    return typeof reset === "object" ? this.#calendar.endOf(window, reset.zone, at) : at + this.#span;
  }

  #forget(now: number): void {
    const { reset, window } = this.#limit;
    let gone = 0;
    if (typeof reset === "object") {
      const current = this.#calendar.windowOf(window, reset.zone, now);
      for (const { at } of this.#entries) {
        if (this.#calendar.windowOf(window, reset.zone, at) >= current) break;
        gone++;
      }
    } else {
      for (const { at } of this.#entries) {
        if (at + this.#span > now) break;
        gone++;
      }
    }
    if (gone > 0) this.#entries.splice(0, gone);
  }

  /** A bucket that starts full: what was taken flows back at the rate of one cap a window. */
  #level(now: number): number {
    const rate = this.#limit.cap / this.#span;
    let level = 0;
    let since = this.#entries[0]?.at ?? now;
    let emptied = 0;
    for (const [index, { at, amount }] of this.#entries.entries()) {
      level = Math.max(0, level - (at - since) * rate);
      if (level === 0) emptied = index;
      level += amount;
      since = at;
    }
    level = Math.max(0, level - (now - since) * rate);
    if (level === 0) emptied = this.#entries.length;
    if (emptied > 0) this.#entries.splice(0, emptied);
    return level;
  }
}
