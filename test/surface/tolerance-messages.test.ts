/** Message histories as agents send them, row by row, and what they are taken to mean. */
import { describe, expect, test } from "vitest";
import type { Message } from "../../src/core/chat/request.ts";
import { openaiChat } from "../../src/core/surface/openai-chat/index.ts";

function decode(messages: unknown[]) {
  return openaiChat.decode(JSON.parse(JSON.stringify({ model: "auto", messages })), 7);
}

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
    expect(decode(sent).messages).toEqual(understood);
    // Deterministic, and nothing of what was sent is changed.
    expect(decode(sent)).toEqual(decode(sent));
  });
});
