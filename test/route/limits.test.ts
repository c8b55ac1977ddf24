import { describe, expect, it } from "vitest";
import { exhaustion } from "../../src/core/route/exhaustion.ts";
import { bestUsable, needOf, plan } from "../../src/core/route/plan.ts";
import { limit, World } from "./world.ts";

const rpm = (cap: number) => limit({ metric: "requests", window: "minute", cap });

describe("limits", () => {
  it("are all checked before any is taken", () => {
    const world = new World()
      .provider("p", [{ id: "m", limits: [rpm(3), limit({ metric: "tokens", window: "minute", cap: 100 })] }])
      .key("p-1");
    world.settle(world.reserve("p-1", "m", 90), 90);
    const request = world.request();
    expect(bestUsable(request, world.now)).toBeNull();
    const [verdict] = plan(request, world.now);
    expect(verdict?.obstacle?.reason).toBe("limit");
  });

  it("count a request from its dispatch, not from its end", () => {
    const world = new World().provider("p", [{ id: "m", limits: [rpm(1)] }]).key("p-1");
    const call = world.reserve("p-1", "m");
    world.now += 50_000;
    world.settle(call);
    world.now += 12_500;
    expect(bestUsable(world.request(), world.now)).not.toBeNull();
  });

  it("hold the estimate while a call runs and the real use afterwards", () => {
    const tokens = limit({ metric: "tokens", window: "minute", cap: 100 });
    const world = new World().provider("p", [{ id: "m", limits: [tokens] }]).key("p-1");
    const call = world.reserve("p-1", "m", 90);
    expect(bestUsable(world.request(), world.now)).toBeNull();
    world.settle(call, 30);
    expect(bestUsable(world.request(), world.now)).not.toBeNull();
    world.settle(world.reserve("p-1", "m", 60), 60);
    expect(bestUsable(world.request(), world.now)).toBeNull();
  });

  it("give back a request that the provider does not count", () => {
    const world = new World().provider("p", [{ id: "m", limits: [rpm(1)] }]).key("p-1");
    world.settle(world.reserve("p-1", "m"), 0, 0);
    expect(bestUsable(world.request(), world.now)).not.toBeNull();
  });

  it("bound calls in flight", () => {
    const one = limit({ metric: "concurrency", window: "minute", cap: 1 });
    const world = new World().provider("p", [{ id: "m", limits: [one] }]).key("p-1");
    const call = world.reserve("p-1", "m");
    expect(bestUsable(world.request(), world.now)).toBeNull();
    world.settle(call);
    expect(bestUsable(world.request(), world.now)).not.toBeNull();
  });

  it("are shared by the keys of an account and by the models of a pool, and by nobody else", () => {
    const pooled = limit({ metric: "requests", window: "day", cap: 2, pool: "free" });
    const world = new World()
      .provider("p", [
        { id: "a", limits: [pooled] },
        { id: "b", limits: [pooled] },
      ])
      .key("p-1", "main")
      .key("p-2", "main")
      .key("p-3");
    world.settle(world.reserve("p-1", "a"));
    world.settle(world.reserve("p-2", "b"));
    expect(bestUsable(world.request(), world.now)?.key.id).toBe("p-3");
  });

  it("say never when a request is larger than the whole cap", () => {
    const tokens = limit({ metric: "tokens", window: "minute", cap: 100 });
    const world = new World().provider("p", [{ id: "m", limits: [tokens] }]).key("p-1");
    const [verdict] = plan(world.request("auto", { tokens: { input: 110, output: 20 } }), world.now);
    expect(verdict?.obstacle?.until).toBe(Number.POSITIVE_INFINITY);
  });

  it("take the provider's word: a stated cap and use by others", () => {
    const world = new World().provider("p", [{ id: "m", limits: [rpm(30)] }]).key("p-1");
    world.apply({
      type: "limit-observed",
      keyId: "p-1",
      model: "p/m",
      at: world.now,
      observations: [{ metric: "requests", window: "minute", cap: 10, remaining: 0 }],
    });
    expect(bestUsable(world.request(), world.now)).toBeNull();
    world.now += 62_000;
    for (let call = 0; call < 10; call++) {
      expect(bestUsable(world.request(), world.now)).not.toBeNull();
      world.settle(world.reserve("p-1", "m"));
    }
    expect(bestUsable(world.request(), world.now)).toBeNull();
  });

  it("tell what is said of one model from what is said of all of them", () => {
    const daily = { metric: "requests", window: "day" } as const;
    const world = new World()
      .provider("p", [
        { id: "a", limits: [limit({ ...daily, cap: 20 }), limit({ ...daily, cap: 100, pool: "all" })] },
        { id: "b", limits: [limit({ ...daily, cap: 100, pool: "all" })] },
      ])
      .key("p-1");
    const state = (subject: "model" | "pool") =>
      world.apply({
        type: "limit-observed",
        keyId: "p-1",
        model: "p/a",
        at: world.now,
        observations: [{ ...daily, subject, remaining: 0 }],
      });
    state("model");
    expect(bestUsable(world.request(), world.now)?.model.key).toBe("p/b");
    state("pool");
    expect(bestUsable(world.request(), world.now)).toBeNull();
  });

  it("believe the newest statement about use by others, and only until the stated reset", () => {
    const world = new World()
      .provider("p", [{ id: "m", limits: [limit({ metric: "requests", window: "day", cap: 1_000 })] }])
      .key("p-1");
    const state = (remaining: number, resetAt: number) =>
      world.apply({
        type: "limit-observed",
        keyId: "p-1",
        model: "p/m",
        at: world.now,
        observations: [{ metric: "requests", window: "day", remaining, resetAt }],
      });
    state(0, world.now + 90_000);
    expect(exhaustion(world.request(), world.now).soonest).toBe(world.now + 90_000);
    state(999, world.now + 90_000);
    expect(bestUsable(world.request(), world.now)).not.toBeNull();
    state(0, world.now + 400 * 86_400_000);
    expect(exhaustion(world.request(), world.now).soonest).toBe(world.now + 86_400_000);
  });

  it("settle a call where it was reserved, also when the limits changed meanwhile", () => {
    const world = new World()
      .provider("p", [{ id: "m", limits: [limit({ metric: "tokens", window: "minute", cap: 100 })] }])
      .key("p-1");
    const call = world.reserve("p-1", "m", 90);
    const [before] = world.request().candidates.flatMap((target) => target.counters);
    world.provider("p", [{ id: "m", limits: [limit({ metric: "tokens", window: "day", cap: 500 })] }]);
    const [after] = world.request().candidates.flatMap((target) => target.counters);
    world.settle(call, 40);
    expect(before?.used(world.now)).toBe(40);
    expect(after?.used(world.now)).toBe(0);
  });

  it("reserve no more output than a cap allows at all", () => {
    const tokens = limit({ metric: "tokens", window: "minute", cap: 6_000 });
    const world = new World().provider("p", [{ id: "m", limits: [tokens] }]).key("p-1");
    const request = world.request("auto", { tokens: { input: 10, output: 128_000 } });
    const target = bestUsable(request, world.now);
    expect(target && needOf(request, target).tokens).toBe(6_000);
    const tooLong = world.request("auto", { tokens: { input: 5_900, output: 128_000 } });
    expect(exhaustion(tooLong, world.now).kind).toBe("too_long");
  });

  it("are forgotten with the key they belong to", () => {
    const world = new World()
      .provider("p", [{ id: "m", limits: [rpm(3)] }])
      .key("p-1")
      .key("p-2");
    world.request();
    world.apply({ type: "key-removed", keyId: "p-1" });
    world.request();
    expect([...world.state.catalogue.counters.values()].map((counter) => counter.owner)).toEqual(["p/p-2"]);
  });

  it("survive a restart: restored use counts at its latest possible time", () => {
    const world = new World().provider("p", [{ id: "m", limits: [rpm(2)] }]).key("p-1");
    const restored = { keyId: "p-1", model: "p/m", requests: 2, inputTokens: 5, outputTokens: 5 };
    world.apply({ type: "usage-restored", from: world.now - 30_000, to: world.now - 10_000, ...restored });
    expect(bestUsable(world.request(), world.now)).toBeNull();
    expect(bestUsable(world.request(), world.now + 49_000)).toBeNull();
    expect(bestUsable(world.request(), world.now + 52_000)).not.toBeNull();
  });
});
