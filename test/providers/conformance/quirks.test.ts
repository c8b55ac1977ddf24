/** Each way in which the OpenAI wire bends, whether or not a provider of today needs it. */
import { describe, expect, test } from "vitest";
import type { Message } from "../../../src/core/chat/request.ts";
import type { OpenAIQuirks, ProviderSpec } from "../../../src/core/provider.ts";
import { providers } from "../../../src/providers/index.ts";
import { openaiQuirks } from "../../../src/providers/quirks.ts";
import {
  chatRequest,
  chunk,
  custom,
  encodedBody,
  replayText,
  stream,
  targetOf,
  wholeAnswer,
} from "../support.ts";

const bent = (differences: Partial<OpenAIQuirks>): ProviderSpec => ({
  ...custom,
  quirks: openaiQuirks(differences),
});

describe("token limits", () => {
  const maxTokens = { whenMissing: 8192, least: 16, most: 10_000 };

  test.each([
    ["nothing asked", undefined, 8192],
    ["too few", 3, 16],
    ["in between", 500, 500],
    ["too many", 50_000, 10_000],
  ])("%s", (_, maxOutputTokens, sent) => {
    const request = maxOutputTokens === undefined ? {} : { maxOutputTokens };
    const provider = { ...bent({ maxTokens }), models: [] };
    expect(encodedBody(provider, request).max_tokens).toBe(sent);
  });

  test("what is sent for want of a limit fits the model and what the prompt leaves of its window", () => {
    // A window of 8192 tokens, 3000 bytes of prompt: a thousand tokens on the low side.
    expect(encodedBody(bent({ maxTokens }), { bytes: 3000 }).max_tokens).toBe(7192);
    expect(encodedBody(bent({ maxTokens }), { bytes: 900_000 })).not.toHaveProperty("max_tokens");
  });

  test("what was reserved for want of a limit is no limit", () => {
    const provider = { ...bent({ maxTokens }), models: [] };
    expect(encodedBody(provider, {}, { maxOutputTokens: 1024 }).max_tokens).toBe(8192);
  });
});

test("usage that counts something else is not taken for tokens", () => {
  const provider = bent({ usage: "ignore" });
  const usage = { prompt_tokens: 1, completion_tokens: 12 };
  expect(replayText(provider, stream(chunk({ content: "x" }, "stop", { usage }))).usage).toBeNull();
  const whole = { choices: [{ message: { content: "x" }, finish_reason: "stop" }], usage };
  expect(wholeAnswer(provider, JSON.stringify(whole)).usage).toBeNull();
});

test("a provider that cannot stream is asked for the whole", () => {
  const provider = bent({ streaming: "whole" });
  const encoded = providers.dialect(provider).encode(chatRequest({ stream: true }), targetOf(provider));
  expect(encoded.stream).toBe(false);
  expect(JSON.parse(encoded.body)).not.toHaveProperty("stream");
  expect(JSON.parse(encoded.body)).not.toHaveProperty("stream_options");
});

test("calls on connections of their own say so", () => {
  const encode = (provider: ProviderSpec) =>
    providers.dialect(provider).encode(chatRequest(), targetOf(provider)).freshConnection;
  expect(encode(bent({ freshConnections: true }))).toBe(true);
  expect(encode(custom)).toBe(false);
});

describe("reasoning effort", () => {
  const cases: [OpenAIQuirks["reasoningEffort"], string, object][] = [
    ["reasoning_effort", "xhigh", { reasoning_effort: "xhigh" }],
    ["none_or_high", "none", { reasoning_effort: "none" }],
    ["none_or_high", "minimal", { reasoning_effort: "none" }],
    ["none_or_high", "low", { reasoning_effort: "high" }],
    ["low_high_max", "none", { reasoning_effort: "low" }],
    ["low_high_max", "medium", { reasoning_effort: "high" }],
    ["low_high_max", "xhigh", { reasoning_effort: "max" }],
    ["none_to_max", "none", { reasoning_effort: "none" }],
    ["none_to_max", "minimal", { reasoning_effort: "low" }],
    ["none_to_max", "medium", { reasoning_effort: "medium" }],
    ["none_to_max", "xhigh", { reasoning_effort: "max" }],
    ["thinking_type", "none", { thinking: { type: "disabled" } }],
    ["thinking_type", "low", { thinking: { type: "enabled" } }],
    ["enable_thinking", "minimal", { enable_thinking: false }],
    ["enable_thinking", "low", { enable_thinking: true, thinking_budget: 1024 }],
    ["enable_thinking", "max", { enable_thinking: true, thinking_budget: 32_768 }],
    ["drop", "high", {}],
  ];
  const FIELDS = ["reasoning_effort", "thinking", "enable_thinking", "thinking_budget"];

  test.each(cases)("%s: %s", (reasoningEffort, effort, sent) => {
    const body = encodedBody(bent({ reasoningEffort }), { sampling: { reasoningEffort: effort } });
    expect(Object.fromEntries(Object.entries(body).filter(([field]) => FIELDS.includes(field)))).toEqual(
      sent,
    );
  });

  test("the provider's own field is left out once a model refused it", () => {
    const body = encodedBody(
      bent({ reasoningEffort: "enable_thinking" }),
      { sampling: { reasoningEffort: "high" } },
      { refusedParameters: new Set(["thinking_budget"]) },
    );
    expect(body.enable_thinking).toBe(true);
    expect(body).not.toHaveProperty("thinking_budget");
  });
});

describe("thinking in the history", () => {
  const details = [{ type: "reasoning.encrypted", data: "made-up" }];
  const thought: Message = {
    role: "assistant",
    content: "Yes.",
    reasoning: "Hm.",
    reasoningDetails: details,
    toolCalls: [],
  };
  const plain: Message = { role: "assistant", content: "Yes.", reasoning: "Hm.", toolCalls: [] };
  const cases: [OpenAIQuirks["reasoningHistory"], Message, object][] = [
    ["reasoning_content", thought, { reasoning_content: "Hm." }],
    ["reasoning", thought, { reasoning: "Hm." }],
    ["reasoning_details", thought, { reasoning_details: details }],
    ["reasoning_details", plain, { reasoning: "Hm." }],
    ["drop", thought, {}],
  ];
  test.each(cases)("%s", (reasoningHistory, message, sent) => {
    const body = encodedBody(bent({ reasoningHistory }), { messages: [message] });
    expect(body.messages).toEqual([{ role: "assistant", content: "Yes.", ...sent }]);
  });
});

describe("the form of the answer", () => {
  const schema = { type: "object", properties: { rain: { type: "boolean" } } };
  const byDescription = { type: "json_schema", name: "weather", schema } as const;
  const system: Message = { role: "system", content: "Be brief." };
  const user: Message = { role: "user", content: "Rain?" };

  test("is put into the system message that is there", () => {
    const body = encodedBody(bent({ responseFormat: "drop" }), {
      messages: [system, user],
      responseFormat: byDescription,
    });
    expect(body).not.toHaveProperty("response_format");
    expect(body.messages).toEqual([
      { role: "system", content: expect.stringMatching(/^Be brief\.\n\nAnswer with .*"rain"/s) },
      { role: "user", content: "Rain?" },
    ]);
  });

  test("is put into one of its own where there is none", () => {
    const body = encodedBody(bent({ responseFormat: "object" }), {
      messages: [user],
      responseFormat: byDescription,
    });
    expect(body.response_format).toEqual({ type: "json_object" });
    expect(body.messages).toMatchObject([{ role: "system" }, { role: "user", content: "Rain?" }]);
  });

  test("is asked for in words once a model refused the field", () => {
    const body = encodedBody(
      custom,
      { messages: [user], responseFormat: { type: "json_object" } },
      { refusedParameters: new Set(["response_format"]) },
    );
    expect(body).not.toHaveProperty("response_format");
    expect(body.messages).toMatchObject([{ content: expect.stringContaining("JSON") }, { role: "user" }]);
  });
});

test("a provider without plain JSON mode gets a schema that any object fits", () => {
  const provider = bent({ responseFormat: "schema_only" });
  expect(encodedBody(provider, { responseFormat: { type: "json_object" } }).response_format).toEqual({
    type: "json_schema",
    json_schema: {
      name: "object",
      schema: { type: "object", properties: {}, additionalProperties: true },
    },
  });
});

test("a tool that is demanded by name stands alone on offer where names are not taken", () => {
  const tools = [{ name: "weather" }, { name: "clock" }];
  const toolChoice = { name: "clock" };
  const body = encodedBody(bent({ toolChoiceNamed: "offer" }), { tools, toolChoice });
  expect(body.tool_choice).toBe("required");
  expect(body.tools).toEqual([{ type: "function", function: { name: "clock" } }]);
});

test("temperature 0 is left out for the models that refuse it, and only for them", () => {
  const provider = bent({ refusesZeroTemperature: ["vendor/picky"] });
  const sent = (modelId: string, temperature: number) =>
    encodedBody(provider, { sampling: { temperature } }, { modelId }).temperature;
  expect(sent("vendor/picky", 0)).toBeUndefined();
  expect(sent("vendor/picky", 0.2)).toBe(0.2);
  expect(sent("vendor/other", 0)).toBe(0);
});

test("one stop sequence is sent alone, or in a list to those that want one", () => {
  const one = { sampling: { stop: ["END"] } };
  expect(encodedBody(custom, one).stop).toBe("END");
  expect(encodedBody(bent({ stop: "array" }), one).stop).toEqual(["END"]);
  expect(encodedBody(custom, { sampling: { stop: ["a", "b"] } }).stop).toEqual(["a", "b"]);
});

test("an answer that broke off is continued by instruction, or by a prefix that needs none", () => {
  const messages: Message[] = [
    { role: "user", content: "Count" },
    { role: "assistant", content: "one, two", toolCalls: [], isUnfinished: true },
    { role: "user", content: "Go on." },
  ];
  const sent = (continuation: OpenAIQuirks["continuation"]) =>
    encodedBody(bent({ continuation }), { messages }).messages;
  expect(sent("instruction")).toEqual([
    { role: "user", content: "Count" },
    { role: "assistant", content: "one, two" },
    { role: "user", content: "Go on." },
  ]);
  expect(sent("prefix")).toEqual([
    { role: "user", content: "Count" },
    { role: "assistant", content: "one, two", prefix: true },
  ]);
});
