import { describe, expect, it } from "vitest";
import { bestUsable, plan } from "../../src/core/route/plan.ts";
import { DEFAULT_PREFERENCES } from "../../src/core/route/preferences.ts";
import { limit, World } from "./world.ts";

const HOUR = 3_600_000;

function chosen(world: World, model: string, seed = 1): string | undefined {
  return bestUsable(world.request(model, { seed }), world.now)?.model.model.id;
}

describe("strategies", () => {
  const world = () =>
    new World()
      .provider("plain", [
        { id: "first", intelligence: 40, speed: "slow" },
        { id: "clever", intelligence: 95, speed: "slow" },
        { id: "quick", intelligence: 50, speed: "ultra" },
      ])
      .key("plain-1");

  it("take the user's order, the cleverest or the quickest, by name", () => {
    const plain = world();
    expect(chosen(plain, "auto")).toBe("first");
    expect(chosen(plain, "auto:priority")).toBe("first");
    expect(chosen(plain, "auto:smart")).toBe("clever");
    expect(chosen(plain, "auto:fast")).toBe("quick");
    expect(chosen(plain, "AUTO:FAST")).toBe("quick");
  });

  it("put a pinned model first, whatever its score, also when its provider's data come later", () => {
    const plain = world();
    plain.apply({ type: "models-pinned", models: ["plain/first", "later/late"] });
    for (const name of ["auto", "auto:smart", "auto:fast", "auto:balanced"]) {
      expect(chosen(plain, name), name).toBe("first");
    }
    plain.provider("later", [{ id: "late", intelligence: 1 }]).key("later-1");
    const order = [...plan(plain.request("auto:smart"), plain.now)].map(({ target }) => target.model.key);
    expect(order).toEqual(["plain/first", "later/late", "plain/clever", "plain/quick"]);
    plain.apply({ type: "models-pinned", models: [] });
    expect(chosen(plain, "auto:smart")).toBe("clever");
  });

  it("follow the setting, and the user's own weights", () => {
    const plain = world();
    const weights = { quality: 1, success: 0, speed: 0, quota: 0 };
    plain.apply({
      type: "preferences-set",
      preferences: { ...DEFAULT_PREFERENCES, strategy: "custom", weights },
    });
    expect(chosen(plain, "auto")).toBe("clever");
  });

  it("believe what was measured rather than the catalogue", () => {
    const plain = world();
    for (let call = 0; call < 20; call++) {
      const at = plain.now;
      const target = { keyId: "plain-1", model: "plain/quick", at };
      plain.apply({
        type: "call-failed",
        ...target,
        failure: { kind: "server_error", scope: "model", rule: "test/5xx", message: "down" },
      });
      plain.now += HOUR / 120;
    }
    plain.now += 60_000;
    expect(chosen(plain, "auto:reliable")).not.toBe("quick");
    const rate = plain.state.catalogue.models.get("plain/quick")?.measured.successRate(plain.now) ?? 1;
    expect(rate).toBeLessThan(0.5);
    // What is long past does not count for ever.
    plain.now += 24 * HOUR;
    expect(plain.state.catalogue.models.get("plain/quick")?.measured.successRate(plain.now)).toBeGreaterThan(
      0.95,
    );
  });

  it("spread over equals by the request's seed, and always the same way", () => {
    const equal = new World()
      .provider(
        "twin",
        Array.from({ length: 8 }, (_, index) => ({ id: `m-${index}`, intelligence: 60 })),
      )
      .key("twin-1");
    const picks = Array.from({ length: 64 }, (_, seed) => chosen(equal, "auto:balanced", seed));
    expect(new Set(picks).size).toBe(8);
    expect(Array.from({ length: 64 }, (_, seed) => chosen(equal, "auto:balanced", seed))).toEqual(picks);
  });

  it("spend what resets soon before what must last", () => {
    const daily = (cap: number) => limit({ metric: "requests", window: "day", cap, reset: { zone: "UTC" } });
    const late = new World()
      .provider("daily", [{ id: "expiring", limits: [daily(100)] }])
      .provider("monthly", [
        {
          id: "lasting",
          limits: [limit({ metric: "requests", window: "month", cap: 100, reset: { zone: "UTC" } })],
        },
      ])
      .key("monthly-1")
      .key("daily-1");
    late.now = Date.UTC(2026, 10, 2, 23, 0, 0);
    expect(chosen(late, "auto:balanced")).toBe("expiring");
  });

  it("list the candidates in the order in which they would be tried", () => {
    const plain = world();
    const order = [...plan(plain.request("auto:smart"), plain.now)].map(
      ({ target }) => target.model.model.id,
    );
    expect(order).toEqual(["clever", "quick", "first"]);
  });
});

describe("names", () => {
  const world = () => {
    const two = new World()
      .provider("a", [{ id: "one", family: "shared" }, { id: "two" }])
      .provider("b", [{ id: "uno", family: "shared" }])
      .key("a-1")
      .key("b-1");
    two.apply({
      type: "preferences-set",
      preferences: {
        ...DEFAULT_PREFERENCES,
        profiles: { code: ["b/uno", "gone", "a/two"], circle: ["auto:code", "a/one"], empty: ["nothing"] },
        aliases: { "gpt-5": "a/two", "my-model": "auto:code", again: "gpt-5" },
      },
    });
    return two;
  };
  const ids = (two: World, name: string) => {
    const resolution = two.state.catalogue.resolve(name);
    return resolution.kind === "unknown" ? "unknown" : resolution.targets.map(({ model }) => model.key);
  };

  it("may be chains of the user's", () => {
    expect(ids(world(), "auto:code")).toEqual(["b/uno", "a/two"]);
    expect(ids(world(), "auto:circle")).toEqual(["a/one"]);
    expect(ids(world(), "auto:empty")).toBe("unknown");
    expect(ids(world(), "auto:nothing")).toBe("unknown");
  });

  it("may be aliases, one step deep", () => {
    expect(ids(world(), "GPT-5")).toEqual(["a/two"]);
    expect(ids(world(), "my-model")).toEqual(["b/uno", "a/two"]);
    expect(ids(world(), "again")).toBe("unknown");
  });

  it("behind the id of a key mean the same by this key alone", () => {
    const two = world().key("a-2");
    const keys = (name: string) => {
      const resolution = two.state.catalogue.resolve(name);
      if (resolution.kind === "unknown") return "unknown";
      return resolution.targets.map(({ key, model }) => `${key.id} ${model.key}`);
    };
    expect(keys("a-2/auto")).toEqual(["a-2 a/one", "a-2 a/two"]);
    expect(keys("A-2/shared")).toEqual(["a-2 a/one"]);
    expect(keys("a-2/a/two")).toEqual(["a-2 a/two"]);
    expect(keys("a-2/two")).toEqual(["a-2 a/two"]);
    expect(keys("a-2/gpt-5")).toEqual(["a-2 a/two"]);
    expect(keys("a-2/b/uno")).toBe("unknown");
    expect(keys("a-2/nothing")).toBe("unknown");
    expect(keys("a-3/auto")).toBe("unknown");
    expect(keys(`${"a-2/".repeat(100_000)}auto`)).toBe("unknown");
    two.apply({
      type: "preferences-set",
      preferences: {
        ...DEFAULT_PREFERENCES,
        profiles: { mine: ["a-2/auto:mine", "a-2/auto", "b/uno", "a-2/one"] },
        aliases: { mine: "a-2/one", circle: "a-2/circle" },
      },
    });
    expect(keys("mine")).toEqual(["a-2 a/one"]);
    expect(keys("circle")).toBe("unknown");
    expect(keys("auto:mine")).toEqual(["b-1 b/uno", "a-2 a/one"]);
    expect(two.state.catalogue.resolve("a-2/auto:smart")).toMatchObject({ kind: "auto", strategy: "smart" });
  });

  it("of other vendors mean the strategy that fits them", () => {
    const strategy = (name: string) => {
      const resolution = world().state.catalogue.resolve(name);
      return resolution.kind === "unknown" ? "unknown" : resolution.strategy;
    };
    expect(strategy("claude-opus-5-5")).toBe("smart");
    expect(strategy("claude-haiku-5-5")).toBe("fast");
    expect(strategy("claude-sonnet-5")).toBe("priority");
  });

  it("several are tried in the order given", () => {
    const two = world();
    const resolution = two.state.catalogue.resolveChain(["b/uno", "unheard-of", "shared"]);
    if (resolution.kind === "unknown") throw new Error("known names");
    expect(resolution.targets.map(({ model }) => model.key)).toEqual(["b/uno", "a/one"]);
    expect(two.state.catalogue.resolveChain(["x", "y"]).kind).toBe("unknown");
  });
});

describe("private requests", () => {
  it("go only where nothing is trained on", () => {
    const world = new World()
      .provider("p", [
        { id: "open", dataUse: "may_train" },
        { id: "silent" },
        { id: "closed", dataUse: "no_training" },
      ])
      .key("p-1");
    const needs = { tools: false, vision: false, jsonSchema: false, private: true };
    const verdicts = [...plan(world.request("auto", { needs }), world.now)];
    expect(verdicts.map(({ obstacle }) => obstacle?.reason ?? null)).toEqual([
      "not_private",
      "not_private",
      null,
    ]);
  });
});
