/** Use that flows back bit by bit. */
import type { Archive } from "./archive.ts";
import { CLOCK_SET_BACK_MS, guard, type UseWindow } from "./use-window.ts";

/** Sums of fractions that differ by less are the same. */
const ROUNDING = 1e-9;

/** A bucket that is filled again bit by bit: what was used flows back at the rate of one cap a window. */
export class RefillWindow implements UseWindow {
  readonly #span: number;
  readonly #cap: () => number;
  #level = 0;
  /** When `#level` held: from then on it flows. */
  #at = Number.NEGATIVE_INFINITY;

  constructor(span: number, cap: () => number) {
    this.#span = span + guard(span);
    this.#cap = cap;
  }

  /** Looking changes nothing (but for a clock that was set back): who looks when must not matter. */
  used(now: number): number {
    if (now <= this.#at - CLOCK_SET_BACK_MS) this.#at = now;
    return this.#levelAt(now);
  }

  staysUntil(now: number): number {
    if (this.used(now) === 0) return Number.POSITIVE_INFINITY;
    return Math.max(now, this.#at);
  }

  /** What is told late is held as if it happened at the latest instant seen: never too short. */
  add(at: number, amount: number): void {
    if (at > this.#at) {
      this.#level = this.#levelAt(at);
      this.#at = at;
    }
    // The provider may see the first call later than the others: nothing flows until then.
    if (this.#level === 0 && amount > 0) this.#at = Math.max(this.#at, at + guard(this.#span));
    this.#level = amount < 0 ? this.#without(at, -amount) : this.#level + amount;
  }

  /** The level without a use of before. What flowed back meanwhile cannot be taken back again, and what stays is still held. */
  #without(at: number, amount: number): number {
    const passed = this.#at - at;
    const held = Math.max(0, passed - guard(this.#span));
    // There was nothing else.
    if (this.#level - amount + held * this.#rate <= ROUNDING) return 0;
    return Math.max(0, this.#level - Math.max(0, amount - Math.max(0, passed) * this.#rate));
  }

  freeAt(now: number, allowed: number): number {
    const excess = this.used(now) - allowed;
    // One millisecond more: what is a rounding error short is not there yet.
    return excess <= 0 ? now : Math.ceil(Math.max(now, this.#at) + excess / this.#rate) + 1;
  }

  emptyAt(now: number): number {
    return this.freeAt(now, 0);
  }

  resetAt(now: number): number {
    return now + this.#span;
  }

  decline(now: number): (at: number) => number {
    const used = this.used(now);
    const start = Math.max(now, this.#at);
    return (at) => Math.max(0, used - Math.max(0, at - start) * this.#rate);
  }

  /** Use that flows back in a millisecond. */
  get #rate(): number {
    return this.#cap() / this.#span;
  }

  /** A clock that was set back stops the flow until it has caught up, or starts it again from there. */
  #levelAt(now: number): number {
    return now > this.#at ? Math.max(0, this.#level - (now - this.#at) * this.#rate) : this.#level;
  }

  archive(archive: Archive): void {
    this.#level = archive.value(this.#level);
    this.#at = archive.value(this.#at);
  }
}
