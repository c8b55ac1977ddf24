import { randomBytes } from "node:crypto";
import type { Clock, Random, Timers } from "../../src/core/ports.ts";

export const random: Random = {
  bytes: (length) => Uint8Array.from(randomBytes(length)),
  fraction: Math.random,
};

export const clock: Clock = { now: () => Date.now(), monotonic: () => performance.now() };

export const timers: Timers = {
  after(milliseconds, callback) {
    const handle = setTimeout(callback, milliseconds);
    return { cancel: () => clearTimeout(handle) };
  },
};

/** Timers that ring when the test says so. */
export class ManualTimers implements Timers {
  #pending = new Map<symbol, () => void>();

  after(_milliseconds: number, callback: () => void) {
    const id = Symbol();
    this.#pending.set(id, callback);
    return { cancel: () => void this.#pending.delete(id) };
  }

  get count(): number {
    return this.#pending.size;
  }

  ring(): void {
    const callbacks = [...this.#pending.values()];
    this.#pending.clear();
    for (const callback of callbacks) callback();
  }
}
