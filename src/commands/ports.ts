/** The outside world as it really is. */
import { randomBytes } from "node:crypto";
import type { Clock, Random, Timer, Timers } from "../core/ports.ts";

export const clock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};

export const timers: Timers = {
  after: (milliseconds, callback) => new SystemTimer(callback, milliseconds),
};

class SystemTimer implements Timer {
  readonly #handle: ReturnType<typeof setTimeout>;

  constructor(callback: () => void, milliseconds: number) {
    this.#handle = setTimeout(callback, milliseconds);
  }

  cancel(): void {
    clearTimeout(this.#handle);
  }
}

export const random: Random = {
  bytes: (length) => randomBytes(length),
  fraction: () => Math.random(),
};
