/** Use that leaves all at once, at a boundary of the calendar. */
import type { Zones } from "../chat/zone.ts";
import type { Archive } from "./archive.ts";
import { type LimitWindow, WINDOW_MS } from "./limits.ts";
import { CLOCK_SET_BACK_MS, guard, type UseWindow } from "./use-window.ts";

/** One counter that starts again at a boundary of the calendar. */
export class FixedWindow implements UseWindow {
  readonly #window: LimitWindow;
  readonly #zone: string;
  readonly #zones: Zones;
  readonly #guard: number;
  #start = Number.NEGATIVE_INFINITY;
  /** The boundary; use is held a guard longer. */
  #end = Number.NEGATIVE_INFINITY;
  #total = 0;
  /** What happened within the guard: it counts for the old window and for the new one. */
  #early = 0;

  constructor(window: LimitWindow, zone: string, zones: Zones) {
    this.#window = window;
    this.#zone = zone;
    this.#zones = zones;
    this.#guard = guard(WINDOW_MS[window]);
  }

  used(now: number): number {
    this.#turn(now);
    return this.#total;
  }

  staysUntil(now: number): number {
    this.#turn(now);
    return this.#end + this.#guard;
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
    return now < this.#end ? this.#end : this.#zones.boundaries(this.#window, this.#zone, now).end;
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

  #turn(now: number): void {
    const setBack = now < this.#start - CLOCK_SET_BACK_MS;
    if (now < this.#end + this.#guard && !setBack) return;
    // A clock that was set back must not forget what was used.
    const sameWindow = setBack || now < this.#end + WINDOW_MS[this.#window];
    this.#total = setBack ? this.#total : sameWindow ? this.#early : 0;
    this.#early = 0;
    const { start, end } = this.#zones.boundaries(this.#window, this.#zone, now);
    this.#start = start;
    this.#end = end;
  }
}
