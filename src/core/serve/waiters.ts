/** Requests that wait for a target to be free, first come first served: woken by their own timer or by any call that is settled. */
import type { Clock, Timers } from "../ports.ts";

export class WaitAbortedError extends Error {
  override name = "WaitAbortedError";
}

/** Where a request stands in the line, however often it looks and waits again. */
export interface Place {
  readonly number: number;
  /** It was let look and has taken nothing yet: so many may still look after it. */
  looks: number;
}

interface Waiter {
  place: Place;
  /** Epoch milliseconds. */
  until: number;
  wake(): void;
}

/** One freed place is offered to so many: behind them there are timers. */
const MOST_LOOKS = 8;

export class Waiters {
  readonly #clock: Clock;
  readonly #timers: Timers;
  /** In order of arrival. */
  readonly #line: Waiter[] = [];
  #arrived = 0;

  constructor(clock: Clock, timers: Timers) {
    this.#clock = clock;
    this.#timers = timers;
  }

  get size(): number {
    return this.#line.length;
  }

  /** The place of a request that begins now: behind all that began before. */
  arrive(): Place {
    return { number: ++this.#arrived, looks: 0 };
  }

  /** Resolves at `until` (epoch milliseconds) or when something was settled. Rejects when `signal` aborts. */
  wait(until: number, signal: AbortSignal, place: Place): Promise<void> {
    return new Promise((resolve, reject) => {
      // Whoever waits again has found nothing.
      this.passOn(place);
      if (signal.aborted) {
        reject(new WaitAbortedError());
        return;
      }
      const leave = (): void => {
        timer.cancel();
        this.#line.splice(this.#line.indexOf(waiter), 1);
        signal.removeEventListener("abort", abort);
      };
      const waiter: Waiter = {
        place,
        until,
        wake: () => {
          leave();
          resolve();
        },
      };
      const abort = (): void => {
        leave();
        reject(new WaitAbortedError());
      };
      const timer = this.#timers.after(Math.max(1, until - this.#clock.now()), () => this.#due(waiter));
      const behind = this.#line.findLastIndex((other) => other.place.number < place.number);
      this.#line.splice(behind + 1, 0, waiter);
      signal.addEventListener("abort", abort, { once: true });
    });
  }

  /** A place may be free: lets who came first look, and the next one when that takes nothing. */
  wakeFirst(): void {
    this.#letLook(this.#line[0], MOST_LOOKS);
  }

  /** What was offered to the request is taken. */
  took(place: Place): void {
    place.looks = 0;
  }

  /** The request does not take what it was offered, if it was: the next one may look. */
  passOn(place: Place): void {
    const { looks } = place;
    place.looks = 0;
    if (looks > 1)
      this.#letLook(
        this.#line.find((other) => other.place.number > place.number),
        looks - 1,
      );
  }

  /** The configuration changed: everybody looks again. */
  wakeAll(): void {
    for (const waiter of [...this.#line]) waiter.wake();
  }

  #letLook(waiter: Waiter | undefined, looks: number): void {
    if (waiter === undefined) return;
    waiter.place.looks = looks;
    waiter.wake();
  }

  /** Its time has come, and that of those before it who wait for the same instant. */
  #due(waiter: Waiter): void {
    const now = this.#clock.now();
    for (const other of [...this.#line]) {
      if (other === waiter || (other.place.number < waiter.place.number && other.until <= now)) other.wake();
    }
  }
}
