import { describe, expect, it } from "vitest";
import type { Failure, FailureKind } from "../../src/core/chat/failure.ts";
import { restAfter } from "../../src/core/route/consequence.ts";
import { exhaustion } from "../../src/core/route/exhaustion.ts";
import { bestUsable, plan } from "../../src/core/route/plan.ts";
import { limit, World } from "./world.ts";

const order = (world: World, model = "auto") =>
  world.request(model).candidates.map((target) => `${target.key.id} ${target.model.model.id}`);

function fail(world: World, keyId: string, model: string, failure: Failure): void {
  const target = world.state.catalogue.target(keyId, model);
  if (!target) throw new Error("no such target");
  world.apply({ type: "call-failed", keyId, model, at: world.now, failure });
  const rest = restAfter(target, failure, world.now);
  if (rest) world.apply(rest);
}

const failed = (kind: FailureKind, more: Partial<Failure> = {}): Failure => ({
  kind,
  scope: "target",
  rule: "test",
  message: "test",
  ...more,
});

describe("the order of candidates", () => {
  const world = () =>
    new World()
      .provider("a", [{ id: "x" }, { id: "y" }])
      .provider("b", [{ id: "x", family: "x" }])
      .key("a-1")
      .key("b-1")
      .key("a-2");

  it("is models in their order, and inside a model its keys in theirs", () => {
    expect(order(world())).toEqual(["a-1 x", "a-2 x", "a-1 y", "a-2 y", "b-1 x"]);
  });

  it("follows the user's reordering of keys and models", () => {
    const reordered = world();
    reordered.apply({ type: "keys-ordered", keyIds: ["a-2"] });
    reordered.apply({ type: "models-ordered", models: ["b/x"] });
    expect(order(reordered)).toEqual(["b-1 x", "a-2 x", "a-1 x", "a-2 y", "a-1 y"]);
  });

  it("tries pinned models before all others, whatever the order, until the pin is out", () => {
    const pinned = world();
    pinned.apply({ type: "models-pinned", models: ["b/x"] });
    pinned.apply({ type: "models-ordered", models: ["a/y"] });
    expect(order(pinned)).toEqual(["b-1 x", "a-1 y", "a-2 y", "a-1 x", "a-2 x"]);
    expect(pinned.state.catalogue.pinOf("b/x")).toBe(1);
    pinned.apply({ type: "models-pinned", models: [] });
    expect(order(pinned)).toEqual(["a-1 y", "a-2 y", "a-1 x", "a-2 x", "b-1 x"]);
  });

  it("puts the models of the first key first", () => {
    const reordered = world();
    reordered.apply({ type: "keys-ordered", keyIds: ["b-1"] });
    expect(order(reordered)).toEqual(["b-1 x", "a-1 x", "a-2 x", "a-1 y", "a-2 y"]);
  });

  it("keeps what is known of a target when the configuration changes", () => {
    const changed = world();
    fail(changed, "a-1", "a/x", failed("rate_minute"));
    changed.key("c-1").provider("c", [{ id: "z" }]);
    expect(bestUsable(changed.request(), changed.now)?.key.id).toBe("a-2");
  });
});

describe("a model name", () => {
  const world = new World()
    .provider("a", [{ id: "org/x", family: "x", aliases: ["x-latest"] }])
    .provider("b", [{ id: "x-b", family: "x" }, { id: "a/org/x" }])
    .key("a-1")
    .key("b-1");

  it.each([
    ["auto", ["a-1 org/x", "b-1 x-b", "b-1 a/org/x"]],
    ["org/x", ["a-1 org/x"]],
    ["a/org/x", ["a-1 org/x"]],
    ["b/a/org/x", ["b-1 a/org/x"]],
    ["x", ["a-1 org/x", "b-1 x-b"]],
    ["x-latest", ["a-1 org/x"]],
    ["claude-opus-5-5", ["a-1 org/x", "b-1 x-b", "b-1 a/org/x"]],
    ["gpt-5.5", ["a-1 org/x", "b-1 x-b", "b-1 a/org/x"]],
    ["GPT-4o", ["a-1 org/x", "b-1 x-b", "b-1 a/org/x"]],
    ["AUTO", ["a-1 org/x", "b-1 x-b", "b-1 a/org/x"]],
    ["Org/X", ["a-1 org/x"]],
  ])("%s means %j", (name, expected) => {
    expect(order(world, name)).toEqual(expected);
  });

  it("that nobody knows is unknown", () => {
    expect(world.state.catalogue.resolve("no-such-model").kind).toBe("unknown");
  });

  it("without a key is known, with nothing to serve it", () => {
    const keyless = new World().provider("a", [{ id: "x" }]);
    expect(keyless.state.catalogue.resolve("x")).toEqual({
      kind: "named",
      targets: [],
      strategy: "priority",
    });
    expect(exhaustion(keyless.request("x"), keyless.now).kind).toBe("no_key");
  });
});

describe("gates", () => {
  it("keep requests from models that cannot take them", () => {
    const world = new World()
      .provider("a", [
        { id: "plain", tools: false },
        { id: "tools" },
        { id: "eyes", vision: true },
        { id: "small", context: 100 },
      ])
      .key("a-1");
    const reasons = (needs: { tools: boolean; vision: boolean }, input = 10) =>
      [
        ...plan(
          world.request("auto", {
            needs: { ...needs, jsonSchema: false, private: false },
            tokens: { input, output: 10 },
          }),
          world.now,
        ),
      ].map((verdict) => verdict.obstacle?.reason ?? "usable");
    expect(reasons({ tools: true, vision: false })).toEqual(["no_tools", "usable", "usable", "usable"]);
    expect(reasons({ tools: false, vision: true })).toEqual([
      "no_vision",
      "no_vision",
      "usable",
      "no_vision",
    ]);
    expect(reasons({ tools: false, vision: false }, 500)).toEqual([
      "usable",
      "usable",
      "usable",
      "context_too_small",
    ]);
  });

  it("leave out disabled and invalid keys and disabled models", () => {
    const world = new World()
      .provider("a", [{ id: "x" }, { id: "y" }])
      .key("a-1")
      .key("a-2")
      .key("a-3");
    world.apply({ type: "key-state-changed", keyId: "a-1", state: "disabled", detail: null, at: world.now });
    world.apply({ type: "key-state-changed", keyId: "a-2", state: "invalid", detail: "401", at: world.now });
    world.apply({ type: "model-enabled", model: "a/x", enabled: false });
    const usable = [...plan(world.request(), world.now)].filter((verdict) => verdict.obstacle === null);
    expect(usable.map((verdict) => `${verdict.target.key.id} ${verdict.target.model.key}`)).toEqual([
      "a-3 a/y",
    ]);
  });
});

describe("rests", () => {
  it("end when their window ends, and the target is back in its old place", () => {
    const world = new World()
      .provider("a", [{ id: "x" }])
      .provider("b", [{ id: "x" }])
      .key("a-1")
      .key("b-1");
    fail(world, "a-1", "a/x", failed("rate_minute", { until: world.now + 30_000 }));
    expect(bestUsable(world.request(), world.now)?.key.id).toBe("b-1");
    expect(bestUsable(world.request(), world.now + 29_999)?.key.id).toBe("b-1");
    expect(bestUsable(world.request(), world.now + 30_000)?.key.id).toBe("a-1");
  });

  it("grow with each unexplained 429 and start again after a success", () => {
    const world = new World().provider("a", [{ id: "x" }]).key("a-1");
    const lengths: number[] = [];
    for (let hit = 0; hit < 6; hit++) {
      fail(world, "a-1", "a/x", failed("rate_unknown"));
      const until = world.state.catalogue.rest("target:a-1 a/x").until;
      lengths.push((until - world.now) / 1000);
      world.now = until;
    }
    expect(lengths).toEqual([15, 60, 300, 1800, 7200, 7200]);
    world.apply({ type: "call-succeeded", keyId: "a-1", model: "a/x", at: world.now, firstContentMs: 1 });
    fail(world, "a-1", "a/x", failed("rate_unknown"));
    expect(world.state.catalogue.rest("target:a-1 a/x").until - world.now).toBe(15_000);
  });

  it("do not grow by failures of calls that were under way already", () => {
    const world = new World().provider("a", [{ id: "x" }]).key("a-1");
    for (let call = 0; call < 5; call++) fail(world, "a-1", "a/x", failed("rate_unknown"));
    expect(world.state.catalogue.rest("target:a-1 a/x").until - world.now).toBe(15_000);
  });

  it("keep the reason of the one that ends last", () => {
    const world = new World().provider("a", [{ id: "x" }]).key("a-1");
    fail(world, "a-1", "a/x", failed("quota_day", { until: world.now + 3_600_000 }));
    fail(world, "a-1", "a/x", failed("forbidden", { until: world.now + 1_000 }));
    expect(world.state.catalogue.rest("target:a-1 a/x")).toMatchObject({
      kind: "quota_day",
      until: world.now + 3_600_000,
    });
  });

  it("are void when the clock was set back, as is an open breaker", () => {
    const world = new World().provider("a", [{ id: "x" }]).key("a-1");
    fail(world, "a-1", "a/x", failed("rate_minute", { until: world.now + 30_000 }));
    for (let hit = 0; hit < 3; hit++) fail(world, "a-1", "a/x", failed("server_error", { scope: "model" }));
    expect(bestUsable(world.request(), world.now)).toBeNull();
    expect(bestUsable(world.request(), world.now - 86_400_000)).not.toBeNull();
  });

  it("are waited for as long as the longest of them lasts", () => {
    const world = new World().provider("a", [{ id: "x" }]).key("a-1");
    fail(world, "a-1", "a/x", failed("rate_minute", { until: world.now + 2_000 }));
    fail(world, "a-1", "a/x", failed("no_credit", { scope: "account" }));
    expect(exhaustion(world.request(), world.now).soonest).toBe(world.now + 86_400_000);
  });

  it("go with their provider", () => {
    const world = new World().provider("a", [{ id: "x" }]).key("a-1");
    fail(world, "a-1", "a/x", failed("capacity", { scope: "model" }));
    world.apply({ type: "key-removed", keyId: "a-1" });
    world.apply({ type: "provider-removed", provider: "a" });
    world.provider("a", [{ id: "x" }]).key("a-2");
    expect(bestUsable(world.request(), world.now)).not.toBeNull();
  });

  it("reach as far as the failure's scope", () => {
    const world = new World()
      .provider("a", [{ id: "x" }, { id: "y" }])
      .key("a-1", "main")
      .key("a-2", "main")
      .key("a-3");
    const usable = () =>
      [...plan(world.request(), world.now)]
        .filter((verdict) => verdict.obstacle === null)
        .map((verdict) => `${verdict.target.key.id} ${verdict.target.model.model.id}`);
    fail(world, "a-1", "a/x", failed("quota_day", { scope: "account", until: world.now + 1_000 }));
    expect(usable()).toEqual(["a-3 x", "a-3 y"]);
    world.now += 1_000;
    fail(world, "a-1", "a/x", failed("capacity", { scope: "model", until: world.now + 1_000 }));
    expect(usable()).toEqual(["a-1 y", "a-2 y", "a-3 y"]);
    world.now += 1_000;
    fail(world, "a-1", "a/x", failed("rate_unknown", { scope: "provider" }));
    expect(usable()).toEqual([]);
  });

  it("are cleared by hand", () => {
    const world = new World().provider("a", [{ id: "x" }]).key("a-1");
    fail(world, "a-1", "a/x", failed("quota_day", { until: world.now + 3_600_000 }));
    world.apply({ type: "rest-cleared", scope: "target:a-1 a/x" });
    expect(bestUsable(world.request(), world.now)).not.toBeNull();
  });
});

describe("the circuit breaker", () => {
  const broken = failed("server_error", { scope: "model", status: 503 });

  it("opens after three failures in a row, doubles its rest to twelve seconds, and lets one probe through", () => {
    const world = new World().provider("a", [{ id: "x" }]).key("a-1");
    const rests: number[] = [];
    fail(world, "a-1", "a/x", broken);
    fail(world, "a-1", "a/x", broken);
    expect(bestUsable(world.request(), world.now)).not.toBeNull();
    for (let round = 0; round < 4; round++) {
      fail(world, "a-1", "a/x", broken);
      const { soonest } = exhaustion(world.request(), world.now);
      rests.push(((soonest ?? 0) - world.now) / 1000);
      world.now = soonest ?? world.now;
      world.reserve("a-1", "x");
      expect(bestUsable(world.request(), world.now)).toBeNull();
    }
    expect(rests).toEqual([5, 10, 12, 12]);
    world.apply({ type: "call-succeeded", keyId: "a-1", model: "a/x", at: world.now, firstContentMs: 1 });
    expect(bestUsable(world.request(), world.now)).not.toBeNull();
  });

  it("lets the next probe through when the client of the first one left", () => {
    const world = new World().provider("a", [{ id: "x" }]).key("a-1");
    for (let hit = 0; hit < 3; hit++) fail(world, "a-1", "a/x", broken);
    world.now += 5_000;
    const probe = world.reserve("a-1", "x");
    expect(bestUsable(world.request(), world.now)).toBeNull();
    world.settle(probe, 0);
    expect(bestUsable(world.request(), world.now)).not.toBeNull();
  });

  it("is not unlocked by the end of an older call", () => {
    const world = new World().provider("a", [{ id: "x" }]).key("a-1");
    const old = world.reserve("a-1", "x");
    for (let hit = 0; hit < 3; hit++) fail(world, "a-1", "a/x", broken);
    world.now += 5_000;
    world.reserve("a-1", "x");
    world.settle(old);
    expect(bestUsable(world.request(), world.now)).toBeNull();
  });

  it("concerns one model of one provider only", () => {
    const world = new World()
      .provider("a", [{ id: "x" }, { id: "y" }])
      .provider("b", [{ id: "x" }])
      .key("a-1")
      .key("b-1");
    for (let hit = 0; hit < 3; hit++) fail(world, "a-1", "a/x", broken);
    const usable = [...plan(world.request(), world.now)].filter((verdict) => verdict.obstacle === null);
    expect(usable.map((verdict) => verdict.target.model.key)).toEqual(["a/y", "b/x"]);
  });
});

describe("exhaustion", () => {
  it("tells apart what time heals, what failed, what is too long and what has no key", () => {
    const caps = [limit({ metric: "requests", window: "minute", cap: 1 })];
    const world = new World().provider("a", [{ id: "x", limits: caps, context: 1_000 }]).key("a-1");
    const tooLong = world.request("auto", { tokens: { input: 5_000, output: 10 } });
    expect(exhaustion(tooLong, world.now)).toEqual({ kind: "too_long", soonest: null, retryAt: null });
    world.settle(world.reserve("a-1", "x"));
    const waiting = exhaustion(world.request(), world.now);
    expect(waiting.kind).toBe("waiting");
    expect((waiting.soonest ?? 0) - world.now).toBeGreaterThan(60_000);
    const blind = world.request("auto", {
      needs: { tools: false, vision: true, jsonSchema: false, private: false },
    });
    expect(exhaustion(blind, world.now).kind).toBe("incapable");
    world.apply({ type: "key-state-changed", keyId: "a-1", state: "invalid", detail: null, at: world.now });
    expect(exhaustion(world.request(), world.now).kind).toBe("no_key");
  });
});
