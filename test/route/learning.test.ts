import { describe, expect, it } from "vitest";
import type { Failure } from "../../src/core/chat/failure.ts";
import { bestUsable } from "../../src/core/route/plan.ts";
import { RouterState } from "../../src/core/route/state.ts";
import { limit, World } from "./world.ts";

const REFUSED: Failure = { kind: "rate_unknown", scope: "target", rule: "test/429", message: "too many" };

function refuse(world: World, keyId = "p-1", model = "p/m"): void {
  world.apply({ type: "call-failed", keyId, model, at: world.now, failure: REFUSED });
}

/** Calls that find room at once. */
function room(world: World, most = 200): number {
  let calls = 0;
  while (calls < most && bestUsable(world.request(), world.now) !== null) {
    world.settle(world.reserve("p-1", "m"));
    calls++;
  }
  return calls;
}

describe("a provider that states nothing", () => {
  it("is called less often after a refusal, and step by step more again", () => {
    const world = new World().provider("p", [{ id: "m" }]).key("p-1");
    for (let call = 0; call < 50; call++) world.settle(world.reserve("p-1", "m"));
    refuse(world);
    expect(room(world)).toBe(0);
    world.now += 61_000;
    expect(room(world)).toBe(44);
    world.now += 61_000;
    expect(room(world)).toBe(48);
    // Rates above any person's use are no limit any more.
    world.now += 3_600_000 * 2;
    expect(room(world)).toBe(200);
  });

  it("is believed over the documentation, which comes back in time", () => {
    const limits = [limit({ metric: "requests", window: "minute", cap: 40 })];
    const world = new World().provider("p", [{ id: "m", limits }]).key("p-1");
    for (let call = 0; call < 30; call++) world.settle(world.reserve("p-1", "m"));
    refuse(world);
    world.now += 61_000;
    expect(room(world)).toBe(26);
    world.now += 10 * 61_000;
    expect(room(world)).toBe(40);
  });

  it("is not blamed where it states its limits: then somebody else used them", () => {
    const world = new World().provider("p", [{ id: "m" }]).key("p-1");
    const observations = [{ metric: "requests", window: "minute", cap: 30, remaining: 29 }] as const;
    world.apply({ type: "limit-observed", keyId: "p-1", model: "p/m", at: world.now, observations });
    refuse(world);
    world.now += 61_000;
    expect(room(world)).toBe(30);
  });
});

describe("a stated limit that nobody knew", () => {
  const observations = [{ metric: "tokens", window: "day", cap: 100, remaining: 60 }] as const;

  it("counts from then on, for the model on that account alone", () => {
    const world = new World()
      .provider("p", [{ id: "m" }])
      .key("p-1")
      .key("p-2");
    world.apply({ type: "limit-observed", keyId: "p-1", model: "p/m", at: world.now, observations });
    const tokens = (count: number) => ({ tokens: { input: count, output: 0 } });
    expect(bestUsable(world.request("auto", tokens(60)), world.now)?.key.id).toBe("p-1");
    expect(bestUsable(world.request("auto", tokens(61)), world.now)?.key.id).toBe("p-2");
  });

  it("is shared by the keys of the account", () => {
    const world = new World()
      .provider("p", [{ id: "m" }])
      .key("p-1", "one")
      .key("p-2", "one");
    world.apply({ type: "limit-observed", keyId: "p-1", model: "p/m", at: world.now, observations });
    expect(bestUsable(world.request("auto", { tokens: { input: 61, output: 0 } }), world.now)).toBeNull();
  });

  it("survives a restart, with paces, conversations and what was measured", () => {
    const world = new World().provider("p", [{ id: "m" }, { id: "n" }]).key("p-1");
    world.apply({ type: "limit-observed", keyId: "p-1", model: "p/m", at: world.now, observations });
    for (let call = 0; call < 10; call++) world.settle(world.reserve("p-1", "n"));
    refuse(world, "p-1", "p/n");
    world.apply({ type: "conversation-bound", conversation: "c", keyId: "p-1", model: "p/m", at: world.now });
    for (let call = 0; call < 6; call++) {
      world.apply({ type: "call-succeeded", keyId: "p-1", model: "p/m", at: world.now, firstContentMs: 700 });
    }
    const learnt = JSON.parse(JSON.stringify(world.state.learnt(world.now)));

    const again = new World().provider("p", [{ id: "m" }, { id: "n" }]).key("p-1");
    again.apply({ type: "learnt-restored", learnt, at: world.now });
    expect(again.state.learnt(world.now)).toEqual(learnt);
    expect(learnt.limits).toHaveLength(2);
    expect(again.state.conversations.find("c", world.now)?.keyId).toBe("p-1");
    const target = again.state.catalogue.target("p-1", "p/m");
    expect(
      target?.counters.map(({ limit: { metric, window, cap } }) => [metric, window, cap]),
    ).toContainEqual(["tokens", "day", 100]);
    expect(target?.model.measured.firstContentMs).toBeCloseTo(700);
  });

  it("goes back to its own limit, not to another one of that metric and window", () => {
    const limits = [
      limit({ metric: "requests", window: "day", cap: 2 }),
      limit({ metric: "requests", window: "day", cap: 5, pool: "free" }),
    ];
    const build = (): World => new World().provider("p", [{ id: "m", limits }]).key("p-1");
    const world = build();
    const told = { metric: "requests", window: "day" } as const;
    const both = [
      { ...told, subject: "model", cap: 3 },
      { ...told, subject: "pool", cap: 6 },
    ] as const;
    world.apply({ type: "limit-observed", keyId: "p-1", model: "p/m", at: world.now, observations: both });
    const again = build();
    again.apply({ type: "learnt-restored", learnt: world.state.learnt(world.now), at: world.now });
    const target = again.state.catalogue.target("p-1", "p/m");
    expect(target?.counters.slice(0, 2).map(({ limit: { cap } }) => cap)).toEqual([3, 6]);
  });

  it("of one key goes back to that key, not to another one of its account", () => {
    const limits = [limit({ metric: "requests", window: "day", cap: 10, scope: "key" })];
    const start = () =>
      new World()
        .provider("a", [{ id: "m", limits }])
        .key("a-1", "main")
        .key("a-2", "main");
    const world = start();
    const told = [
      ["a-1", 4],
      ["a-2", 7],
    ] as const;
    for (const [keyId, cap] of told) {
      const observations = [{ metric: "requests" as const, window: "day" as const, cap }];
      world.apply({ type: "limit-observed", keyId, model: "a/m", at: world.now, observations });
    }
    const again = start();
    again.apply({ type: "learnt-restored", learnt: world.state.learnt(world.now), at: world.now });
    for (const [keyId, cap] of told) {
      expect(again.state.catalogue.target(keyId, "a/m")?.counters[0]?.limit.cap).toBe(cap);
    }
  });

  it("of something that is gone is forgotten", () => {
    const state = new RouterState();
    const limits = [
      { account: "x/y", model: "x/m", metric: "tokens", window: "day", cap: 5, source: "stated" },
    ] as const;
    state.apply({
      type: "learnt-restored",
      learnt: { limits: [...limits], conversations: [], measured: [] },
      at: 1,
    });
    expect(state.learnt(1).limits).toEqual([]);
  });
});

describe("estimates of prompts", () => {
  it("follow what a model's calls were counted at, on the high side", () => {
    const world = new World().provider("p", [{ id: "m" }]).key("p-1");
    const factor = () => world.state.catalogue.models.get("p/m")?.measured.estimateFactor ?? 0;
    for (let call = 0; call < 40; call++) {
      const callId = world.reserve("p-1", "m", 200);
      const inputTokens = call % 2 === 0 ? 60 : 70;
      world.apply({
        type: "call-settled",
        callId,
        at: world.now,
        requests: 1,
        inputTokens,
        outputTokens: 10,
        counted: true,
      });
    }
    expect(factor()).toBeGreaterThan(0.65);
    expect(factor()).toBeLessThan(0.8);
  });

  it("do not follow counts that are our own guesses", () => {
    const world = new World().provider("p", [{ id: "m" }]).key("p-1");
    for (let call = 0; call < 40; call++) world.settle(world.reserve("p-1", "m", 200), 20);
    expect(world.state.catalogue.models.get("p/m")?.measured.estimateFactor).toBe(1);
  });
});
