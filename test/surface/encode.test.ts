/** What clients receive, whole and streamed, to the byte where it matters. */
import { describe, expect, test } from "vitest";
import type { Answer } from "../../src/core/chat/answer.ts";
import type { ChatEvent } from "../../src/core/chat/event.ts";
import type { ChatRequest } from "../../src/core/chat/request.ts";
import { SseReader } from "../../src/core/chat/sse.ts";
import { openaiChat } from "../../src/core/surface/openai-chat/index.ts";
import { foldAnswer } from "../support/answer.ts";

const START: ChatEvent = { type: "start", id: "chatcmpl-7", model: "groq/llama", created: 1_790_000_000 };
const USAGE: ChatEvent = {
  type: "usage",
  usage: { inputTokens: 10, outputTokens: 4, cachedTokens: 3, reasoningTokens: 2 },
};
const USAGE_ENCODED = {
  prompt_tokens: 10,
  completion_tokens: 4,
  total_tokens: 14,
  prompt_tokens_details: { cached_tokens: 3 },
  completion_tokens_details: { reasoning_tokens: 2 },
};
const text = (value: string): ChatEvent => ({ type: "text-delta", text: value });
const finish = (reason: Extract<ChatEvent, { type: "finish" }>["reason"]): ChatEvent => ({
  type: "finish",
  reason,
});
const CALLS: ChatEvent[] = [
  { type: "tool-call-start", index: 0, id: "call_a", name: "weather" },
  { type: "tool-call-delta", index: 0, arguments: '{"city":' },
  { type: "tool-call-delta", index: 0, arguments: '"Bonn"}' },
  { type: "tool-call-start", index: 1, id: "call_b", name: "time" },
  { type: "tool-call-delta", index: 1, arguments: "{}" },
];

function requestFor(fields: object = {}): ChatRequest {
  return openaiChat.decode({ model: "auto", messages: [{ role: "user", content: "hi" }], ...fields }, 1);
}
const WITH_USAGE = requestFor({ stream: true, stream_options: { include_usage: true } });
const LEGACY = requestFor({ functions: [{ name: "weather" }] });

function whole(events: ChatEvent[], change: Partial<Answer> = {}, request = requestFor()) {
  return JSON.parse(openaiChat.whole({ ...foldAnswer(events), ...change }, request));
}

/** Each event in a push of its own, then the end; the frames as data. */
function streamed(events: ChatEvent[], request = requestFor()): string[] {
  const encoder = openaiChat.stream(request);
  const reader = new SseReader();
  const bytes = events.map((event) => encoder.push([event])).join("") + encoder.end();
  const frames = reader.push(new TextEncoder().encode(bytes));
  expect(reader.end()).toEqual([]);
  return frames.map((frame) => frame.data);
}
const parsed = (frames: string[]) =>
  frames.filter((frame) => frame !== "[DONE]").map((frame) => JSON.parse(frame));
const deltas = (frames: string[]) =>
  parsed(frames).flatMap((chunk) => chunk.choices.map((choice: { delta: object }) => choice.delta));

describe("whole", () => {
  test("text", () => {
    expect(whole([START, text("Hel"), text("lo"), USAGE, finish("stop")])).toEqual({
      id: "chatcmpl-7",
      object: "chat.completion",
      created: 1_790_000_000,
      model: "groq/llama",
      choices: [
        {
          index: 0,
          message: { role: "assistant", content: "Hello", refusal: null },
          logprobs: null,
          finish_reason: "stop",
        },
      ],
      usage: USAGE_ENCODED,
    });
  });
  test("calls alone: content is null, and the reason is tool_calls even where the provider said stop", () => {
    const [choice] = whole([START, ...CALLS, finish("stop")]).choices;
    expect(choice.finish_reason).toBe("tool_calls");
    expect(choice.message).toEqual({
      role: "assistant",
      content: null,
      refusal: null,
      tool_calls: [
        { id: "call_a", type: "function", function: { name: "weather", arguments: '{"city":"Bonn"}' } },
        { id: "call_b", type: "function", function: { name: "time", arguments: "{}" } },
      ],
    });
  });
  test("text beside calls, thinking, refusal, log probabilities", () => {
    const [choice] = whole([
      START,
      { type: "reasoning-delta", text: "hm" },
      { type: "reasoning-details", details: [{ type: "reasoning.encrypted", data: "x" }] },
      text("let me look"),
      { type: "logprobs-delta", content: [{ token: "let" }] },
      ...CALLS,
      finish("tool_calls"),
    ]).choices;
    expect(choice.message).toMatchObject({
      content: "let me look",
      reasoning_content: "hm",
      reasoning_details: [{ type: "reasoning.encrypted", data: "x" }],
    });
    expect(choice.logprobs).toEqual({ content: [{ token: "let" }] });
    const refused = whole([START, { type: "refusal-delta", text: "no" }, finish("stop")]).choices[0];
    expect(refused.message).toEqual({ role: "assistant", content: null, refusal: "no" });
  });
  test("an answer that was cut off says so, also with calls", () => {
    expect(whole([START, text("x"), finish("length")]).choices[0].finish_reason).toBe("length");
    expect(whole([START, ...CALLS, finish("length")]).choices[0].finish_reason).toBe("length");
    expect(whole([START, finish("content_filter")]).choices[0].finish_reason).toBe("content_filter");
  });
  test("usage is there whatever the provider gave", () => {
    expect(whole([START, text("x")]).usage.total_tokens).toBe(0);
    const estimated = { inputTokens: 7, outputTokens: 1, estimated: true };
    expect(whole([START, text("x")], { usage: estimated }).usage).toEqual({
      prompt_tokens: 7,
      completion_tokens: 1,
      total_tokens: 8,
      prompt_tokens_details: { cached_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 0 },
    });
  });
  test("a client of functions gets its function_call", () => {
    const [choice] = whole([START, ...CALLS, finish("tool_calls")], {}, LEGACY).choices;
    expect(choice.finish_reason).toBe("function_call");
    expect(choice.message.function_call).toEqual({ name: "weather", arguments: '{"city":"Bonn"}' });
    expect(choice.message).not.toHaveProperty("tool_calls");
  });
});

describe("stream", () => {
  const ANSWER = [START, text("Hel"), text('l"o\n😀'), USAGE, finish("stop")];

  test("role first, text, one final chunk, [DONE]; no usage unless asked for", () => {
    const frames = streamed(ANSWER);
    expect(frames.at(-1)).toBe("[DONE]");
    const chunks = parsed(frames);
    const common = {
      id: "chatcmpl-7",
      object: "chat.completion.chunk",
      created: 1_790_000_000,
      model: "groq/llama",
    };
    const chunk = (delta: object, finish_reason: string | null = null) => ({
      ...common,
      choices: [{ index: 0, delta, logprobs: null, finish_reason }],
    });
    expect(chunks).toEqual([
      chunk({ role: "assistant", content: "" }),
      chunk({ content: "Hel" }),
      chunk({ content: 'l"o\n😀' }),
      chunk({}, "stop"),
    ]);
  });
  test("usage comes last, with no choices, and is null before", () => {
    const chunks = parsed(streamed(ANSWER, WITH_USAGE));
    expect(chunks.at(-1)).toMatchObject({ id: "chatcmpl-7", choices: [], usage: USAGE_ENCODED });
    for (const chunk of chunks.slice(0, -1)) expect(chunk.usage).toBeNull();
  });
  test("calls: id and name first, then the arguments as they come", () => {
    const frames = streamed([START, ...CALLS, finish("stop")]);
    expect(deltas(frames).slice(1)).toEqual([
      {
        tool_calls: [
          { index: 0, id: "call_a", type: "function", function: { name: "weather", arguments: "" } },
        ],
      },
      { tool_calls: [{ index: 0, function: { arguments: '{"city":' } }] },
      { tool_calls: [{ index: 0, function: { arguments: '"Bonn"}' } }] },
      {
        tool_calls: [{ index: 1, id: "call_b", type: "function", function: { name: "time", arguments: "" } }],
      },
      { tool_calls: [{ index: 1, function: { arguments: "{}" } }] },
      {},
    ]);
    expect(parsed(frames).at(-1).choices[0].finish_reason).toBe("tool_calls");
  });
  test("a client of functions gets the first call as function_call", () => {
    const frames = streamed([START, ...CALLS, finish("tool_calls")], LEGACY);
    expect(deltas(frames).slice(1)).toEqual([
      { function_call: { name: "weather", arguments: "" } },
      { function_call: { arguments: '{"city":' } },
      { function_call: { arguments: '"Bonn"}' } },
      {},
    ]);
    expect(parsed(frames).at(-1).choices[0].finish_reason).toBe("function_call");
  });
  test("thinking, its details, refusal, log probabilities", () => {
    const frames = streamed(
      [
        START,
        { type: "reasoning-delta", text: "hm" },
        { type: "reasoning-details", details: [{ a: 1 }] },
        { type: "refusal-delta", text: "no" },
        { type: "logprobs-delta", content: [{ token: "x" }] },
        finish("stop"),
      ],
      WITH_USAGE,
    );
    expect(deltas(frames).slice(1)).toEqual([
      { reasoning_content: "hm" },
      { reasoning_details: [{ a: 1 }] },
      { refusal: "no" },
      {},
      {},
    ]);
    expect(parsed(frames)[4].choices[0].logprobs).toEqual({ content: [{ token: "x" }] });
  });
  test("the answer that takes over after a break keeps id and model of the first", () => {
    const other: ChatEvent = { type: "start", id: "chatcmpl-9", model: "mistral/small", created: 5 };
    const chunks = parsed(streamed([START, text("a"), other, text("b"), finish("stop")]));
    expect(new Set(chunks.map((chunk) => `${chunk.id} ${chunk.model} ${chunk.created}`)).size).toBe(1);
    expect(chunks.filter((chunk) => chunk.choices[0].delta.role)).toHaveLength(1);
  });
  test("batches and single events give the same bytes; empty pieces give none", () => {
    const one = openaiChat.stream(WITH_USAGE);
    const many = openaiChat.stream(WITH_USAGE);
    const events = [...ANSWER, text(""), ...CALLS];
    expect(one.push(events) + one.end()).toBe(
      events.map((event) => many.push([event])).join("") + many.end(),
    );
    const fresh = openaiChat.stream(requestFor());
    expect(fresh.push([])).toBe("");
    expect(fresh.push([text(""), USAGE, finish("stop")])).toBe("");
  });
  test("an answer without a start still is a well-formed stream", () => {
    const chunks = parsed(streamed([text("x")]));
    expect(chunks.map((chunk) => chunk.choices[0].delta)).toEqual([
      { role: "assistant", content: "" },
      { content: "x" },
      {},
    ]);
    expect(parsed(streamed([])).map((chunk) => chunk.choices[0].delta)).toHaveLength(2);
  });
  test("a break is an error frame and never a finish", () => {
    const encoder = openaiChat.stream(WITH_USAGE);
    const sent =
      encoder.push([START, text("x"), USAGE]) + encoder.fail({ kind: "stream_broken", message: "cut\noff" });
    expect(sent).not.toContain("[DONE]");
    expect(sent).not.toMatch(/"finish_reason":"/);
    const frames = new SseReader().push(new TextEncoder().encode(sent));
    expect(JSON.parse(frames.at(-1)?.data ?? "")).toEqual({
      error: { message: "cut\noff", type: "server_error", param: null, code: "stream_broken" },
    });
  });
  test("the heartbeat is no event", () => {
    const { heartbeat } = openaiChat.stream(requestFor());
    expect(heartbeat?.endsWith("\n\n")).toBe(true);
    expect(new SseReader().push(new TextEncoder().encode(heartbeat ?? "data: x\n\n"))).toEqual([]);
  });
});
