import { expect, test } from "vitest";
import { encodeModel, encodeModelList, type ListedModel } from "../../src/core/surface/models.ts";

const READY: ListedModel = {
  id: "groq/openai/gpt-oss-120b",
  ownedBy: "groq",
  created: 1_790_000_000,
  contextWindow: 131_072,
  maxOutputTokens: null,
  capabilities: { tools: true, vision: false, jsonSchema: true, reasoning: true },
  dataUse: "may_train",
  available: true,
  reason: null,
  until: null,
  providers: ["groq"],
};
const RESTING: ListedModel = {
  ...READY,
  id: "gpt-oss-120b",
  maxOutputTokens: 8_192,
  available: false,
  reason: "every key is at its daily limit",
  until: Date.UTC(2026, 10, 24, 8, 30),
  providers: ["groq", "openrouter"],
};

test("one model, available", () => {
  expect(JSON.parse(encodeModel(READY))).toEqual({
    id: "groq/openai/gpt-oss-120b",
    object: "model",
    created: 1_790_000_000,
    owned_by: "groq",
    context_length: 131_072,
    max_output_tokens: null,
    capabilities: { tools: true, vision: false, json_schema: true, reasoning: true },
    data_use: "may_train",
    available: true,
    unavailable_reason: null,
    available_at: null,
    providers: ["groq"],
  });
});

test("the list keeps the order and says why not, and until when", () => {
  const list = JSON.parse(encodeModelList([RESTING, READY]));
  expect(list.object).toBe("list");
  expect(list.data.map((model: { id: string }) => model.id)).toEqual([RESTING.id, READY.id]);
  expect(list.data[0]).toMatchObject({
    available: false,
    unavailable_reason: "every key is at its daily limit",
    available_at: "2026-11-24T08:30:00.000Z",
    max_output_tokens: 8_192,
    providers: ["groq", "openrouter"],
  });
  expect(JSON.parse(encodeModelList([]))).toEqual({ object: "list", data: [] });
});
