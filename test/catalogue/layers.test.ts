/** Facts of several sources over each other: the newer one wins, and nothing starts that may cost money. */
import { describe, expect, it } from "vitest";
import type { ImportedCatalogue } from "../../src/core/app/catalogue.ts";
import { bareName, familiesOf, ownFamily } from "../../src/core/app/families.ts";
import { type Layers, layered, type ModelList } from "../../src/core/app/layers.ts";
import { isRouted, providerEvent } from "../../src/core/app/registry.ts";
import type { LimitSpec, ListedModel, ModelSpec, ProviderSpec } from "../../src/core/provider.ts";
import { providers } from "../../src/providers/index.ts";

const DAY = "2026-10-05";
const groq = providers.find("groq");
if (!groq) throw new Error("groq is gone");

function spec(id: string, more: Partial<ModelSpec> = {}): ModelSpec {
  return {
    id,
    family: bareName(id),
    name: id,
    status: "active",
    contextWindow: 1_000,
    maxOutputTokens: null,
    capabilities: { tools: false, vision: false, jsonSchema: false, reasoning: false },
    intelligence: null,
    speed: null,
    limits: [],
    source: "test",
    asOf: DAY,
    ...more,
  };
}

function limit(more: Partial<LimitSpec>): LimitSpec {
  return {
    ...{ scope: "account", pool: null, metric: "requests", window: "day", cap: 10, reset: "sliding" },
    source: "documented",
    ...more,
  };
}

const base = (models: ModelSpec[], more: Partial<ProviderSpec> = {}): ProviderSpec => ({
  ...groq,
  id: "p",
  asOf: DAY,
  status: "active",
  models,
  ...more,
});

function listed(id: string, more: Partial<ListedModel> = {}): ListedModel {
  return { id, contextWindow: null, maxOutputTokens: null, price: null, capabilities: null, ...more };
}

const list = (models: ListedModel[], day = "2026-11-24", whole = true): ModelList => ({
  at: Date.parse(`${day}T12:00:00Z`),
  whole,
  models,
});

function over(provider: ProviderSpec, layers: Partial<Layers>, own = false) {
  const all = { catalogue: null, list: null, familyOf: familiesOf([provider]), ...layers };
  const result = layered(provider, own, all);
  return Object.fromEntries(result.models.map((model) => [model.id, model]));
}

const enabledIn = (provider: ProviderSpec, layers: Partial<Layers>): string[] => {
  const all = { catalogue: null, list: null, familyOf: () => null, ...layers };
  const event = providerEvent(layered(provider, false, all), new Map());
  return event.type === "provider-set"
    ? event.models.flatMap(({ id, enabled }) => (enabled ? [id] : []))
    : [];
};

describe("a provider's own list", () => {
  it("adds what is new: off, unless it is proven free", () => {
    const provider = base([spec("a")]);
    const seen = list([
      listed("a"),
      listed("b"),
      listed("c", { price: "free" }),
      listed("d", { price: "paid" }),
    ]);
    const models = over(provider, { list: seen });
    expect([models.b?.status, models.c?.status, models.d?.status]).toEqual(["unverified", "active", "gated"]);
    expect(models.b).toMatchObject({ origin: "discovered", asOf: "2026-11-24" });
    expect(enabledIn(provider, { list: seen })).toEqual(["a", "c"]);
    expect(enabledIn(base([spec("a")], { status: "paid" }), { list: seen })).toEqual([]);
  });

  it("ends what it no longer has, unless the facts are newer or the list is not whole", () => {
    const provider = base([spec("a"), spec("b"), spec("new", { asOf: "2026-11-25" })]);
    const models = over(provider, { list: list([listed("a")]) });
    expect(models.b).toMatchObject({ status: "retired", goneAt: Date.parse("2026-11-24T12:00:00Z") });
    expect(models.new).toMatchObject({ status: "active", goneAt: null });
    expect(over(provider, { list: list([listed("a")], "2026-11-24", false) }).b?.status).toBe("active");
  });

  it("stops what has a price now, and corrects windows", () => {
    const provider = base([spec("a"), spec("b")]);
    const models = over(provider, {
      list: list([listed("a", { price: "paid", contextWindow: 5_000 }), listed("b")]),
    });
    expect(models.a).toMatchObject({ status: "gated", contextWindow: 5_000 });
    expect(models.b).toMatchObject({ status: "active", contextWindow: 1_000 });
  });

  it("takes nothing from an endpoint of the user's own, and all that is new is used", () => {
    const provider = base([spec("mine", { asOf: "" })], { asOf: "" });
    const models = over(provider, { list: list([listed("other", { price: "paid" })]) }, true);
    expect(models.mine).toMatchObject({ status: "active", goneAt: null });
    expect(models.other).toMatchObject({ status: "active", origin: "user", family: "other" });
  });

  it("gives new models the shared pools and, as a guess, the smallest limits of the others", () => {
    const shared = limit({ pool: "all", cap: 50 });
    const provider = base([
      spec("a", { limits: [shared, limit({ cap: 9 }), limit({ pool: "some", window: "hour" })] }),
      spec("b", { limits: [shared, limit({ cap: 7 })] }),
    ]);
    const seen = list([listed("a"), listed("b"), listed("c"), listed("d", { price: "paid" })]);
    const models = over(provider, { list: seen });
    expect(models.c?.limits).toEqual([shared, limit({ cap: 7, source: "guessed" })]);
    expect(models.d?.limits).toEqual([]);
  });

  it("puts a new model into the family that its name belongs to", () => {
    const provider = base([spec("openai/gpt-oss-120b", { family: "gpt-oss-120b" })]);
    const models = over(provider, { list: list([listed("vendor/GPT-OSS-120b:free"), listed("x/unheard")]) });
    expect(models["vendor/GPT-OSS-120b:free"]?.family).toBe("gpt-oss-120b");
    expect(models["x/unheard"]?.family).toBe("unheard");
  });
});

describe("the family of a model", () => {
  it("of a name that stands for several is not known", () => {
    const familyOf = familiesOf([
      base([spec("x/small-1", { family: "one" }), spec("y/small-1", { family: "two" })]),
    ]);
    expect(familyOf("small-1")).toBeNull();
    expect(familyOf("one")).toBe("one");
  });

  const known = familiesOf(providers.all());

  it.each([
    ["llama3.3:70b", "llama-3.3-70b"],
    ["llama-3.3-70b", "llama-3.3-70b"],
    ["meta-llama/Llama-3.3-70B-Instruct", "llama-3.3-70b"],
    ["llama3.3:70b-instruct-q4_K_M", "llama-3.3-70b"],
    ["hf.co/unsloth/Llama-3.3-70B-Instruct-GGUF:Q4_K_M", "llama-3.3-70b"],
    ["/models/Llama-3.3-70B-Instruct.Q5_K_S.gguf", "llama-3.3-70b"],
    ["Qwen/Qwen3-32B-FP8", "qwen3-32b"],
    ["Qwen/Qwen3-32B-AWQ", "qwen3-32b"],
    ["mlx-community/Qwen3-32B-4bit", "qwen3-32b"],
    ["qwen3:32b", "qwen3-32b"],
    ["qwen3-coder:480b", "qwen3-coder-480b"],
    ["gemma3:27b", "gemma-3-27b"],
    ["google/gemma-3-27b-it", "gemma-3-27b"],
    ["phi4:latest", "phi-4"],
    ["gpt-oss:20b", "gpt-oss-20b"],
    ["openai/gpt-oss-120b", "gpt-oss-120b"],
    ["RedHatAI/gpt-oss-120b-FP8-dynamic", "gpt-oss-120b"],
  ])("%s of an own endpoint joins %s", (id, family) => expect(ownFamily(id, known)).toBe(family));

  it.each([
    // Another size, another version, another training: another model.
    ["llama3.3:8b", "llama3.3-8b"],
    ["Qwen/Qwen3-32B-Thinking", "qwen3-32b-thinking"],
    // Nobody has heard of it: still the same under both names.
    ["quux4:99b", "quux4-99b"],
    ["Quux/Quux4-99B-Instruct-GPTQ", "quux4-99b"],
    // Neither version nor size: it may be anything.
    ["mistral", "mistral"],
    ["default", "default"],
    ["org/Assistant", "org/Assistant"],
    ["qwen-coder:latest", "qwen-coder:latest"],
  ])("%s of an own endpoint is %s", (id, family) => expect(ownFamily(id, known)).toBe(family));

  it("of every built-in model is found by its own id, but for names that are used twice", () => {
    const models = providers.all().flatMap((provider) => provider.models);
    const wrong = models.filter(({ id, family }) => ![family, null].includes(known(id)));
    expect(wrong).toEqual([]);
    const unknown = models.filter(({ id }) => known(id) === null);
    expect(unknown.map(({ id }) => id)).toEqual([]);
  });
});

describe("an imported catalogue", () => {
  const catalogue = (issued: string, asOf: string): ImportedCatalogue => ({
    issued: Date.parse(issued),
    providers: new Map([
      [
        "p",
        {
          status: "limited",
          models: [
            { id: "a", asOf, source: "them", contextWindow: 9, limits: [limit({ cap: 3 })] },
            { id: "n", asOf, source: "them", status: "active" },
          ],
        },
      ],
    ]),
  });

  it("corrects and adds", () => {
    const models = over(base([spec("a")]), { catalogue: catalogue("2026-11-01T00:00:00Z", "2026-11-01") });
    expect(models.a).toMatchObject({ contextWindow: 9, origin: "built_in", family: "a", source: "them" });
    expect(models.a?.limits).toEqual([limit({ cap: 3 })]);
    expect(models.n).toMatchObject({ origin: "imported", status: "active" });
  });

  it("gives way to facts of a later version of the program", () => {
    const old = catalogue("2026-09-01T00:00:00Z", "2026-09-01");
    expect(over(base([spec("a")]), { catalogue: old }).a).toMatchObject({
      contextWindow: 1_000,
      source: "test",
    });
    const all = { catalogue: old, list: null, familyOf: () => null };
    expect(layered(base([spec("a")]), false, all).status).toBe("active");
    expect(layered(base([], { asOf: "2026-08-01" }), false, all).status).toBe("limited");
  });

  it("says nothing of an endpoint of the user's own", () => {
    const above = { catalogue: catalogue("2026-11-01T00:00:00Z", "2026-11-01") };
    expect(Object.keys(over(base([spec("a")]), above, true))).toEqual(["a"]);
  });
});

describe("what the user enabled by name", () => {
  it("stays a candidate, also when it is retired", () => {
    const [model] = layered(base([spec("a", { status: "retired" })]), false, {
      catalogue: null,
      list: null,
      familyOf: () => null,
    }).models;
    if (!model) throw new Error("no model");
    expect(isRouted(base([]), model, new Map())).toBe(false);
    expect(isRouted(base([]), model, new Map([["p/a", true]]))).toBe(true);
  });
});

describe("built-in families", () => {
  it("unify one model over providers", () => {
    const byFamily = new Map<string, Set<string>>();
    for (const provider of providers.all()) {
      for (const { family } of provider.models) {
        byFamily.set(family, (byFamily.get(family) ?? new Set()).add(provider.id));
      }
    }
    expect(byFamily.get("gpt-oss-120b")?.size).toBeGreaterThan(2);
  });
});
