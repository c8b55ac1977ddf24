/** Counting use over a window of time, in constant memory and constant time. */

import { boundaries, nextBoundary } from "../chat/zone.ts";
import type { Archive } from "./archive.ts";
import { type LimitReset, type LimitWindow, WINDOW_MS } from "./limits.ts";

export interface UseWindow {
  /** What counts at `now`. */
  used(now: number): number;
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

/** `cap` is asked anew each time: where use flows back, it does so at the rate of one cap a window. */
export function createWindow(window: LimitWindow, reset: LimitReset, cap: () => number): UseWindow {
  if (reset === "sliding") return new SlidingWindow(WINDOW_MS[window]);
  if (reset === "refill") return new RefillWindow(WINDOW_MS[window], cap);
  return new FixedWindow(window, reset.zone);
}

/** The provider's clock and ours may differ a little: use is held this much longer than the window. */
function guard(span: number): number {
  return Math.min(500, span / 100);
}

const SLOTS = 120;

/** A ring of slots. Use is dated at the end of its slot, so that it never leaves too early, and at most 1/120 too late. */
class SlidingWindow implements UseWindow {
  readonly #slot: number;
  readonly #hold: number;
  readonly #ring: Float64Array;
  /** Absolute number of the oldest slot in the ring. */
  #first = 0;
  #total = 0;
  /** The latest instant seen. */
  #newest = Number.NEGATIVE_INFINITY;

  constructor(span: number) {
    this.#slot = span / SLOTS;
    this.#hold = span + guard(span);
    this.#ring = new Float64Array(Math.ceil(this.#hold / this.#slot) + 2);
  }

  used(now: number): number {
    this.#expire(now);
    return this.#total;
  }

  add(at: number, amount: number): void {
    // What is taken back may be dated long ago: that says nothing about the clock.
    if (at > this.#newest) this.#expire(at);
    const slot = Math.floor(at / this.#slot);
    if (slot < this.#first) return;
    const index = slot % this.#ring.length;
    const held = this.#ring[index] ?? 0;
    const next = Math.max(0, held + amount);
    this.#ring[index] = next;
    this.#total += next - held;
  }

  freeAt(now: number, allowed: number): number {
    this.#expire(now);
    let left = this.#total;
    for (let slot = this.#first; left > allowed && slot < this.#first + this.#ring.length; slot++) {
      left -= this.#ring[slot % this.#ring.length] ?? 0;
      if (left <= allowed) return Math.max(now, this.#leaves(slot));
    }
    return now;
  }

  emptyAt(now: number): number {
    return this.freeAt(now, 0);
  }

  resetAt(now: number): number {
    return now + this.#hold;
  }

  decline(now: number): (at: number) => number {
    this.#expire(now);
    let left = this.#total;
    let slot = this.#first;
    const end = slot + this.#ring.length;
    return (at) => {
      for (; slot < end && this.#leaves(slot) <= at; slot++)
        left -= this.#ring[slot % this.#ring.length] ?? 0;
      return slot < end ? Math.max(0, left) : 0;
    };
  }

  archive(archive: Archive): void {
    const used = [...this.#ring.entries()].filter(([, amount]) => amount !== 0);
    for (const [index, amount] of archive.value(used)) this.#ring[index] = amount;
    this.#first = archive.value(this.#first);
    this.#total = archive.value(this.#total);
    this.#newest = archive.value(this.#newest);
  }

  #leaves(slot: number): number {
    return (slot + 1) * this.#slot + this.#hold;
  }

  #expire(now: number): void {
    if (now < this.#newest - CLOCK_SET_BACK_MS) this.#startAgain(now);
    else if (now > this.#newest) this.#newest = now;
    const length = this.#ring.length;
    // Slots that could still hold use at `now` begin here.
    const first = Math.floor((now - this.#hold) / this.#slot);
    if (first <= this.#first) return;
    if (first - this.#first >= length || this.#total === 0) {
      this.#ring.fill(0);
      this.#total = 0;
    } else {
      for (let slot = this.#first; slot < first; slot++) {
        const index = slot % length;
        this.#total -= this.#ring[index] ?? 0;
        this.#ring[index] = 0;
      }
      // Sums of fractions drift; nothing may be left over when the ring is empty.
      if (this.#total < 1e-6) this.#total = 0;
    }
    this.#first = first;
  }

  /** The clock was set back: when things happened is no longer known, so all of it counts from now. */
  #startAgain(now: number): void {
    const total = this.#total;
    this.#ring.fill(0);
    this.#first = Math.floor((now - this.#hold) / this.#slot);
    this.#newest = now;
    const slot = Math.floor(now / this.#slot);
    this.#ring[slot % this.#ring.length] = total;
  }
}

/** How far the clock must go back to count as set back: answers that overlap are dated a little out of order. */
const CLOCK_SET_BACK_MS = 30_000;

/** A bucket that is filled again bit by bit: what was used flows back at the rate of one cap a window. */
class RefillWindow implements UseWindow {
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

  /** What is told late is held as if it happened at the latest instant seen: never too short. */
  add(at: number, amount: number): void {
    if (at > this.#at) {
      this.#level = this.#levelAt(at);
      this.#at = at;
    }
    // The provider may see the first call later than the others: nothing flows until then.
    if (this.#level === 0 && amount > 0) this.#at = Math.max(this.#at, at + guard(this.#span));
    // What flowed back meanwhile cannot be taken back again.
    const flowed = amount < 0 ? Math.max(0, this.#at - guard(this.#span) - at) * this.#rate : 0;
    this.#level = Math.max(0, this.#level + (amount < 0 ? Math.min(0, amount + flowed) : amount));
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

/** One counter that starts again at a boundary of the calendar. */
class FixedWindow implements UseWindow {
  readonly #window: LimitWindow;
  readonly #zone: string;
  #start = Number.NEGATIVE_INFINITY;
  /** The boundary; use is held a guard longer. */
  #end = Number.NEGATIVE_INFINITY;
  #total = 0;
  /** What happened within the guard: it counts for the old window and for the new one. */
  #early = 0;

  constructor(window: LimitWindow, zone: string) {
    this.#window = window;
    this.#zone = zone;
  }

  used(now: number): number {
    this.#turn(now);
    return this.#total;
  }

  add(at: number, amount: number): void {
    if (at < this.#start - this.#guard) return;
    this.#turn(at);
    this.#total = Math.max(0, this.#total + amount);
    // Within the guard on either side: the provider may see it on the other one.
    if (at >= this.#end - this.#guard) this.#early = Math.max(0, this.#early + amount);
  }

  freeAt(now: number, allowed: number): number {
    return this.used(now) <= allowed ? now : this.#end + this.#guard;
  }

  emptyAt(now: number): number {
    return this.used(now) === 0 ? now : this.#end + this.#guard;
  }

  resetAt(now: number): number {
    this.#turn(now);
    // Within the guard the old window is still held.
    return now < this.#end ? this.#end : nextBoundary(this.#window, this.#zone, now);
  }

  decline(now: number): (at: number) => number {
    const total = this.used(now);
    const end = this.#end + this.#guard;
    return (at) => (at < end ? total : this.#early);
  }

  archive(archive: Archive): void {
    this.#start = archive.value(this.#start);
    this.#end = archive.value(this.#end);
    this.#total = archive.value(this.#total);
    this.#early = archive.value(this.#early);
  }

  get #guard(): number {
    return guard(WINDOW_MS[this.#window]);
  }

  #turn(now: number): void {
    const setBack = now < this.#start - CLOCK_SET_BACK_MS;
    if (now < this.#end + this.#guard && !setBack) return;
    // A clock that was set back must not forget what was used.
    const sameWindow = setBack || now < this.#end + WINDOW_MS[this.#window];
    this.#total = setBack ? this.#total : sameWindow ? this.#early : 0;
    this.#early = 0;
    const { start, end } = boundaries(this.#window, this.#zone, now);
    this.#start = start;
    this.#end = end;
  }
}
