/** The simulated providers do refuse: otherwise the tests against them prove nothing. */
import { describe, expect, test } from "vitest";
import type { OpenAIQuirks } from "../../../src/core/provider.ts";
import { openaiQuirks } from "../../../src/providers/quirks.ts";
import { custom, openaiProviders } from "../support.ts";
import { refuse } from "./strict-openai.ts";

const messages = [{ role: "user", content: "Hi" }];
const good = { model: "m-1", messages };
const bent = (differences: Partial<OpenAIQuirks>) => ({ ...custom, quirks: openaiQuirks(differences) });
const tool = (parameters: object) => ({ type: "function", function: { name: "f", parameters } });
const call = { id: "call_1", type: "function", function: { name: "f", arguments: "{}" } };

describe.each(openaiProviders.map((provider) => [provider.id, provider] as const))("%s", (_, provider) => {
  test("takes a plain call and refuses each field that it does not know", () => {
    expect(refuse(provider, good)).toBeNull();
    const fields = [...provider.quirks.refusedFields, "parallel", "functions", "thinking_effort"];
    for (const field of fields) expect(refuse(provider, { ...good, [field]: 1 }), field).not.toBeNull();
  });
});

test.each<[string, Partial<OpenAIQuirks>, object]>([
  ["null", {}, { temperature: null }],
  ["the other name of the limit", {}, { max_completion_tokens: 9 }],
  ["too few tokens", { maxTokens: { whenMissing: null, least: 16, most: null } }, { max_tokens: 9 }],
  ["too many tokens", { maxTokens: { whenMissing: null, least: null, most: 100 } }, { max_tokens: 101 }],
  ["the other name of the seed", { seedField: "random_seed" }, { seed: 1 }],
  ["a developer", {}, { messages: [{ role: "developer", content: "x" }] }],
  ["stream options", { streamUsage: "never" }, { stream: true, stream_options: { include_usage: true } }],
  ["stream options without a stream", {}, { stream_options: { include_usage: true } }],
  ["a stream", { streaming: "whole" }, { stream: true }],
  [
    "a demanded call",
    { toolChoiceRequired: "auto" },
    { tools: [tool({ type: "object" })], tool_choice: "required" },
  ],
  ["a choice without tools", {}, { tool_choice: "auto" }],
  [
    "a foreign id",
    { toolCallIds: "nine" },
    { messages: [{ role: "assistant", content: null, tool_calls: [call] }] },
  ],
  ["parallel calls", { parallelToolCalls: "force_false" }, { tools: [tool({ type: "object" })] }],
  [
    "a rich schema",
    { toolSchemas: "plain" },
    { tools: [tool({ type: "object", properties: { x: { anyOf: [] } } })] },
  ],
  ["parameters that are no object", {}, { tools: [tool({ type: "string" })] }],
  ["thinking", {}, { messages: [{ role: "assistant", content: "x", reasoning_content: "y" }] }],
  ["an effort", { reasoningEffort: "none_or_high" }, { reasoning_effort: "low" }],
  ["text in parts", {}, { messages: [{ role: "user", content: [{ type: "text", text: "x" }] }] }],
  [
    "missing content",
    { missingContent: "empty_string" },
    { messages: [{ role: "assistant", content: null, tool_calls: [call] }] },
  ],
  ["names", { messageNames: "drop" }, { messages: [{ role: "user", content: "x", name: "me" }] }],
  ["a schema", { responseFormat: "object" }, { response_format: { type: "json_schema" } }],
  ["any format", { responseFormat: "drop" }, { response_format: { type: "text" } }],
  [
    "a streamed format",
    { jsonModeStreaming: "whole" },
    { stream: true, response_format: { type: "json_object" } },
  ],
  ["one stop", { stop: "array" }, { stop: "x" }],
  ["a result without its call", {}, { messages: [{ role: "tool", tool_call_id: "x", content: "y" }] }],
])("a strict provider refuses %s", (_, quirks, fields) => {
  expect(refuse(bent(quirks), { ...good, ...fields })).not.toBeNull();
});
