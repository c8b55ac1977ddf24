/** What goes out, in the same cases for every registered provider: a new data file is tested without a line of test. */
import { describe, expect, test } from "vitest";
import type { AssistantMessage, ChatRequest, Message, Tool } from "../../../src/core/chat/request.ts";
import { providers } from "../../../src/providers/index.ts";
import {
  chatRequest,
  chunk,
  encodedBody,
  openaiProviders,
  replayText,
  stream,
  targetOf,
} from "../support.ts";

const KNOWN_FIELDS = new Set(
  (
    "model messages temperature top_p top_k min_p frequency_penalty presence_penalty repetition_penalty seed " +
    "random_seed stop logit_bias logprobs top_logprobs reasoning_effort verbosity user service_tier metadata store " +
    "prediction max_tokens max_completion_tokens tools tool_choice parallel_tool_calls response_format " +
    "stream_options stream thinking enable_thinking thinking_budget"
  ).split(" "),
);

const weather: Tool = {
  name: "weather",
  description: "Weather of a place",
  parameters: { type: "object", properties: { place: { type: "string" } } },
};
const clock: Tool = { name: "clock" };
const everything: ChatRequest["sampling"] = {
  temperature: 0.5,
  topP: 0.9,
  topK: 40,
  minP: 0.1,
  frequencyPenalty: 0.1,
  presencePenalty: 0.2,
  repetitionPenalty: 1.1,
  seed: 7,
  stop: ["END"],
  logitBias: { "5": 1 },
  logprobs: true,
  topLogprobs: 2,
  reasoningEffort: "low",
  verbosity: "low",
  user: "somebody",
  serviceTier: "auto",
  metadata: { a: "b" },
  store: false,
  prediction: { type: "content", content: "x" },
};
const history: Message[] = [
  { role: "developer", content: "Be brief." },
  { role: "user", content: "Weather here and there?" },
  {
    role: "assistant",
    content: "",
    reasoning: "I must look.",
    reasoningDetails: [{ type: "reasoning.text", text: "I must look." }],
    toolCalls: [
      { id: "call_of_another_provider_1", name: "weather", arguments: '{"place":"here"}' },
      { id: "call_of_another_provider_2", name: "weather", arguments: "" },
    ],
  },
  { role: "tool", toolCallId: "call_of_another_provider_1", content: "rain" },
  { role: "tool", toolCallId: "call_of_another_provider_2", content: [{ type: "text", text: "sun" }] },
];
function nullsIn(value: unknown, path = ""): string[] {
  if (value === null) return [path];
  if (typeof value !== "object") return [];
  return Object.entries(value).flatMap(([key, inner]) => nullsIn(inner, `${path}.${key}`));
}

function messagesOf(body: Record<string, unknown>): Record<string, unknown>[] {
  const { messages } = body;
  if (!Array.isArray(messages)) throw new Error("no messages");
  return messages;
}

describe.each(openaiProviders.map((provider) => [provider.id, provider] as const))("%s", (_, provider) => {
  const { quirks } = provider;
  const dialect = providers.dialect(provider);

  test("addresses the chat endpoint below the base URL of the provider or the key", () => {
    const own = dialect.encode(chatRequest(), targetOf(provider));
    expect(own.url).toBe(`${provider.baseUrl}/chat/completions`);
    const other = dialect.encode(chatRequest(), targetOf(provider, { baseUrl: "http://127.0.0.1:1/v9//" }));
    expect(other.url).toBe("http://127.0.0.1:1/v9/chat/completions");
    expect(own.headers["content-type"]).toBe("application/json");
    // A fixed key of those who have none is data of the provider; that of the user comes from the caller.
    expect(own.headers.authorization).toBe(quirks.headers.authorization);
  });

  test("sends known fields only, none of them null, and none that the provider refuses", () => {
    const body = encodedBody(provider, {
      messages: history,
      tools: [weather, clock],
      toolChoice: "auto",
      parallelToolCalls: true,
      maxOutputTokens: 100,
      sampling: everything,
      responseFormat: { type: "json_schema", name: "answer", schema: { type: "object" }, strict: true },
    });
    for (const field of Object.keys(body)) expect(KNOWN_FIELDS).toContain(field);
    for (const field of quirks.refusedFields) expect(body).not.toHaveProperty(field);
    expect(nullsIn(body)).toEqual(quirks.missingContent === "null" ? [".messages.2.content"] : []);
    expect(body[quirks.maxTokensField]).toBe(100);
    expect(body[quirks.seedField]).toBe(quirks.refusedFields.includes(quirks.seedField) ? undefined : 7);
    expect(body.temperature).toBe(quirks.refusedFields.includes("temperature") ? undefined : 0.5);
  });

  test("sends nothing about tools when there are none", () => {
    const body = encodedBody(provider, { toolChoice: "required", parallelToolCalls: true });
    for (const field of ["tools", "tool_choice", "parallel_tool_calls"])
      expect(body).not.toHaveProperty(field);
  });

  test("leaves out what this model refused before, also inside messages and tools", () => {
    const refusedParameters = new Set([
      "temperature",
      "tools[0].function.strict",
      "messages.0.name",
      "top_p",
    ]);
    const body = encodedBody(
      provider,
      {
        messages: [{ role: "user", content: "Hi", name: "somebody" }],
        tools: [{ ...weather, strict: true }],
        sampling: everything,
      },
      { refusedParameters },
    );
    expect(body).not.toHaveProperty("temperature");
    expect(body).not.toHaveProperty("top_p");
    expect(JSON.stringify(body)).not.toContain('"strict"');
    expect(messagesOf(body)[0]).not.toHaveProperty("name");
  });

  test("takes the other name of the token limit once its own was refused", () => {
    const refusedParameters = new Set([quirks.maxTokensField]);
    const body = encodedBody(provider, { maxOutputTokens: 90 }, { refusedParameters });
    const other = quirks.maxTokensField === "max_tokens" ? "max_completion_tokens" : "max_tokens";
    expect(body[other]).toBe(90);
    expect(body).not.toHaveProperty(quirks.maxTokensField);
    const both = new Set(["max_tokens", "max_completion_tokens"]);
    const none = encodedBody(provider, { maxOutputTokens: 90 }, { refusedParameters: both });
    expect(none).not.toHaveProperty(other);
  });

  test("asks for no more tokens than the model can give, and for as many as the provider wants", () => {
    const body = encodedBody(provider, { maxOutputTokens: 128_000 }, { maxOutputTokens: 8192 });
    expect(body[quirks.maxTokensField]).toBe(Math.min(8192, quirks.maxTokens.most ?? 8192));
    const few = encodedBody(provider, { maxOutputTokens: 1 });
    expect(few[quirks.maxTokensField]).toBe(quirks.maxTokens.least ?? 1);
    const none = encodedBody(provider, {});
    if (quirks.maxTokens.whenMissing === null) expect(none).not.toHaveProperty(quirks.maxTokensField);
    else expect(none[quirks.maxTokensField]).toBeLessThanOrEqual(quirks.maxTokens.whenMissing);
  });

  test("replays a tool loop with matching ids and without foreign fields", () => {
    const messages = messagesOf(encodedBody(provider, { messages: history, tools: [weather] }));
    expect(messages.map((message) => message.role)).toEqual([
      quirks.developerRole === "fold" ? "system" : "developer",
      "user",
      "assistant",
      "tool",
      "tool",
    ]);
    const calls = messages[2]?.tool_calls;
    if (!Array.isArray(calls)) throw new Error("no calls");
    const ids = calls.map((call: { id: string }) => call.id);
    expect(messages.slice(3).map((message) => message.tool_call_id)).toEqual(ids);
    expect(new Set(ids).size).toBe(2);
    if (quirks.toolCallIds === "nine") for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9]{9}$/);
    else expect(ids[0]).toBe("call_of_another_provider_1");
    expect(calls[1].function.arguments).toBe("{}");
    expect(messages[2]?.content).toBe(quirks.missingContent === "null" ? null : "");
    const reasoning = ["reasoning", "reasoning_content", "reasoning_details"].filter(
      (field) => messages[2]?.[field] !== undefined,
    );
    expect(reasoning).toEqual(quirks.reasoningHistory === "drop" ? [] : [quirks.reasoningHistory]);
    if (quirks.textContent === "string") expect(messages[4]?.content).toBe("sun");
  });

  test("gives the client back its own id when the provider repeats it", () => {
    const first = history[2];
    if (first?.role !== "assistant") throw new Error("no assistant turn");
    const id = sentIds(first)[0];
    const delta = { tool_calls: [{ index: 0, id, function: { name: "weather", arguments: "{}" } }] };
    const answer = replayText(provider, stream(chunk(delta, "tool_calls")), { messages: history });
    expect(answer.toolCalls[0]?.id).toBe("call_of_another_provider_1");
  });

  function sentIds(message: AssistantMessage): string[] {
    const encoded = messagesOf(encodedBody(provider, { messages: [message] }))[0]?.tool_calls;
    return Array.isArray(encoded) ? encoded.map((call: { id: string }) => call.id) : [];
  }

  test("sends images, and their detail only when given", () => {
    const content: Message["content"] = [
      { type: "text", text: "What is it?" },
      { type: "image", url: "data:image/png;base64,AAAA" },
      { type: "image", url: "https://example.org/a.png", detail: "low" },
    ];
    expect(messagesOf(encodedBody(provider, { messages: [{ role: "user", content }] }))[0]?.content).toEqual([
      { type: "text", text: "What is it?" },
      { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
      { type: "image_url", image_url: { url: "https://example.org/a.png", detail: "low" } },
    ]);
  });

  test("asks for JSON by schema, by mode or in words, streamed unless the provider cannot", () => {
    const schema = { type: "object", properties: { place: { type: "string" } } };
    const responseFormat = { type: "json_schema", name: "answer", schema } as const;
    const encoded = dialect.encode(chatRequest({ responseFormat }), targetOf(provider));
    const body = JSON.parse(encoded.body);
    expect(body.response_format).toEqual(
      {
        schema: { type: "json_schema", json_schema: { name: "answer", schema } },
        schema_only: { type: "json_schema", json_schema: { name: "answer", schema } },
        object: { type: "json_object" },
        drop: undefined,
      }[quirks.responseFormat],
    );
    const system = body.messages.filter((message: { role: string }) => message.role === "system");
    if (/^schema/.test(quirks.responseFormat)) expect(system).toEqual([]);
    else expect(system).toMatchObject([{ content: expect.stringContaining(JSON.stringify(schema)) }]);
    const jsonMode = quirks.responseFormat !== "drop" && quirks.jsonModeStreaming === "whole";
    expect(encoded.stream).toBe(quirks.streaming === "send" && !jsonMode);
    expect(body.stream).toBe(encoded.stream ? true : undefined);
    expect(encoded.headers.accept).toBe(encoded.stream ? "text/event-stream" : "application/json");
  });

  test("asks for the usage of a stream where that is allowed", () => {
    const ask = quirks.streamUsage === "ask" && quirks.streaming === "send";
    const asked = ask ? { include_usage: true } : undefined;
    expect(encodedBody(provider, {}).stream_options).toEqual(asked);
    expect(encodedBody(provider, { stream: false })).not.toHaveProperty("stream_options");
  });

  const tools = { tools: [weather, clock] };
  const takesTools = !quirks.refusedFields.includes("tools");

  test.runIf(takesTools)("says `required` and a named function in the provider's way", () => {
    expect(encodedBody(provider, { ...tools, toolChoice: "required" }).tool_choice).toBe(
      quirks.toolChoiceRequired,
    );
    const named = encodedBody(provider, { ...tools, toolChoice: { name: "clock" } });
    if (quirks.toolChoiceRequired === "required" && quirks.toolChoiceNamed === "name") {
      expect(named.tool_choice).toEqual({ type: "function", function: { name: "clock" } });
    } else {
      expect(named.tool_choice).toBe(quirks.toolChoiceRequired);
      expect(named.tools).toEqual([{ type: "function", function: { name: "clock" } }]);
    }
  });

  test.runIf(takesTools)("lets no tool be called when none shall be", () => {
    const body = encodedBody(provider, { ...tools, toolChoice: "none" });
    if (quirks.toolChoiceRequired === "auto") expect(body).not.toHaveProperty("tools");
    else expect(body.tool_choice).toBe("none");
  });

  test("sends parallel_tool_calls as the provider bears it", () => {
    const body = encodedBody(provider, { tools: [clock], parallelToolCalls: true });
    const sent = { send: true, drop: undefined, force_false: false }[quirks.parallelToolCalls];
    const refused = quirks.refusedFields.includes("parallel_tool_calls");
    expect(body.parallel_tool_calls).toBe(refused ? undefined : sent);
  });

  test("asks only reasoning models for effort, in the provider's words", () => {
    const fields = ["reasoning_effort", "thinking", "enable_thinking", "thinking_budget"];
    const asked = (body: Record<string, unknown>) => fields.filter((field) => field in body);
    const capabilities = { tools: true, vision: false, jsonSchema: false, reasoning: false };
    const sampling = { reasoningEffort: "high" };
    expect(asked(encodedBody(provider, { sampling }, { capabilities }))).toEqual([]);
    const words = {
      reasoning_effort: ["reasoning_effort"],
      none_or_high: ["reasoning_effort"],
      low_high_max: ["reasoning_effort"],
      none_to_max: ["reasoning_effort"],
      thinking_type: ["thinking"],
      enable_thinking: ["enable_thinking", "thinking_budget"],
      drop: [],
    }[quirks.reasoningEffort];
    const refused = (field: string) => quirks.refusedFields.includes(field);
    expect(asked(encodedBody(provider, { sampling }))).toEqual(words.filter((field) => !refused(field)));
  });
});
