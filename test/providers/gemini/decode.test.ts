/** What comes back from Gemini. */
import { describe, expect, test } from "vitest";
import type { Answer } from "../../../src/core/chat/answer.ts";
import type { Message } from "../../../src/core/chat/request.ts";
import { ExpiringMemory } from "../../../src/core/serve/memory.ts";
import { geminiDialect } from "../../../src/providers/dialect/gemini/index.ts";
import { foldAnswer } from "../../support/answer.ts";
import { chatRequest, NOW } from "../support.ts";
import { candidate, FLASH_2, FLASH_3, frames, geminiTarget, replay, sent, whole } from "./support.ts";

const usageMetadata = {
  promptTokenCount: 11,
  candidatesTokenCount: 7,
  thoughtsTokenCount: 5,
  cachedContentTokenCount: 3,
  totalTokenCount: 23,
};
const USAGE = { inputTokens: 11, outputTokens: 12, cachedTokens: 3, reasoningTokens: 5 };
const weather = (place: string, more: object = {}) => ({
  functionCall: { name: "weather", args: { place } },
  ...more,
});

const STREAMS: Record<string, { text: string; expected: unknown }> = {
  text: {
    text: frames(
      candidate([{ text: "Guten " }], undefined, {
        usageMetadata: { promptTokenCount: 11, totalTokenCount: 11 },
      }),
      candidate([{ text: "Tag, schöne Wält €" }]),
      candidate([{ text: "", thoughtSignature: "c2ln" }], "STOP", { usageMetadata }),
    ),
    expected: { text: "Guten Tag, schöne Wält €", finish: "stop", usage: USAGE, failure: null },
  },
  thoughts: {
    text: frames(
      candidate([{ text: "**Hm** ", thought: true }]),
      candidate([{ text: "so.", thought: true }, { text: "Yes" }], "STOP", { usageMetadata }),
    ),
    expected: { text: "Yes", reasoning: "**Hm** so.", finish: "stop", usage: USAGE },
  },
  "parallel calls": {
    text: frames(
      candidate([{ text: "I look." }]),
      candidate([weather("here", { thoughtSignature: "c2ln" }), weather("there")]),
      candidate([{ functionCall: { id: "own-id", name: "clock" } }], "STOP", { usageMetadata }),
    ),
    expected: {
      text: "I look.",
      finish: "tool_calls",
      toolCalls: [
        { id: expect.stringMatching(/^call_\w{10}$/), name: "weather", arguments: '{"place":"here"}' },
        { id: expect.stringMatching(/^call_\w{10}$/), name: "weather", arguments: '{"place":"there"}' },
        { id: "own-id", name: "clock", arguments: "{}" },
      ],
      usage: USAGE,
    },
  },
  "usage after the finish": {
    text: frames(candidate([{ text: "a" }], "STOP"), { usageMetadata }),
    expected: { text: "a", finish: "stop", usage: USAGE },
  },
  "a limit": {
    text: frames(candidate([{ text: "a" }]), candidate([], "MAX_TOKENS", { usageMetadata })),
    expected: { text: "a", finish: "length", usage: USAGE },
  },
  "a limit before any word": {
    text: frames({ candidates: [{ finishReason: "MAX_TOKENS", index: 0 }], usageMetadata }),
    expected: { text: "", finish: "length", usage: USAGE, failure: null },
  },
  "a blocked prompt": {
    text: frames({
      promptFeedback: { blockReason: "PROHIBITED_CONTENT" },
      usageMetadata: { promptTokenCount: 4 },
    }),
    expected: { failure: { kind: "content_filter", message: expect.stringContaining("PROHIBITED_CONTENT") } },
  },
  "a filter before any word": {
    text: frames(candidate([], "SAFETY", { usageMetadata })),
    expected: { failure: { kind: "content_filter", scope: "request", status: 200 }, usage: USAGE },
  },
  "a filter in the middle": {
    text: frames(candidate([{ text: "So" }]), candidate([], "RECITATION", { usageMetadata })),
    expected: { text: "So", finish: "content_filter", usage: USAGE, failure: null },
  },
  "a call that the model wrote wrong": {
    text: frames(candidate([], "MALFORMED_FUNCTION_CALL")),
    expected: { failure: { kind: "bad_generation", scope: "request" } },
  },
  "a call that the model wrote wrong after text": {
    text: frames(candidate([{ text: "So" }]), candidate([], "MALFORMED_FUNCTION_CALL")),
    expected: { text: "So", failure: { kind: "broken_stream" } },
  },
  "an empty answer": {
    text: frames(candidate([{ text: "" }], "STOP", { usageMetadata })),
    expected: { failure: { kind: "bad_reply", rule: "generic/empty-completion" }, usage: USAGE },
  },
  "an error first": {
    text: frames({ error: { code: 503, message: "The model is overloaded.", status: "UNAVAILABLE" } }),
    expected: { failure: { status: 200, message: "The model is overloaded." } },
  },
  "an error in the middle": {
    text: frames(candidate([{ text: "So" }]), {
      error: { code: 500, message: "Internal error.", status: "INTERNAL" },
    }),
    expected: { text: "So", failure: { kind: "broken_stream", message: "Internal error." } },
  },
  "no end": {
    text: frames(candidate([{ text: "So" }])),
    expected: { text: "So", finish: null, failure: { kind: "broken_stream" } },
  },
  nothing: { text: "", expected: { failure: { kind: "bad_reply", rule: "generic/no-output" } } },
  "malformed events in between": {
    text: `: hello\r\n\r\n${frames(candidate([{ text: "a" }]))}data: {"candi\r\n\r\ndata: 5\r\n\r\n${frames({}, { candidates: [] }, candidate([{ text: "b" }], "STOP"))}`,
    expected: { text: "ab", finish: "stop", failure: null },
  },
  "bare line feeds and no last blank line": {
    text: frames(candidate([{ text: "a" }]), candidate([{ text: "b" }], "STOP", { usageMetadata }))
      .replaceAll("\r", "")
      .trimEnd(),
    expected: { text: "ab", finish: "stop", usage: USAGE },
  },
  "an array in place of events": {
    text: JSON.stringify(
      [candidate([{ text: "a" }]), candidate([{ text: "b" }], "STOP", { usageMetadata })],
      null,
      1,
    ),
    expected: { text: "ab", finish: "stop", usage: USAGE },
  },
  "an error document in place of events": {
    text: JSON.stringify([{ error: { code: 429, message: "Quota exceeded", status: "RESOURCE_EXHAUSTED" } }]),
    expected: { failure: { message: "Quota exceeded" } },
  },
  "a page": { text: "<html>no</html>", expected: { failure: { kind: "bad_reply", rule: "generic/html" } } },
};

describe.each(Object.entries(STREAMS))("a stream with %s", (_, { text, expected }) => {
  const bytes = new TextEncoder().encode(text);
  const atOnce = replay([bytes]);

  test("gives what was said, in order", () => {
    expect(foldAnswer(atOnce)).toMatchObject(expected as Partial<Answer>);
    const types = atOnce.map((event) => event.type);
    const failed = types.includes("failure");
    if (types[0] !== "start") expect(types).toEqual(["failure"]);
    expect(types.filter((type) => type === "start").length).toBeLessThanOrEqual(1);
    expect(types.filter((type) => type === "finish").length).toBe(failed ? 0 : 1);
    if (failed) expect(types.at(-1)).toBe("failure");
  });

  test("is the same wherever it is cut in two, and byte by byte", () => {
    for (let at = 1; at < bytes.length; at++) {
      expect(replay([bytes.subarray(0, at), bytes.subarray(at)]), `cut at byte ${at}`).toEqual(atOnce);
    }
    expect(replay(Array.from(bytes, (_byte, index) => bytes.subarray(index, index + 1)))).toEqual(atOnce);
  });
});

describe("an answer", () => {
  test("says which model gave it and when", () => {
    const [start] = replay([frames(candidate([{ text: "a" }], "STOP"))]);
    expect(start).toEqual({
      type: "start",
      id: "chatcmpl-resp-1",
      model: "gemini-3.5-flash-001",
      created: NOW / 1000,
    });
    const [unnamed] = replay([frames({ candidates: [{ content: { parts: [{ text: "a" }] } }] })]);
    expect(unnamed).toMatchObject({ model: FLASH_3, id: expect.stringMatching(/^chatcmpl-./) });
  });

  test("that is whole is the same as a streamed one", () => {
    const reply = candidate([{ text: "Hm", thought: true }, { text: "Yes" }, weather("here")], "STOP", {
      usageMetadata,
    });
    expect(whole(reply)).toEqual(foldAnswer(replay([frames(reply)])));
    expect(whole(reply)).toMatchObject({ text: "Yes", reasoning: "Hm", finish: "tool_calls", usage: USAGE });
    expect(whole(frames(reply))).toEqual(whole(reply));
    expect(whole(candidate([{ text: "Yes" }]))).toMatchObject({ text: "Yes", finish: "stop", failure: null });
  });

  test.each<[string, unknown, string]>([
    [
      "an error",
      {
        error: {
          code: 400,
          message: "API key not valid.",
          status: "INVALID_ARGUMENT",
          details: [{ reason: "API_KEY_INVALID" }],
        },
      },
      "invalid_key",
    ],
    ["a block", { promptFeedback: { blockReason: "SAFETY" } }, "content_filter"],
    ["a filter", candidate([], "SPII"), "content_filter"],
    ["nothing", {}, "bad_reply"],
    ["no candidates", { candidates: [], usageMetadata }, "bad_reply"],
    ["feedback without a block", { promptFeedback: {} }, "bad_reply"],
    ["half a document", '{"candidates": [', "bad_reply"],
    ["an empty body", "", "bad_reply"],
    ["an unknown stop", candidate([], "OTHER"), "bad_reply"],
  ])("that is %s is none", (_, body, kind) => {
    expect(whole(body).failure?.kind).toBe(kind);
  });

  test("names calls as the client does", () => {
    const tools = [{ name: "0 odd" }, { name: "weather" }];
    const reply = candidate([{ functionCall: { name: "_0_odd", args: {} } }, weather("here")], "STOP");
    expect(whole(reply, { tools }).toolCalls.map(({ name }) => name)).toEqual(["0 odd", "weather"]);
  });

  test("never has one id for two calls, in one answer or in two", () => {
    const same = { functionCall: { id: "x", name: "weather", args: {} } };
    const ids = whole(candidate([same, same, weather("a"), weather("a")], "STOP")).toolCalls.map(
      ({ id }) => id,
    );
    const later = whole(candidate([weather("a")], "STOP", { responseId: "resp-2" })).toolCalls.map(
      ({ id }) => id,
    );
    expect(new Set([...ids, ...later]).size).toBe(5);
  });
});

describe("a thought signature", () => {
  const reply = candidate([weather("here", { thoughtSignature: "c2lnLTE=" }), weather("there")], "STOP");
  const answered = (toolCalls: Answer["toolCalls"]): Message[] => [
    { role: "user", content: "Weather?" },
    { role: "assistant", content: "", toolCalls },
    ...toolCalls.map(({ id }): Message => ({ role: "tool", toolCallId: id, content: "rain" })),
  ];
  const signatures = (model: string, messages: Message[], memory: ExpiringMemory) =>
    sent({ messages }, model, { memory })
      .contents.flatMap(({ parts }) => parts)
      .filter((part) => part.functionCall)
      .map((part) => part.thoughtSignature);

  test.each([FLASH_3, FLASH_2])(
    "of %s goes back with its call, though the client knows nothing of it",
    (model) => {
      const memory = new ExpiringMemory({ monotonic: () => 0 });
      const { toolCalls } = whole(reply, {}, geminiTarget(model, { memory }));
      expect(signatures(model, answered(toolCalls), memory)).toEqual(["c2lnLTE=", undefined]);
    },
  );

  test("that came in a stream does, too", () => {
    const memory = new ExpiringMemory({ monotonic: () => 0 });
    const decoder = geminiDialect.decodeStream(chatRequest(), geminiTarget(FLASH_3, { memory }), () => NOW);
    const events = [...decoder.push(new TextEncoder().encode(frames(reply))), ...decoder.end()];
    expect(signatures(FLASH_3, answered(foldAnswer(events).toolCalls), memory)).toEqual([
      "c2lnLTE=",
      undefined,
    ]);
  });

  test("is no other model's, and forgotten ones have a stand-in", () => {
    let now = 0;
    const memory = new ExpiringMemory({ monotonic: () => now });
    const messages = answered(whole(reply, {}, geminiTarget(FLASH_3, { memory })).toolCalls);
    const standIn = ["skip_thought_signature_validator", undefined];
    expect(signatures("gemini-3.8-flash", messages, memory)).toEqual(standIn);
    expect(signatures(FLASH_2, messages, memory)).toEqual([undefined, undefined]);
    now = 25 * 3_600_000;
    expect(signatures(FLASH_3, messages, memory)).toEqual(standIn);
  });
});
