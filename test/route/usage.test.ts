/** What a usage endpoint teaches the router: caps up and down, what others used, and what survives a restart. */
import { describe, expect, it } from "vitest";
import type { UsageObservation } from "../../src/core/route/limits.ts";
import { bestUsable } from "../../src/core/route/plan.ts";
import { walkTo } from "../../src/core/route/walk.ts";
import { limit, NOON, World } from "./world.ts";

const DAY = { zone: "UTC" } as const;
const MIDNIGHT = NOON + 12 * 3_600_000;

function setup() {
  const pooled = limit({ metric: "requests", window: "day", cap: 50, pool: ":free", reset: DAY });
  return new World()
    .provider("p", [
      { id: "a", limits: [pooled] },
      { id: "b", limits: [pooled] },
    ])
    .key("p-1");
}

function observation(more: Partial<UsageObservation> = {}): UsageObservation {
  return {
    ...{ metric: "requests", window: "day", scope: "account", pool: ":free", reset: DAY, resetAt: MIDNIGHT },
    ...more,
  };
}

function tell(world: World, more: Partial<UsageObservation>, isLate = false, keyId = "p-1"): void {
  world.apply({ type: "usage-observed", keyId, at: world.now, observations: [observation(more)], isLate });
}

function counterOf(world: World, keyId = "p-1", model = "p/a") {
  const counter = world.state.catalogue
    .target(keyId, model)
    ?.counters.find(({ limit: { window, metric } }) => window === "day" && metric === "requests");
  if (counter === undefined) throw new Error("there is no counter");
  return counter;
}

/** How many calls go out until nothing is left. */
function drain(world: World): number {
  for (let calls = 0; ; calls++) {
    const target = bestUsable(world.request(), world.now);
    if (target === null) return calls;
    world.settle(world.reserve(target.key.id, target.model.model.id));
    world.now += 3_000;
  }
}

describe("a usage endpoint", () => {
  it("raises the cap and lowers it again, for all models of the pool", () => {
    const world = setup();
    tell(world, { cap: 1_000, remaining: 1_000 });
    expect(counterOf(world).limit).toMatchObject({ cap: 1_000, source: "usage_endpoint" });
    expect(counterOf(world, "p-1", "p/b")).toBe(counterOf(world));
    tell(world, { cap: 50, remaining: 50 });
    expect(counterOf(world).limit).toMatchObject({ cap: 50, source: "usage_endpoint" });
  });

  it("lowers what is left by what others used, until the window ends", () => {
    const world = setup();
    tell(world, { cap: 50, remaining: 20 });
    expect(counterOf(world).unseen(world.now)).toBe(30);
    expect(drain(world)).toBe(20);
    world.now = MIDNIGHT + 1_000;
    expect(bestUsable(world.request(), world.now)).not.toBeNull();
    expect(counterOf(world).left(world.now)).toBe(50);
  });

  it("counts what went through here once", () => {
    const world = setup();
    for (let call = 0; call < 5; call++) world.settle(world.reserve("p-1", "a"));
    tell(world, { cap: 50, remaining: 45 });
    expect(counterOf(world).unseen(world.now)).toBe(0);
    tell(world, { cap: 50, remaining: 41 });
    expect(counterOf(world).unseen(world.now)).toBe(4);
  });

  it("whose figures may lag behind takes nothing back, and one whose figures do not does", () => {
    const world = setup();
    tell(world, { cap: 50, remaining: 40 });
    for (let call = 0; call < 8; call++) world.settle(world.reserve("p-1", "a"));
    // Of the eight calls it has seen two: ten by others, eight here.
    tell(world, { cap: 50, remaining: 38 }, true);
    expect(counterOf(world).unseen(world.now)).toBe(10);
    tell(world, { cap: 50, remaining: 28 }, true);
    expect(counterOf(world).unseen(world.now)).toBe(14);
    tell(world, { cap: 50, remaining: 39 });
    expect(counterOf(world).unseen(world.now)).toBe(3);
  });

  it("teaches one account and not another", () => {
    const world = setup().key("p-2");
    tell(world, { cap: 1_000, remaining: 900 });
    expect(counterOf(world, "p-2").limit).toMatchObject({ cap: 50, source: "documented" });
  });

  it("tells of limits that nobody knew, for every model and key of the account", () => {
    const world = new World()
      .provider("p", [{ id: "a" }, { id: "b" }])
      .key("p-1", "x")
      .key("p-2", "x");
    tell(world, { cap: 30, remaining: 10, pool: "all" });
    const counter = counterOf(world);
    expect(counter.limit).toMatchObject({ cap: 30, source: "usage_endpoint", pool: "all" });
    expect(counterOf(world, "p-2", "p/b")).toBe(counter);
    world.apply({ type: "keys-ordered", keyIds: ["p-2", "p-1"] });
    expect(counterOf(world, "p-2", "p/b")).toBe(counter);
    expect(drain(world)).toBe(10);
  });

  it("may tell of each key apart", () => {
    const world = new World()
      .provider("p", [{ id: "a" }])
      .key("p-1", "x")
      .key("p-2", "x");
    tell(world, { cap: 30, remaining: 10, pool: "all", scope: "key" });
    tell(world, { cap: 40, remaining: 40, pool: "all", scope: "key" }, false, "p-2");
    expect(counterOf(world).limit.cap).toBe(30);
    expect(counterOf(world, "p-2").limit.cap).toBe(40);
  });

  it("is named where its limit stands in the way", () => {
    const world = setup();
    tell(world, { cap: 50, remaining: 0 });
    const { passed } = walkTo(world.request(), world.now, null);
    expect(passed[0]).toMatchObject({
      reason: "limit",
      detail: "50 requests a day (by its usage endpoint, 50 used elsewhere)",
    });
  });

  it("survives a restart with what others used", () => {
    const world = new World().provider("p", [{ id: "a" }, { id: "b" }]).key("p-1");
    tell(world, { cap: 30, remaining: 12, pool: "all" });
    const learnt = world.state.learnt(world.now);
    const again = new World().provider("p", [{ id: "a" }, { id: "b" }]).key("p-1");
    again.apply({ type: "learnt-restored", learnt: JSON.parse(JSON.stringify(learnt)), at: again.now });
    const counter = counterOf(again);
    expect(counter.limit).toMatchObject({ cap: 30, source: "usage_endpoint", reset: DAY });
    expect(counterOf(again, "p-1", "p/b")).toBe(counter);
    expect(counter.left(again.now)).toBe(12);
    expect(counter.left(MIDNIGHT + 1_000)).toBe(30);
  });
});

describe("a measure of which nobody knows what a call takes", () => {
  const share = (remaining: number): Partial<UsageObservation> => ({
    ...{ metric: "units", window: "five_hours", pool: "percent", cap: 100, remaining },
    resetAt: NOON + 3_600_000,
  });

  it("is shown, and rests the account while it is used up", () => {
    const world = new World()
      .provider("p", [{ id: "a" }])
      .key("p-1")
      .key("p-2");
    tell(world, share(54));
    expect(bestUsable(world.request(), world.now)?.key.id).toBe("p-1");
    const [counter] = [...world.state.catalogue.counters.values()].filter(
      (one) => one.limit.metric === "units",
    );
    expect(counter?.used(world.now)).toBe(46);
    tell(world, share(0));
    expect(bestUsable(world.request(), world.now)?.key.id).toBe("p-2");
    expect(world.state.catalogue.rest("account:p/p-1")).toMatchObject({
      until: NOON + 3_600_000,
      guessed: false,
    });
    tell(world, share(100), true);
    expect(bestUsable(world.request(), world.now)?.key.id).toBe("p-2");
    tell(world, share(100));
    expect(bestUsable(world.request(), world.now)?.key.id).toBe("p-1");
  });

  it("without a cap means something only when nothing is left", () => {
    const world = new World().provider("p", [{ id: "a" }]).key("p-1");
    const { cap: _, ...balance } = share(3);
    tell(world, balance);
    expect(bestUsable(world.request(), world.now)).not.toBeNull();
    tell(world, { ...balance, remaining: 0 });
    expect(bestUsable(world.request(), world.now)).toBeNull();
    world.now += 3_600_001;
    expect(bestUsable(world.request(), world.now)).not.toBeNull();
  });
});

it("a day that was over goes on once the account may do more", () => {
  const world = setup();
  world.apply({
    ...{ type: "rest-set", scope: "account:p/p-1", kind: "quota_day" },
    ...{ until: MIDNIGHT, at: world.now },
  });
  tell(world, { cap: 50, remaining: 1 });
  expect(bestUsable(world.request(), world.now)).toBeNull();
  tell(world, { cap: 1_000, remaining: 950 });
  expect(bestUsable(world.request(), world.now)).not.toBeNull();
});

it("calls under way, and those that just ended, are known by account", () => {
  const world = setup();
  const { lastCalls } = world.state;
  expect(lastCalls.at("p/p-1", world.now)).toBe(Number.NEGATIVE_INFINITY);
  const call = world.reserve("p-1", "a");
  world.now += 60_000;
  expect(lastCalls.at("p/p-1", world.now)).toBe(world.now);
  world.settle(call);
  world.now += 5_000;
  expect(lastCalls.at("p/p-1", world.now)).toBe(world.now - 5_000);
});
