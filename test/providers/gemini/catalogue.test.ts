/** What is known of Google: limits, keys, and its list of models. */
import { describe, expect, test } from "vitest";
import { traitsOf } from "../../../src/providers/dialect/gemini/traits.ts";
import { google } from "../../../src/providers/google.ts";
import { providers } from "../../../src/providers/index.ts";

const limitsOf = (id: string) => google.models.find((model) => model.id === id)?.limits;
const each = { scope: "account", pool: null, source: "guessed" };

test("each model is counted alone, by the day of California and by the minute", () => {
  expect(limitsOf("gemini-3.7-flash")).toEqual([
    { ...each, metric: "requests", window: "minute", cap: 5, reset: "sliding" },
    { ...each, metric: "requests", window: "day", cap: 20, reset: { zone: "America/Los_Angeles" } },
    { ...each, metric: "input_tokens", window: "minute", cap: 250_000, reset: "sliding" },
  ]);
  expect(limitsOf("gemma-4-31b-it")?.map(({ metric }) => metric)).toEqual(["requests", "requests"]);
});

test("is registered with a wire of its own", () => {
  expect(providers.find("google")).toBe(google);
  expect(providers.dialect(google)).not.toBe(providers.dialect({ ...google, dialect: "openai" }));
});

test.each(google.models.map((model) => [model.id, model] as const))(
  "%s has traits that fit it",
  (id, model) => {
    const { thinking, demandsSignatures, system } = traitsOf(id);
    expect(thinking !== null).toBe(model.capabilities.reasoning);
    expect(demandsSignatures).toBe(id.startsWith("gemini-3"));
    expect(system === "fold").toBe(id.startsWith("gemma-3"));
  },
);

describe("the list of models", () => {
  const row = (id: string, methods: string[], more: object = {}) => ({
    name: `models/${id}`,
    displayName: id,
    supportedGenerationMethods: methods,
    ...more,
  });
  const list = [
    row("gemini-3.5-flash", ["generateContent", "countTokens"], {
      inputTokenLimit: 1_048_576,
      outputTokenLimit: 65_536,
    }),
    row("gemini-embedding-001", ["embedContent"], { inputTokenLimit: 2048 }),
    row("imagen-9", ["predict"]),
    row("gemma-4-31b-it", ["generateContent"]),
  ];

  test("names what generates content, without the collection before it", () => {
    const listing = providers.parseModelList(JSON.stringify({ models: list }));
    expect(listing?.models).toMatchObject([
      { id: "gemini-3.5-flash", contextWindow: 1_048_576, maxOutputTokens: 65_536 },
      { id: "gemma-4-31b-it", contextWindow: null, maxOutputTokens: null },
    ]);
    expect(listing?.whole).toBe(true);
  });

  test("with a next page is not the whole of it", () => {
    expect(providers.parseModelList(JSON.stringify({ models: list, nextPageToken: "x" }))?.whole).toBe(false);
  });
});
