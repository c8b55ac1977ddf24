/** Request fields as clients send them, row by row, and what they are taken to mean. */
import { describe, expect, test } from "vitest";
import type { ChatRequest } from "../../src/core/chat/request.ts";
import { openaiChat } from "../../src/core/surface/openai-chat/index.ts";

const HELLO = [{ role: "user", content: "hello" }];
const SCHEMA = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
const WEATHER = { type: "function", function: { name: "weather", parameters: SCHEMA } };
const TIME = { type: "function", function: { name: "time", parameters: { type: "object" } } };

function decode(fields: Record<string, unknown>): ChatRequest {
  return openaiChat.decode(JSON.parse(JSON.stringify({ model: "auto", messages: HELLO, ...fields })), 7);
}

describe("the plainest request", () => {
  test("has no field that was not sent", () => {
    expect(decode({})).toEqual({
      model: "auto",
      messages: HELLO,
      tools: [],
      sampling: {},
      stream: false,
      includeUsage: false,
      bytes: 7,
    });
  });
  test("null is absent, in every optional field", () => {
    const optional =
      "tools tool_choice functions function_call parallel_tool_calls response_format max_tokens max_completion_tokens " +
      "stream stream_options n temperature top_p top_k min_p frequency_penalty presence_penalty repetition_penalty seed " +
      "stop logit_bias logprobs top_logprobs reasoning_effort reasoning verbosity user service_tier metadata store prediction";
    expect(decode(Object.fromEntries(optional.split(" ").map((name) => [name, null])))).toEqual(decode({}));
  });
});

const TOOLS = [
  { name: "weather", parameters: SCHEMA },
  { name: "time", parameters: { type: "object" } },
];

/** name, fields as sent, fields of the canonical request */
const FIELDS: [string, Record<string, unknown>, Partial<ChatRequest>][] = [
  ["max_tokens", { max_tokens: 5 }, { maxOutputTokens: 5 }],
  ["max_completion_tokens wins", { max_tokens: 5, max_completion_tokens: 9 }, { maxOutputTokens: 9 }],
  ["n: 1", { n: 1 }, {}],
  ["stop as a string", { stop: "END" }, { sampling: { stop: ["END"] } }],
  ["stop as an array", { stop: ["a", "b"] }, { sampling: { stop: ["a", "b"] } }],
  ["stop empty", { stop: [] }, { sampling: {} }],
  [
    "usage asked for",
    { stream: true, stream_options: { include_usage: true } },
    { stream: true, includeUsage: true },
  ],
  ["stream_options without stream", { stream_options: { include_usage: false } }, { includeUsage: false }],
  ["reasoning_effort", { reasoning_effort: "low" }, { sampling: { reasoningEffort: "low" } }],
  [
    "reasoning.effort",
    { reasoning: { effort: "high", exclude: true } },
    { sampling: { reasoningEffort: "high" } },
  ],
  ["unknown fields", { prompt_cache_key: "k", provider: { order: [] }, modalities: ["text"] }, {}],
  [
    "sampling",
    {
      temperature: 0.1,
      top_p: 1,
      top_k: 40,
      min_p: 0,
      seed: 1,
      logit_bias: { "5": -100 },
      user: "u",
      store: false,
    },
    {
      sampling: {
        temperature: 0.1,
        topP: 1,
        topK: 40,
        minP: 0,
        seed: 1,
        logitBias: { "5": -100 },
        user: "u",
        store: false,
      },
    },
  ],
  ["tools", { tools: [WEATHER, TIME] }, { tools: TOOLS }],
  [
    "flat tool, type absent, nulls inside",
    { tools: [{ name: "weather", parameters: SCHEMA, description: null, strict: null }] },
    { tools: [{ name: "weather", parameters: SCHEMA }] },
  ],
  ["tools of another type", { tools: [{ type: "web_search" }, WEATHER] }, { tools: TOOLS.slice(0, 1) }],
  [
    "legacy functions",
    { functions: [WEATHER.function], function_call: "auto" },
    { tools: TOOLS.slice(0, 1), toolChoice: "auto", legacyFunctions: true },
  ],
  [
    "legacy function by name",
    { functions: [WEATHER.function], function_call: { name: "weather" } },
    { toolChoice: { name: "weather" } },
  ],
  ["tool_choice word", { tools: [WEATHER], tool_choice: "required" }, { toolChoice: "required" }],
  ["tool_choice any", { tools: [WEATHER], tool_choice: "any" }, { toolChoice: "required" }],
  ["tool_choice {type: auto}", { tools: [WEATHER], tool_choice: { type: "auto" } }, { toolChoice: "auto" }],
  [
    "tool_choice function",
    { tools: [WEATHER], tool_choice: { type: "function", function: { name: "weather" } } },
    { toolChoice: { name: "weather" } },
  ],
  [
    "tool_choice flat",
    { tools: [WEATHER], tool_choice: { type: "function", name: "weather" } },
    { toolChoice: { name: "weather" } },
  ],
  [
    "allowed_tools",
    {
      tools: [WEATHER, TIME],
      tool_choice: {
        type: "allowed_tools",
        allowed_tools: { mode: "required", tools: [{ type: "function", function: { name: "time" } }] },
      },
    },
    { tools: TOOLS.slice(1), toolChoice: "required" },
  ],
  ["response_format text", { response_format: { type: "text" } }, { responseFormat: { type: "text" } }],
  [
    "response_format json_object",
    { response_format: { type: "json_object" } },
    { responseFormat: { type: "json_object" } },
  ],
  [
    "response_format json_schema",
    { response_format: { type: "json_schema", json_schema: { name: "w", strict: true, schema: SCHEMA } } },
    { responseFormat: { type: "json_schema", name: "w", strict: true, schema: SCHEMA } },
  ],
];

describe("fields", () => {
  test.each(FIELDS)("%s", (_name, sent, understood) => {
    expect(decode(sent)).toMatchObject(understood);
  });
  test.each(["auto", "none"])("tool_choice %s without tools is dropped", (choice) => {
    expect(decode({ tool_choice: choice })).toEqual(decode({}));
  });
  test("empty stop leaves no field behind", () => {
    expect(decode({ stop: [] })).toEqual(decode({}));
  });
  test("schemas and strings are handed on, not copied", () => {
    const parameters = { type: "object", properties: { deep: { $ref: "#" } } };
    const tools = [{ type: "function", function: { name: "f", parameters } }];
    const request = openaiChat.decode({ model: "auto", messages: HELLO, tools }, 1);
    expect(request.tools[0]?.parameters).toBe(parameters);
  });
});
