import { describe, expect, test } from "vitest";
import { providerEvent } from "../../src/core/app/registry.ts";
import { providers } from "../../src/providers/index.ts";
import { custom, everyProvider } from "./support.ts";

describe.each(everyProvider.map((provider) => [provider.id, provider] as const))("%s", (id, provider) => {
  const builtIn = provider !== custom;

  test("is found by its id and has what the others rely on", () => {
    if (builtIn) expect(providers.find(id)).toBe(provider);
    expect(provider.baseUrl).toMatch(/^https?:\/\/\S+[^/]$/);
    expect(provider.probe.path).toMatch(/^\//);
    if (provider.probe.model !== undefined) expect(provider.probe.method).toBe("POST");
    expect(provider.probe.valid.filter((status) => provider.probe.invalid.includes(status))).toEqual([]);
    if (builtIn) {
      expect(provider.baseUrl).toMatch(/^https:/);
      expect(provider.asOf).toMatch(/^2026-\d\d-\d\d$/);
      expect(provider.source).not.toBe("");
      expect(provider.signUpUrl).toMatch(/^https:/);
      expect(provider.environment.length).toBeGreaterThan(0);
      for (const url of [provider.docsUrl, provider.probe.host, ...provider.otherBaseUrls]) {
        if (url !== null && url !== undefined) expect(url).toMatch(/^https:\/\/\S+[^/]$/);
      }
      for (const note of [provider.statusNote, provider.terms]) {
        if (note !== null) expect(note).toMatch(/^[^\n]{10,140}\.$/);
      }
    }
  });

  test("says what is the matter where it is not simply free", () => {
    expect(provider.statusNote !== null).toBe(provider.status !== "active");
  });

  test("says how its models are found where none are built in", () => {
    if (!builtIn || provider.models.length > 0) return;
    expect(provider.statusNote).toContain(`\`freellm models refresh ${id}\``);
  });

  test("takes an account id exactly where its address has a place for one", () => {
    expect(provider.baseUrl.includes("{account}")).toBe(provider.credential === "account_and_token");
    expect(provider.accountEnvironment.length > 0).toBe(provider.credential === "account_and_token");
  });

  test("starts with the models enabled that are known to be free, and no others", () => {
    const event = providerEvent(provider, new Map());
    if (event.type !== "provider-set") throw new Error("not the event of a provider");
    const free = provider.status === "active" || provider.status === "limited";
    expect(event.models.filter((model) => model.enabled).map((model) => model.id)).toEqual(
      provider.models
        .filter((model) => free && (model.status === "active" || model.status === "promo"))
        .map((model) => model.id),
    );
  });

  test("asks with a model that it has", () => {
    const { model } = provider.probe;
    if (model === undefined || provider.models.length === 0) return;
    const asked = provider.models.find((candidate) => candidate.id === model);
    expect(asked?.status).not.toBe("retired");
    const active = provider.models.some((candidate) => candidate.status === "active");
    if (active) expect(asked?.status).toBe("active");
  });

  test("lists models that make sense, each once", () => {
    const ids = provider.models.map((model) => model.id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const model of provider.models) {
      expect(model.family).not.toBe("");
      if (model.contextWindow !== null) expect(model.contextWindow).toBeGreaterThanOrEqual(4096);
      if (model.maxOutputTokens !== null) expect(model.maxOutputTokens).toBeGreaterThanOrEqual(1024);
      if (builtIn) {
        expect(model.asOf).toMatch(/^2026-\d\d-\d\d$/);
        expect(model.source).not.toBe("");
      }
      for (const limit of model.limits) {
        expect(Number.isInteger(limit.cap) && limit.cap > 0).toBe(true);
        expect(["documented", "guessed"]).toContain(limit.source);
        if (limit.metric === "units") expect(model.unitCost).toBeDefined();
      }
      const counted = model.limits.map(({ pool, metric, window }) => [pool, metric, window].join(" "));
      expect(new Set(counted).size).toBe(counted.length);
    }
  });

  test("gives the limits of one pool the same to all of it", () => {
    const pools = new Map<string, string>();
    for (const limit of provider.models.flatMap((model) => model.limits)) {
      if (limit.pool === null) continue;
      const name = [limit.pool, limit.metric, limit.window].join(" ");
      expect(pools.get(name) ?? JSON.stringify(limit)).toBe(JSON.stringify(limit));
      pools.set(name, JSON.stringify(limit));
    }
  });

  test("has a key pattern that is a regular expression of the whole key", () => {
    if (provider.keyPattern === null) return;
    expect(() => new RegExp(provider.keyPattern ?? "")).not.toThrow();
    expect(provider.keyPattern).toMatch(/^\^.*\$$/);
  });
});

describe("all providers together", () => {
  const all = providers.all();

  test("have ids and names of their own", () => {
    for (const list of [all.map(({ id }) => id), all.map(({ name }) => name)]) {
      expect(new Set(list).size).toBe(list.length);
    }
    for (const { id } of all) expect(id).toMatch(/^[a-z][a-z0-9]*$/);
  });

  test("share no prefix and no name of the environment", () => {
    for (const list of [
      all.flatMap(({ keyPrefixes }) => keyPrefixes),
      all.flatMap(({ environment, accountEnvironment }) => [...environment, ...accountEnvironment]),
    ]) {
      expect(new Set(list).size).toBe(list.length);
    }
  });

  test("are offered with the free ones first", () => {
    const ranks = all.map(({ status }) => ["active", "limited", "paid", "retired"].indexOf(status));
    expect(ranks).toEqual([...ranks].sort((one, other) => one - other));
  });
});

describe("limits as documented", () => {
  const limitsOf = (provider: string, model: string) =>
    providers
      .find(provider)
      ?.models.find((candidate) => candidate.id === model)
      ?.limits.map(({ pool, metric, window, cap, reset }) => ({ pool, metric, window, cap, reset }));

  test("Groq counts each model of an organisation", () => {
    expect(limitsOf("groq", "openai/gpt-oss-120b")).toEqual([
      { pool: null, metric: "requests", window: "minute", cap: 30, reset: "sliding" },
      { pool: null, metric: "requests", window: "day", cap: 1000, reset: "refill" },
      { pool: null, metric: "tokens", window: "minute", cap: 8000, reset: "refill" },
      { pool: null, metric: "tokens", window: "day", cap: 200_000, reset: "refill" },
    ]);
  });

  test("OpenRouter has one pool over all free models", () => {
    expect(limitsOf("openrouter", "openai/gpt-oss-20b:free")).toEqual([
      { pool: ":free", metric: "requests", window: "minute", cap: 20, reset: "sliding" },
      { pool: ":free", metric: "requests", window: "day", cap: 50, reset: { zone: "UTC" } },
    ]);
  });

  test("Mistral has rates of a model and a month of all", () => {
    expect(limitsOf("mistral", "mistral-large-latest")).toContainEqual({
      pool: "month",
      metric: "tokens",
      window: "month",
      cap: 1_000_000_000,
      reset: { zone: "UTC" },
    });
  });

  test("Cloudflare has a rate of each model and the neurons of a day for all that have a price", () => {
    expect(limitsOf("cloudflare", "@cf/openai/gpt-oss-120b")).toEqual([
      { pool: null, metric: "requests", window: "minute", cap: 300, reset: "sliding" },
      { pool: "neurons", metric: "units", window: "day", cap: 10_000, reset: { zone: "UTC" } },
    ]);
    const priced = providers.find("cloudflare")?.models.find(({ id }) => id === "@cf/openai/gpt-oss-120b");
    expect(priced?.unitCost).toEqual({ request: 0, inputToken: 0.031818, outputToken: 0.068182 });
    expect(limitsOf("cloudflare", "@cf/zai-org/glm-5.3")).toEqual([
      { pool: null, metric: "requests", window: "minute", cap: 20, reset: "sliding" },
    ]);
  });

  test("LLM7 has four windows of one token", () => {
    expect(limitsOf("llm7", "fast")?.map(({ metric, window, cap }) => [metric, window, cap])).toEqual([
      ["requests", "second", 1],
      ["requests", "minute", 60],
      ["requests", "hour", 250],
      ["tokens", "day", 100_000],
    ]);
  });

  test("ModelScope has a day of each model within a day of all", () => {
    expect(limitsOf("modelscope", "Qwen/Qwen3.5-27B")).toEqual([
      { pool: null, metric: "requests", window: "day", cap: 500, reset: "sliding" },
      { pool: "all", metric: "requests", window: "day", cap: 2000, reset: "sliding" },
    ]);
  });

  test("Kilo counts the address, Cohere the month, Zhipu one call at a time", () => {
    const kilo = providers.find("kilo")?.models[0]?.limits;
    expect(kilo).toMatchObject([{ scope: "ip", metric: "requests", window: "hour", cap: 200 }]);
    expect(limitsOf("cohere", "command-a-03-2025")).toContainEqual({
      pool: "month",
      metric: "requests",
      window: "month",
      cap: 1000,
      reset: { zone: "UTC" },
    });
    expect(limitsOf("zhipu", "glm-4.7-flash")).toMatchObject([{ metric: "concurrency", cap: 1 }]);
  });

  test("NVIDIA has a minute of all and a day of each model", () => {
    expect(limitsOf("nvidia", "openai/gpt-oss-20b")).toEqual([
      { pool: "all", metric: "requests", window: "minute", cap: 40, reset: "sliding" },
      { pool: null, metric: "requests", window: "day", cap: 10_000, reset: "sliding" },
    ]);
  });
});

describe("a model list", () => {
  test.each<[string, unknown, unknown]>([
    [
      "OpenAI",
      { object: "list", data: [{ id: "a" }, { id: "b", context_window: 8192 }] },
      [
        ["a", null],
        ["b", 8192],
      ],
    ],
    ["bare", [{ id: "a", context_length: 4096 }], [["a", 4096]]],
    [
      "models",
      {
        models: [
          { name: "a", max_context_length: 1000 },
          { id: "b", max_model_len: 2000 },
        ],
      },
      [
        ["a", 1000],
        ["b", 2000],
      ],
    ],
    [
      "ids",
      { data: ["a", "b", "a", "", 5, null, {}] },
      [
        ["a", null],
        ["b", null],
      ],
    ],
    ["llama.cpp", { data: [{ id: "a", meta: { n_ctx: 4096 } }] }, [["a", 4096]]],
    ["odd windows", { data: [{ id: "a", context_window: "big", context_length: -1 }] }, [["a", null]]],
    ["empty", { data: [] }, []],
    ["an error", { error: { message: "no" } }, undefined],
  ])("%s", (_, body, expected) => {
    const listing = providers.parseModelList(JSON.stringify(body));
    expect(listing?.models.map((model) => [model.id, model.contextWindow])).toEqual(expected);
  });

  test.each(["", "<html>", "null", "5", '"x"'])("%j is none", (body) => {
    expect(providers.parseModelList(body)).toBeUndefined();
  });
});
