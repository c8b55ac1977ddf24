/** Two keys that are one to the provider: found out by what it states, counted as one, joined for good. */
import { describe, expect, it } from "vitest";
import type { LimitSpec } from "../../src/core/route/limits.ts";
import { bestUsable } from "../../src/core/route/plan.ts";
import { limit, NOON, World } from "./world.ts";

const CAP = 100;
const DAY = 86_400_000;
const DAILY: LimitSpec = limit({
  ...{ metric: "requests", window: "day", cap: CAP, reset: { zone: "UTC" } },
});
const MINUTELY = limit({ metric: "requests", window: "minute", cap: 30 });

/** A provider that knows which keys belong together, and states what is left after each call. */
class Truth {
  readonly world = new World();
  readonly #used = new Map<string, number>();

  constructor(
    readonly purses: Readonly<Record<string, string>>,
    limits: LimitSpec[] = [DAILY],
  ) {
    this.world.provider("p", [{ id: "m", limits }]);
    for (const key of Object.keys(purses)) this.world.key(key);
  }

  used(key: string): number {
    return this.#used.get(this.purses[key] ?? "") ?? 0;
  }

  /** Use by nobody that we know. */
  spend(key: string, calls: number): void {
    this.#used.set(this.purses[key] ?? "", this.used(key) + calls);
  }

  call(key: string): void {
    const { world } = this;
    world.now += 1_000;
    const callId = world.reserve(key, "m");
    this.spend(key, 1);
    const remaining = CAP - this.used(key);
    const observations = [{ metric: "requests", window: "day", cap: CAP, remaining }] as const;
    world.settle(callId);
    world.apply({ type: "limit-observed", keyId: key, model: "p/m", at: world.now, observations });
  }

  drains() {
    return this.world.state.drains.list(this.world.state.catalogue, this.world.now);
  }

  /** What the daily counter of a key says is used. */
  counted(key: string): number | undefined {
    const target = this.world.state.catalogue.target(key, "p/m");
    return target?.counters.find(({ limit: { window } }) => window === "day")?.used(this.world.now);
  }
}

describe("keys that drain together", () => {
  it("are found after a few calls of each, and say which and until when", () => {
    const truth = new Truth({ "p-1": "one", "p-2": "one" });
    for (let turn = 0; turn < 4; turn++) {
      truth.call("p-1");
      truth.call("p-2");
    }
    expect(truth.drains()).toEqual([
      {
        ...{ provider: "p", accounts: ["p/p-1", "p/p-2"], keys: ["p-1", "p-2"] },
        ...{ since: expect.any(Number), until: NOON + DAY / 2 },
      },
    ]);
  });

  it("count each other's calls from then on, without being told", () => {
    const truth = new Truth({ "p-1": "one", "p-2": "one" }, [DAILY, MINUTELY]);
    for (let turn = 0; turn < 5; turn++) {
      truth.call("p-1");
      truth.call("p-2");
    }
    const { world } = truth;
    for (let call = 0; call < 15; call++) world.settle(world.reserve("p-1", "m"));
    expect(truth.counted("p-2")).toBe(25);
    expect(truth.counted("p-1")).toBe(25);
    // The minute, which nobody stated, is one as well: 10 calls and 15 are in it, and 5 fit.
    for (let call = 0; call < 5; call++) world.settle(world.reserve("p-2", "m"));
    expect(bestUsable(world.request(), world.now)).toBeNull();
    // A minute after the first of them.
    world.now += 62_000;
    expect(bestUsable(world.request(), world.now)).not.toBeNull();
  });

  it("are two again when the window has ended", () => {
    const truth = new Truth({ "p-1": "one", "p-2": "one" });
    for (let turn = 0; turn < 5; turn++) {
      truth.call("p-1");
      truth.call("p-2");
    }
    truth.world.now = NOON + DAY / 2 + 60_000;
    expect(truth.drains()).toEqual([]);
    for (let call = 0; call < 3; call++) truth.world.settle(truth.world.reserve("p-1", "m"));
    expect(truth.counted("p-2")).toBe(0);
  });

  it("are found, too, when somebody else uses the account now and then", () => {
    const truth = new Truth({ "p-1": "one", "p-2": "one" });
    truth.spend("p-1", 20);
    for (let turn = 0; turn < 8; turn++) {
      truth.call("p-1");
      if (turn % 3 === 1) truth.spend("p-1", 2);
      truth.call("p-2");
    }
    expect(truth.drains()).toHaveLength(1);
    const used = truth.used("p-1");
    expect(truth.counted("p-2")).toBe(used);
  });

  it("are not confused with a third that has an account of its own", () => {
    const truth = new Truth({ "p-1": "one", "p-2": "one", "p-3": "other" });
    for (let turn = 0; turn < 6; turn++) {
      for (const key of ["p-1", "p-2", "p-1", "p-3", "p-2", "p-3"]) truth.call(key);
    }
    expect(truth.drains().map(({ keys }) => keys)).toEqual([["p-1", "p-2"]]);
    expect(truth.counted("p-3")).toBe(12);
  });

  it.each([
    ["in turn", ["p-1", "p-2"]],
    ["two by two", ["p-1", "p-1", "p-2", "p-2"]],
    ["one after the other", [...Array(20).fill("p-1"), ...Array(20).fill("p-2")]],
  ])("are never seen where each has its own account, used %s", (_name, order: string[]) => {
    const truth = new Truth({ "p-1": "one", "p-2": "other" });
    for (let turn = 0; turn < 40; turn += order.length) for (const key of order) truth.call(key);
    expect(truth.drains()).toEqual([]);
    expect(truth.counted("p-1")).toBe(20);
  });

  it("have nothing left of what the other used when they are joined for good", () => {
    const truth = new Truth({ "p-1": "one", "p-2": "one" });
    for (let turn = 0; turn < 5; turn++) {
      truth.call("p-1");
      truth.call("p-2");
    }
    truth.world.key("p-2", "p-1");
    expect(truth.drains()).toEqual([]);
    expect(truth.counted("p-1")).toBe(10);
    expect(truth.counted("p-2")).toBe(10);
    truth.world.settle(truth.world.reserve("p-2", "m"));
    expect(truth.counted("p-1")).toBe(11);
  });

  it("make the same state of the same events", () => {
    const run = () => {
      const truth = new Truth({ "p-1": "one", "p-2": "one" });
      for (const key of ["p-1", "p-2", "p-2", "p-1", "p-2", "p-1", "p-1", "p-2"]) truth.call(key);
      return [truth.drains(), truth.counted("p-1"), truth.counted("p-2")];
    };
    expect(run()).toEqual(run());
  });
});

describe("a key that moves to another account", () => {
  it("takes along what it has used", () => {
    const world = new World().provider("p", [{ id: "m", limits: [DAILY] }]).key("p-1");
    for (let call = 0; call < 7; call++) world.settle(world.reserve("p-1", "m"));
    const used = () => {
      const target = world.state.catalogue.target("p-1", "p/m");
      return target?.counters.find(({ limit: { window } }) => window === "day")?.used(world.now);
    };
    world.key("p-1", "main");
    expect(used()).toBe(7);
    world.settle(world.reserve("p-1", "m"));
    world.key("p-1", "p-1");
    expect(used()).toBe(8);
  });

  it("leaves behind what belongs to those that stay", () => {
    const world = new World()
      .provider("p", [{ id: "m", limits: [DAILY] }])
      .key("p-1", "main")
      .key("p-2", "main");
    for (let call = 0; call < 7; call++) world.settle(world.reserve("p-1", "m"));
    world.key("p-2", "p-2");
    const target = world.state.catalogue.target("p-2", "p/m");
    expect(target?.counters.map((counter) => counter.used(world.now))).toEqual([0, 0]);
  });
});
