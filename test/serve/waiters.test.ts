/** Who waits for a target to be free is served in the order of arrival. */
import { describe, expect, it } from "vitest";
import type { Clock, Timers } from "../../src/core/ports.ts";
import { type Place, WaitAbortedError, Waiters } from "../../src/core/serve/waiters.ts";

/** Time that is moved by hand; timers of one instant fire in the order in which they were set. */
class HandClock implements Clock, Timers {
  time = 1_000;
  #timers: { at: number; run: () => void }[] = [];

  now = () => this.time;
  monotonic = () => this.time;

  after(milliseconds: number, run: () => void) {
    const timer = { at: this.time + milliseconds, run };
    this.#timers.push(timer);
    const cancel = (): void => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
    return { cancel };
  }

  async moveTo(time: number): Promise<void> {
    this.time = time;
    for (;;) {
      const due = this.#timers.filter(({ at }) => at <= time).sort((one, other) => one.at - other.at)[0];
      if (!due) return;
      this.#timers = this.#timers.filter((other) => other !== due);
      due.run();
      await settled();
    }
  }
}

/** All that follows from what was done has happened. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}

class Stage {
  readonly clock = new HandClock();
  readonly waiters = new Waiters(this.clock, this.clock);
  readonly served: string[] = [];
  readonly looked: string[] = [];
  free = 0;

  /** Waits until it finds a free place that it can take; `fits` false: it never can. */
  async request(name: string, { fits = true, until = 9_000, abort = new AbortController() } = {}) {
    const place: Place = this.waiters.arrive();
    for (;;) {
      this.looked.push(name);
      if (fits && this.free > 0) {
        this.free--;
        this.waiters.took(place);
        this.served.push(name);
        return;
      }
      await this.waiters.wait(until, abort.signal, place);
    }
  }

  settle(): void {
    this.free++;
    this.waiters.wakeFirst();
  }
}

describe("the line of those who wait", () => {
  it("keeps the place of one who looked in vain", async () => {
    const stage = new Stage();
    for (const name of ["first", "second", "third"]) void stage.request(name);
    // Somebody else took it before the first could look.
    stage.settle();
    stage.free = 0;
    await settled();
    expect(stage.served).toEqual([]);
    for (let call = 0; call < 3; call++) {
      stage.settle();
      await settled();
    }
    expect(stage.served).toEqual(["first", "second", "third"]);
  });

  it("offers what the first cannot use to the next one, and no further than it is taken", async () => {
    const stage = new Stage();
    void stage.request("large", { fits: false });
    void stage.request("small");
    void stage.request("other");
    stage.looked.length = 0;
    stage.settle();
    await settled();
    expect(stage.served).toEqual(["small"]);
    expect(stage.looked).toEqual(["large", "small"]);
  });

  it("wakes those whose time has come in the order of arrival, not of their timers", async () => {
    const stage = new Stage();
    void stage.request("first", { until: 2_000 });
    void stage.request("second", { until: 2_000 });
    // The first looks and waits anew: its timer is the younger one now.
    stage.waiters.wakeFirst();
    await settled();
    stage.free = 1;
    await stage.clock.moveTo(2_000);
    expect(stage.served).toEqual(["first"]);
  });

  it("passes the offer on when the one who has it leaves", async () => {
    const stage = new Stage();
    const abort = new AbortController();
    const gone = stage.request("gone", { fits: false, abort }).catch((error: unknown) => error);
    void stage.request("next");
    stage.settle();
    abort.abort();
    await settled();
    expect(await gone).toBeInstanceOf(WaitAbortedError);
    expect(stage.served).toEqual(["next"]);
    expect(stage.waiters.size).toBe(0);
  });
});
