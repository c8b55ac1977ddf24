/** What providers of the OpenAI wire answer, and what must become of it, whether or not one of today does so. */
import { describe, expect, test } from "vitest";
import type { Tool } from "../../../src/core/chat/request.ts";
import type { OpenAIQuirks, ProviderSpec } from "../../../src/core/provider.ts";
import { providers } from "../../../src/providers/index.ts";
import { openaiQuirks } from "../../../src/providers/quirks.ts";
import { foldAnswer } from "../../support/answer.ts";
import { chatRequest, chunk, custom, replay, replayText, stream, targetOf, wholeAnswer } from "../support.ts";

const bent = (differences: Partial<OpenAIQuirks>): ProviderSpec => ({
  ...custom,
  quirks: openaiQuirks(differences),
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
