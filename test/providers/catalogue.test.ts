import { describe, expect, test } from "vitest";
import { providers } from "../../src/providers/index.ts";
import { custom, everyProvider } from "./support.ts";

describe.each(everyProvider.map((provider) => [provider.id, provider] as const))("%s", (id, provider) => {
  const builtIn = provider !== custom;

  test("is found by its id and has what the others rely on", () => {
    if (builtIn) expect(providers.find(id)).toBe(provider);
    expect(provider.baseUrl).toMatch(/^https?:\/\/\S+[^/]$/);
    expect(provider.probe.path).toMatch(/^\//);
    expect(provider.probe.model !== undefined).toBe(provider.probe.method === "POST");
    expect(provider.probe.valid.filter((status) => provider.probe.invalid.includes(status))).toEqual([]);
    if (builtIn) {
      expect(provider.baseUrl).toMatch(/^https:/);
      expect(provider.asOf).toMatch(/^2026-\d\d-\d\d$/);
      expect(provider.signUpUrl).toMatch(/^https:/);
      expect(provider.environment.length).toBeGreaterThan(0);
    }
  });

  test("asks with a model that it has", () => {
    const { model } = provider.probe;
    if (model !== undefined) {
      expect(provider.models.find((candidate) => candidate.id === model)?.status).toBe("active");
    }
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
        expect(limit.source).toBe("documented");
      }
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

  test("has a key pattern that agrees with its prefixes", () => {
    if (provider.keyPattern === null) return;
    const pattern = new RegExp(provider.keyPattern);
    for (const prefix of provider.keyPrefixes) {
      const long = (length: number) => pattern.test(prefix + "a1".repeat(length / 2));
      expect([40, 50, 60, 64].some(long)).toBe(true);
    }
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
      { pool: null, metric: "requests", window: "day", cap: 1000, reset: "sliding" },
      { pool: null, metric: "tokens", window: "minute", cap: 8000, reset: "sliding" },
      { pool: null, metric: "tokens", window: "day", cap: 200_000, reset: "sliding" },
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

  test("NVIDIA has a minute of all and a day of each model", () => {
    expect(limitsOf("nvidia", "openai/gpt-oss-20b")).toEqual([
      { pool: "all", metric: "requests", window: "minute", cap: 40, reset: "sliding" },
      { pool: null, metric: "requests", window: "day", cap: 10_000, reset: "sliding" },
    ]);
  });
});

describe("a pasted key", () => {
  test.each([
    ["gsk_madeup0000000000", "groq"],
    [" sk-or-v1-madeup0000\n", "openrouter"],
    ["nvapi-madeup0000", "nvidia"],
    ["sk-madeup0000000000", undefined],
    ["a1B2c3D4e5F6a1B2c3D4e5F6a1B2c3D4", undefined],
    ["gsk_", undefined],
    ["", undefined],
  ])("%j", (key, expected) => {
    expect(providers.recognise(key)?.id).toBe(expected);
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
