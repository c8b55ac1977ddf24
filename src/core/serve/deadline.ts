/** One deadline that moves: setting it costs a number, not a timer. Runs on the monotonic clock. */
import type { Clock, Timer, Timers } from "../ports.ts";

/** From here on, in milliseconds, a deadline may be late by less than a grain. */
const COARSE_MS = 2_000;
const GRAIN_MS = 250;

/** Whom it concerns that a deadline was not moved or cancelled in time. */
export interface DeadlineOwner {
  /** Called once. */
  expired(): void;
}

export class Deadline {
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #owner: DeadlineOwner;
  readonly #last: number;
  #dueAt = 0;
  #timerAt = 0;
  #timer: Timer | null = null;

  /**
   * However often it is moved, it never lies more than `longest` milliseconds from now.
   */
  constructor(clock: Clock, timers: Timers, owner: DeadlineOwner, longest = Number.POSITIVE_INFINITY) {
    this.#last = clock.monotonic() + longest;
    this.#clock = clock;
    this.#timers = timers;
    this.#owner = owner;
  }

  /** The next deadline is `milliseconds` from now; replaces the one before. */
  set(milliseconds: number): void {
    const now = this.#clock.monotonic();
    this.#dueAt = Math.min(now + milliseconds, this.#last);
    if (this.#timer && this.#timerAt <= this.#dueAt) return;
    this.#timer?.cancel();
    this.#arm(this.#dueAt - now);
  }

  /** No deadline but the longest, until the next `set`. */
  pause(): void {
    this.#dueAt = this.#last;
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#dueAt = Number.POSITIVE_INFINITY;
  }

  #arm(milliseconds: number): void {
    // Long ones need not be exact: those of one length share a timer.
    const length = milliseconds < COARSE_MS ? milliseconds : Math.ceil(milliseconds / GRAIN_MS) * GRAIN_MS;
    this.#timerAt = this.#clock.monotonic() + length;
    this.#timer = this.#timers.after(length, () => {
      this.#timer = null;
      const left = this.#dueAt - this.#clock.monotonic();
      if (left > 1) this.#arm(left);
      else if (Number.isFinite(this.#dueAt)) this.#owner.expired();
    });
  }
}
