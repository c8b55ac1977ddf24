/** Each way in which the OpenAI wire bends, whether or not a provider of today needs it. */
import { describe, expect, test } from "vitest";
import { foldAnswer } from "../../../src/core/chat/answer.ts";
import type { Message, Tool } from "../../../src/core/chat/request.ts";
import type { OpenAIQuirks, ProviderSpec } from "../../../src/core/provider.ts";
import { providers } from "../../../src/providers/index.ts";
import { openaiQuirks } from "../../../src/providers/quirks.ts";
import {
  chatRequest,
  chunk,
  custom,
  encodedBody,
  replay,
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
  expect(encode(custom)).toBeUndefined();
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

test("one stop sequence is sent alone, or in a list to those that want one", () => {
  const one = { sampling: { stop: ["END"] } };
  expect(encodedBody(custom, one).stop).toBe("END");
  expect(encodedBody(bent({ stop: "array" }), one).stop).toEqual(["END"]);
  expect(encodedBody(custom, { sampling: { stop: ["a", "b"] } }).stop).toEqual(["a", "b"]);
});

describe("leaked verdicts of a filter", () => {
  const provider = bent({ emptyAnswers: ["safe", "unsafe"] });
  const empty = { kind: "bad_reply", rule: "generic/empty-completion" };

  test.each([[["safe"]], [["un", "sa", "fe"]], [["\n", "Unsafe", " \n"]], [["SAFE"]]])(
    "%j is no answer, and nothing of it is shown",
    (pieces) => {
      const body = stream(...pieces.map((content) => chunk({ content })), chunk({}, "stop"));
      const events = replay(provider, [new TextEncoder().encode(body)]);
      expect(events.map((event) => event.type)).toEqual(["start", "failure"]);
      expect(foldAnswer(events).failure).toMatchObject(empty);
    },
  );

  test("unstreamed, too", () => {
    const reply = { choices: [{ message: { content: "unsafe" }, finish_reason: "stop" }] };
    expect(wholeAnswer(provider, JSON.stringify(reply)).failure).toMatchObject(empty);
  });

  test.each([[["saf", "er"]], [["safe", " and sound"]], [["un"]], [["Unsafe? No."]]])(
    "%j is an answer",
    (pieces) => {
      const body = stream(...pieces.map((content) => chunk({ content })), chunk({}, "stop"));
      expect(replayText(provider, body)).toMatchObject({ text: pieces.join(""), failure: null });
    },
  );

  test("text that can no longer be one flows at once", () => {
    const decoder = providers.dialect(provider).decodeStream(chatRequest(), targetOf(provider), () => 0);
    const push = (content: string) =>
      decoder
        .push(new TextEncoder().encode(`data: ${JSON.stringify(chunk({ content }))}\n\n`))
        .filter((event) => event.type === "text-delta");
    expect(push("sa")).toEqual([]);
    expect(push("y")).toEqual([{ type: "text-delta", text: "say" }]);
    expect(push("safe")).toEqual([{ type: "text-delta", text: "safe" }]);
  });

  test("a call beside it counts", () => {
    const call = { index: 0, id: "c", function: { name: "f", arguments: "{}" } };
    const body = stream(chunk({ content: "safe" }), chunk({ tool_calls: [call] }, "tool_calls"));
    expect(replayText(provider, body)).toMatchObject({ text: "", finish: "tool_calls", failure: null });
  });
});

describe("an answer in the field of the thinking", () => {
  const body = stream(chunk({ reasoning_content: "It is " }), chunk({ reasoning_content: "four." }, "stop"));
  const tools: Tool[] = [{ name: "clock" }];

  test("is the answer where that is known of the provider", () => {
    const answer = replayText(bent({ reasoningOnly: "answer" }), body);
    expect(answer).toMatchObject({ reasoning: "It is four.", text: "It is four.", finish: "stop" });
  });

  test("is empty to an agent, and elsewhere", () => {
    const empty = { failure: { rule: "generic/empty-completion" }, text: "" };
    expect(replayText(bent({ reasoningOnly: "answer" }), body, { tools })).toMatchObject(empty);
    expect(replayText(custom, body)).toMatchObject(empty);
  });
});

describe("arguments that were encoded twice", () => {
  const tools: Tool[] = [
    {
      name: "edit",
      parameters: {
        type: "object",
        properties: {
          path: { type: "string" },
          edits: {
            type: "array",
            items: {
              type: "object",
              properties: { to: { type: ["object", "null"] }, text: { type: "string" } },
            },
          },
        },
      },
    },
  ];
  const called = (args: string, pieces = 3, finish: string | null = "tool_calls") => {
    const size = Math.ceil(args.length / pieces);
    const parts = Array.from({ length: pieces }, (_, at) => args.slice(at * size, (at + 1) * size));
    const chunks = parts.map((piece, at) =>
      chunk({
        tool_calls: [
          { index: 0, ...(at === 0 && { id: "c" }), function: { name: at ? "" : "edit", arguments: piece } },
        ],
      }),
    );
    const answer = replayText(custom, stream(...chunks, chunk({}, finish)), { tools });
    return answer.toolCalls[0]?.arguments;
  };
  const edits = [{ to: { line: 1 }, text: "[1]" }];

  test("are decoded where the schema wants an array or an object", () => {
    const right = { path: "[a]", edits };
    expect(called(JSON.stringify({ path: "[a]", edits: JSON.stringify(edits) }))).toBe(JSON.stringify(right));
    const inside = [{ to: JSON.stringify({ line: 1 }), text: "[1]" }];
    expect(called(JSON.stringify({ path: "[a]", edits: JSON.stringify(inside) }))).toBe(
      JSON.stringify(right),
    );
    expect(called(JSON.stringify(JSON.stringify(right)))).toBe(JSON.stringify(right));
  });

  test.each([
    '{"path": "x", "edits": [ ]}',
    '{"path":"{}","edits":"not JSON ["}',
    '{"path":"{}","edits":"{}"}',
    '"just text"',
    '{"path":"cut',
  ])("are left as they are otherwise: %s", (args) => {
    expect(called(args)).toBe(args);
  });

  test("are shown as they are where the answer was cut", () => {
    expect(called('{"path":"x","edits":"[', 2, "length")).toBe('{"path":"x","edits":"[');
  });

  test("are streamed as they come where the tool has no such argument", () => {
    const flat: Tool[] = [
      { name: "edit", parameters: { type: "object", properties: { path: { type: "string" } } } },
    ];
    const events = replay(
      custom,
      [
        new TextEncoder().encode(
          stream(
            chunk({ tool_calls: [{ index: 0, id: "c", function: { name: "edit", arguments: '{"pa' } }] }),
            chunk({ tool_calls: [{ index: 0, function: { arguments: 'th":"x"}' } }] }),
            chunk({}, "tool_calls"),
          ),
        ),
      ],
      { tools: flat },
    );
    expect(events.filter((event) => event.type === "tool-call-delta")).toHaveLength(2);
  });
});

describe("envelopes", () => {
  const answer = {
    choices: [{ index: 0, message: { role: "assistant", content: "Hi." }, finish_reason: "stop" }],
    usage: { prompt_tokens: 3, completion_tokens: 2 },
  };
  const around = { success: true, errors: [], messages: [] };

  test.each<[string, unknown]>([
    ["an answer inside a result", { result: answer, ...around }],
    ["a native response", { result: { response: "Hi.", usage: answer.usage }, ...around }],
    ["a code that says all is well", { code: 0, message: "Success", sid: "made-up", ...answer }],
  ])("%s", (_, reply) => {
    const usage = { inputTokens: 3, outputTokens: 2 };
    expect(wholeAnswer(custom, JSON.stringify(reply))).toMatchObject({ text: "Hi.", finish: "stop", usage });
  });

  test("calls of a native response", () => {
    const tool_calls = [{ name: "clock", arguments: { zone: "UTC" } }];
    const reply = JSON.stringify({ result: { response: null, tool_calls }, ...around });
    expect(wholeAnswer(custom, reply)).toMatchObject({
      toolCalls: [{ name: "clock", arguments: '{"zone":"UTC"}' }],
      finish: "tool_calls",
    });
  });

  test("an error in an envelope is one", () => {
    const reply = { result: null, success: false, errors: [{ code: 5007, message: "No such model" }] };
    expect(wholeAnswer(custom, JSON.stringify(reply)).failure?.message).toContain("No such model");
  });

  test("a code beside a message is an error, whole and streamed, unless it is zero", () => {
    const refusal = { code: 10_013, message: "the input was refused", sid: "made-up" };
    for (const reply of [refusal, { ...refusal, choices: [] }]) {
      expect(wholeAnswer(custom, JSON.stringify(reply)).failure?.message).toContain("the input was refused");
      expect(replayText(custom, stream(reply)).failure?.message).toContain("the input was refused");
    }
    const counted = { code: 0, message: "Success", usage: answer.usage };
    expect(replayText(custom, stream(chunk({ content: "x" }), counted, chunk({}, "stop")))).toMatchObject({
      text: "x",
      usage: { inputTokens: 3, outputTokens: 2 },
      failure: null,
    });
  });
});

describe("finish reasons", () => {
  test.each([
    ["eos", "stop"],
    ["end_turn", "stop"],
    ["stop_sequence", "stop"],
    ["STOP", "stop"],
    ["model_length", "length"],
    ["max_tokens", "length"],
    ["model_context_window_exceeded", "length"],
    ["sensitive", "content_filter"],
    ["tool_use", "stop"],
  ])("%s means %s", (word, meaning) => {
    expect(replayText(custom, stream(chunk({ content: "x" }, word))).finish).toBe(meaning);
  });

  test.each(["error", "network_error", "insufficient_system_resource"])("%s is a failure", (word) => {
    const broken = replayText(custom, stream(chunk({ content: "x" }, word)));
    expect(broken).toMatchObject({ finish: null, failure: { kind: "broken_stream" } });
    expect(replayText(custom, stream(chunk({}, word))).failure?.kind).toBe("bad_reply");
  });
});
