/** Requests that wait for a target to be free: woken by their own timer or by any call that is settled. */
import type { Clock, Timers } from "../ports.ts";

export class WaitAbortedError extends Error {
  override name = "WaitAbortedError";
}

export class Waiters {
  readonly #clock: Clock;
  readonly #timers: Timers;
  /** In order of arrival, so that who came first is woken first. */
  readonly #waiting = new Set<() => void>();

  constructor(clock: Clock, timers: Timers) {
    this.#clock = clock;
    this.#timers = timers;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Resolves at `until` (epoch milliseconds) or when something was settled. Rejects when `signal` aborts. */
  wait(until: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(new WaitAbortedError());
        return;
      }
      const leave = (): void => {
        timer.cancel();
        this.#waiting.delete(wake);
        signal.removeEventListener("abort", abort);
      };
      const wake = (): void => {
        leave();
        resolve();
      };
      const abort = (): void => {
        leave();
        reject(new WaitAbortedError());
      };
      const timer = this.#timers.after(Math.max(1, until - this.#clock.now()), wake);
      this.#waiting.add(wake);
      signal.addEventListener("abort", abort, { once: true });
    });
  }

  /** A place may be free: lets who came first look. The others have timers of their own. */
  wakeFirst(): void {
    const first = this.#waiting.values().next();
    if (!first.done) first.value();
  }

  /** The configuration changed: everybody looks again. */
  wakeAll(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}
