/** Counting use over a window of time, in constant memory and constant time. */
import { type LimitReset, type LimitWindow, WINDOW_MS } from "./limits.ts";
import { currentBoundary, nextBoundary } from "./zone.ts";

export interface UseWindow {
  /** What counts at `now`. */
  used(now: number): number;
  /** Adds `amount` (may be negative, to take back) that happened `at`. */
  add(at: number, amount: number): void;
  /** The earliest instant at which at most `allowed` is left of what counts now. */
  freeAt(now: number, allowed: number): number;
  /** When all that counts now will have left; `now` when nothing does. */
  emptyAt(now: number): number;
}

export function createWindow(window: LimitWindow, reset: LimitReset): UseWindow {
  return reset === "sliding" ? new SlidingWindow(WINDOW_MS[window]) : new FixedWindow(window, reset.zone);
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
    this.#expire(at);
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

  #leaves(slot: number): number {
    return (slot + 1) * this.#slot + this.#hold;
  }

  #expire(now: number): void {
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
}

/** One counter that starts again at a boundary of the calendar. */
class FixedWindow implements UseWindow {
  readonly #window: LimitWindow;
  readonly #zone: string;
  #start = Number.NEGATIVE_INFINITY;
  #end = Number.NEGATIVE_INFINITY;
  #total = 0;

  constructor(window: LimitWindow, zone: string) {
    this.#window = window;
    this.#zone = zone;
  }

  used(now: number): number {
    this.#turn(now);
    return this.#total;
  }

  add(at: number, amount: number): void {
    this.#turn(at);
    if (at < this.#start) return;
    this.#total = Math.max(0, this.#total + amount);
  }

  freeAt(now: number, allowed: number): number {
    return this.used(now) <= allowed ? now : this.#end;
  }

  emptyAt(now: number): number {
    return this.used(now) === 0 ? now : this.#end;
  }

  #turn(now: number): void {
    if (now < this.#end) return;
    this.#start = currentBoundary(this.#window, this.#zone, now);
    const next = nextBoundary(this.#window, this.#zone, now);
    this.#end = next + guard(WINDOW_MS[this.#window]);
    this.#total = 0;
  }
}
