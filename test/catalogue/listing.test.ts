/** What the lists of providers prove and what they do not. */
import { describe, expect, it } from "vitest";
import { providers } from "../../src/providers/index.ts";

const parsed = (row: Record<string, unknown>) =>
  providers.parseModelList(JSON.stringify({ data: [{ id: "vendor/x", ...row }] }))?.models[0];

describe("a price", () => {
  it.each<[string, unknown, string | null]>([
    ["all zero, as texts", { prompt: "0", completion: "0", request: "0", image: "0" }, "free"],
    ["something for images", { prompt: "0", completion: "0", image: "0.002" }, "paid"],
    ["something for tokens", { prompt: "0.0000001", completion: "0" }, "paid"],
    ["unknown until asked", { prompt: "-1", completion: "-1" }, "paid"],
    ["zero as numbers", { input: 0, output: 0 }, null],
    ["zero without tokens", { image: "0" }, null],
    ["none", undefined, null],
    ["not readable", { prompt: "free", completion: "free" }, "paid"],
  ])("%s", (_, pricing, expected) => {
    expect(parsed({ pricing })?.price).toBe(expected);
  });
});

describe("an id that says free", () => {
  it("is believed where no price is told, and only there", () => {
    const priced = (pricing?: unknown) =>
      providers.parseModelList(JSON.stringify([{ id: "x:free", pricing }]))?.models[0]?.price;
    expect(priced()).toBe("free");
    expect(priced({ prompt: "0.1", completion: "0.1" })).toBe("paid");
  });
});

describe("what is listed", () => {
  it("leaves out what does not answer with text", () => {
    for (const row of [
      { architecture: { output_modalities: ["image"] } },
      { capabilities: { completion_chat: false } },
      { type: "embedding" },
    ]) {
      expect(parsed(row)).toBeUndefined();
    }
    expect(parsed({ architecture: { output_modalities: ["text"] } })).toBeDefined();
  });

  it("tells abilities where the list does", () => {
    const architecture = { input_modalities: ["text", "image"], output_modalities: ["text"] };
    expect(parsed({ architecture, supported_parameters: ["tools", "reasoning"] })?.capabilities).toEqual({
      ...{ tools: true, vision: true, jsonSchema: false, reasoning: true },
    });
    expect(parsed({ capabilities: { function_calling: false, vision: true } })?.capabilities).toMatchObject({
      ...{ tools: false, vision: true },
    });
    expect(parsed({})?.capabilities).toBeNull();
  });

  it("reads Cloudflare's own form: names, tasks, properties and pages", () => {
    const row = (name: string, task: string) => ({
      id: "0a1b2c3d-made-up",
      name,
      task: { id: "x", name: task },
      properties: [
        { property_id: "context_window", value: "24000" },
        { property_id: "price", value: [{ unit: "per M input tokens", price: 0.3 }] },
      ],
    });
    const result = [row("@cf/a/chat", "Text Generation"), row("@cf/b/picture", "Text-to-Image")];
    const list = (count: number, total_count: number) =>
      providers.parseModelList(
        JSON.stringify({ success: true, result, result_info: { count, total_count } }),
      );
    expect(list(2, 2)).toMatchObject({
      whole: true,
      models: [{ id: "@cf/a/chat", contextWindow: 24_000, price: null }],
    });
    expect(list(2, 2)?.models).toHaveLength(1);
    expect(list(2, 9)?.whole).toBe(false);
  });

  it("leaves out what Cohere does not offer for chats", () => {
    const rows = [
      { name: "command-x", endpoints: ["chat", "generate"], context_length: 128_000 },
      { name: "embed-x", endpoints: ["embed"] },
    ];
    expect(providers.parseModelList(JSON.stringify({ models: rows }))?.models).toMatchObject([
      { id: "command-x", contextWindow: 128_000 },
    ]);
  });

  it("knows a page from the whole, and ids from their collection", () => {
    const google = { name: "models/g", inputTokenLimit: 100, outputTokenLimit: 10 };
    const methods = (method: string) => ({ ...google, supportedGenerationMethods: [method] });
    const rows = [methods("generateContent"), { ...methods("embedContent"), name: "models/e" }];
    expect(providers.parseModelList(JSON.stringify({ models: rows }))?.models).toMatchObject([
      { id: "g", contextWindow: 100, maxOutputTokens: 10 },
    ]);
    const page = providers.parseModelList('{"models":[{"name":"models/gemini-x"}],"nextPageToken":"t"}');
    expect(page).toMatchObject({ whole: false, models: [{ id: "gemini-x" }] });
    expect(providers.parseModelList('{"data":[{"id":"a"}],"has_more":true}')?.whole).toBe(false);
    expect(providers.parseModelList('{"data":[{"id":"a"}],"has_more":false}')?.whole).toBe(true);
  });
});
