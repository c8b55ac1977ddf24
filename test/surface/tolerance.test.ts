/** What agents send although the API's reference says otherwise, row by row, and what it is taken to mean. */
import { describe, expect, test } from "vitest";
import type { ChatRequest, Message } from "../../src/core/chat/request.ts";
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

const CALL = { id: "call_1", type: "function", function: { name: "weather", arguments: '{"city":"Bonn"}' } };
const CALLED = { id: "call_1", name: "weather", arguments: '{"city":"Bonn"}' };
const assistant = (fields: object) => ({ role: "assistant" as const, content: "", toolCalls: [], ...fields });

/** name, messages as sent, messages as understood */
const MESSAGES: [string, unknown[], Message[]][] = [
  [
    "developer keeps its role",
    [{ role: "developer", content: "be brief", name: "ops" }],
    [{ role: "developer", content: "be brief", name: "ops" }],
  ],
  [
    "tool_calls: null",
    [{ role: "assistant", content: "hi", tool_calls: null }],
    [assistant({ content: "hi" })],
  ],
  [
    "assistant content null with calls",
    [{ role: "assistant", content: null, tool_calls: [CALL] }],
    [assistant({ toolCalls: [CALLED] })],
  ],
  [
    "assistant content absent, extra fields",
    [
      {
        role: "assistant",
        tool_calls: [{ ...CALL, index: 0, extra: { a: 1 } }],
        audio: null,
        annotations: [],
      },
    ],
    [assistant({ toolCalls: [CALLED] })],
  ],
  [
    "arguments as an object (ollama)",
    [
      {
        role: "assistant",
        tool_calls: [{ ...CALL, function: { name: "weather", arguments: { city: "Bonn" } } }],
      },
    ],
    [assistant({ toolCalls: [CALLED] })],
  ],
  ...[null, "", "  ", undefined].map((empty): [string, unknown[], Message[]] => [
    `arguments ${JSON.stringify(empty)}`,
    [{ role: "assistant", tool_calls: [{ ...CALL, function: { name: "weather", arguments: empty } }] }],
    [assistant({ toolCalls: [{ id: "call_1", name: "weather", arguments: "{}" }] })],
  ]),
  [
    "custom tool call in the history",
    [
      {
        role: "assistant",
        tool_calls: [{ id: "c", type: "custom", custom: { name: "patch", input: "*** a" } }],
      },
    ],
    [assistant({ toolCalls: [{ id: "c", name: "patch", arguments: '{"input":"*** a"}' }] })],
  ],
  [
    "no ids at all: results go to the calls in order",
    [
      { role: "assistant", tool_calls: [{ function: { name: "a" } }, { id: null, function: { name: "b" } }] },
      { role: "tool", content: "1" },
      { role: "tool", tool_call_id: null, content: "2" },
    ],
    [
      assistant({
        toolCalls: [
          { id: "call_0_0", name: "a", arguments: "{}" },
          { id: "call_0_1", name: "b", arguments: "{}" },
        ],
      }),
      { role: "tool", toolCallId: "call_0_0", content: "1" },
      { role: "tool", toolCallId: "call_0_1", content: "2" },
    ],
  ],
  [
    "results name the function, in another order",
    [
      { role: "assistant", tool_calls: [{ function: { name: "a" } }, { function: { name: "b" } }] },
      { role: "tool", name: "b", content: "2" },
      { role: "tool", name: "a", content: "1" },
    ],
    [
      assistant({
        toolCalls: [
          { id: "call_0_0", name: "a", arguments: "{}" },
          { id: "call_0_1", name: "b", arguments: "{}" },
        ],
      }),
      { role: "tool", toolCallId: "call_0_1", content: "2" },
      { role: "tool", toolCallId: "call_0_0", content: "1" },
    ],
  ],
  [
    "the result has an id, its call has none",
    [
      { role: "assistant", tool_calls: [{ function: { name: "a" } }] },
      { role: "tool", tool_call_id: "x", content: "1" },
    ],
    [
      assistant({ toolCalls: [{ id: "x", name: "a", arguments: "{}" }] }),
      { role: "tool", toolCallId: "x", content: "1" },
    ],
  ],
  [
    "an id without a call is left to the provider",
    [{ role: "tool", tool_call_id: "lost", content: null }],
    [{ role: "tool", toolCallId: "lost", content: "" }],
  ],
  [
    "function role and function_call",
    [
      { role: "assistant", content: null, function_call: { name: "weather", arguments: "{}" } },
      { role: "function", name: "weather", content: "rain" },
    ],
    [
      assistant({ toolCalls: [{ id: "call_0_0", name: "weather", arguments: "{}" }] }),
      { role: "tool", toolCallId: "call_0_0", content: "rain" },
    ],
  ],
  [
    "every part",
    [
      {
        role: "user",
        content: [
          { type: "text", text: "a", cache_control: { type: "ephemeral" } },
          { type: "input_text", text: "b" },
          { type: "output_text", text: "c" },
          { type: "image_url", image_url: { url: "https://x.test/a.png", detail: "low" } },
          { type: "image_url", image_url: "data:image/png;base64,AA==" },
          { type: "input_image", image_url: "https://x.test/b.png", detail: "high" },
          { type: "input_audio", input_audio: { data: "AA==", format: "wav" } },
          { type: "file", file: { file_data: "data:application/pdf;base64,AA==", filename: "a.pdf" } },
          { type: "input_file", file_id: "file-1" },
        ],
      },
    ],
    [
      {
        role: "user",
        content: [
          { type: "text", text: "a" },
          { type: "text", text: "b" },
          { type: "text", text: "c" },
          { type: "image", url: "https://x.test/a.png", detail: "low" },
          { type: "image", url: "data:image/png;base64,AA==" },
          { type: "image", url: "https://x.test/b.png", detail: "high" },
          { type: "audio", data: "AA==", format: "wav" },
          { type: "file", data: "data:application/pdf;base64,AA==", name: "a.pdf" },
          { type: "file", fileId: "file-1" },
        ],
      },
    ],
  ],
  [
    "user content null, empty array",
    [
      { role: "user", content: null },
      { role: "user", content: [] },
    ],
    [
      { role: "user", content: "" },
      { role: "user", content: "" },
    ],
  ],
  [
    "refusal, as a part and as a field",
    [
      { role: "assistant", content: [{ type: "refusal", refusal: "no" }] },
      { role: "assistant", content: null, refusal: "never" },
    ],
    [assistant({ refusal: "no" }), assistant({ refusal: "never" })],
  ],
  [
    "replayed thinking",
    [
      { role: "assistant", content: "x", reasoning_content: "deep" },
      { role: "assistant", content: "x", reasoning_content: null, reasoning: "seek" },
      {
        role: "assistant",
        content: "x",
        reasoning: { odd: true },
        reasoning_details: [{ type: "reasoning.text" }],
      },
    ],
    [
      assistant({ content: "x", reasoning: "deep" }),
      assistant({ content: "x", reasoning: "seek" }),
      assistant({ content: "x", reasoningDetails: [{ type: "reasoning.text" }] }),
    ],
  ],
];

describe("messages", () => {
  test.each(MESSAGES)("%s", (_name, sent, understood) => {
    expect(decode({ messages: sent }).messages).toEqual(understood);
    // Deterministic, and nothing of what was sent is changed.
    expect(decode({ messages: sent })).toEqual(decode({ messages: sent }));
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
