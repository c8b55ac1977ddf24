/** What comes back, in the same cases for every registered provider. */
import { describe, expect, test } from "vitest";
import { chunk, NOW, openaiProviders, replayText, stream, targetOf, wholeAnswer } from "../support.ts";

const usage = { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 };

describe.each(openaiProviders.map((provider) => [provider.id, provider] as const))("%s", (_, provider) => {
  const known = provider.quirks.usage === "trust" ? { inputTokens: 7, outputTokens: 3 } : null;

  test("reads a streamed and a whole answer to the same result", () => {
    const message = {
      role: "assistant",
      content: "It rains.",
      reasoning_content: "Look.",
      tool_calls: [
        { id: "AAAAAAAA1", type: "function", function: { name: "weather", arguments: '{"place":"a"}' } },
        { id: "AAAAAAAA2", type: "function", function: { name: "weather", arguments: { place: "b" } } },
      ],
    };
    const whole = {
      id: "chatcmpl-1",
      created: 1,
      model: "m-1",
      choices: [{ index: 0, message, finish_reason: "tool_calls" }],
      usage,
    };
    const streamed = replayText(provider, stream(chunk(message), chunk({}, "tool_calls", { usage })));
    expect(wholeAnswer(provider, JSON.stringify(whole))).toEqual(streamed);
    expect(streamed).toMatchObject({
      id: "chatcmpl-1",
      model: "m-1",
      created: 1,
      text: "It rains.",
      reasoning: "Look.",
      finish: "tool_calls",
      usage: known,
      failure: null,
    });
    expect(streamed.toolCalls.map((call) => call.arguments)).toEqual(['{"place":"a"}', '{"place":"b"}']);
  });

  test("finds usage in every hiding place", () => {
    const text = chunk({ content: "x" });
    const places = {
      "with the finish": stream(text, chunk({}, "stop", { usage })),
      "in an extra chunk": stream(text, chunk({}, "stop"), { choices: [], usage }),
      "under x_groq": stream(text, chunk({}, "stop", { x_groq: { id: "r", usage } })),
      "on every chunk": stream(
        chunk({ content: "x" }, null, { usage: { prompt_tokens: 7 } }),
        chunk({}, "stop", { usage }),
      ),
      "with null before": stream(
        chunk({ content: "x" }, null, { usage: null }),
        chunk({}, "stop", { usage }),
      ),
      "inside the choice": stream(text, {
        choices: [{ index: 0, delta: {}, finish_reason: "stop", usage }],
      }),
      "under other names": stream(text, chunk({}, "stop", { usage: { input_tokens: 7, output_tokens: 3 } })),
    };
    for (const [place, body] of Object.entries(places)) {
      expect(replayText(provider, body).usage, place).toEqual(known);
    }
  });

  test("takes thinking once, though blocks repeat it", () => {
    const details = [{ type: "reasoning.text", text: "Let me see." }];
    const body = stream(
      chunk({ reasoning: "Let me " }),
      chunk({ reasoning: "see." }),
      chunk({ reasoning: "", reasoning_details: details }),
      chunk({ content: "Yes." }, "stop"),
    );
    expect(replayText(provider, body)).toMatchObject({
      reasoning: "Let me see.",
      reasoningDetails: details,
      text: "Yes.",
    });
  });

  test("names itself and the clock where the answer does not", () => {
    const answer = replayText(
      provider,
      stream({ choices: [{ delta: { content: "x" }, finish_reason: "stop" }] }),
    );
    expect(answer.model).toBe(targetOf(provider).modelId);
    expect(answer.created).toBe(NOW / 1000);
    expect(answer.id).not.toBe("");
  });

  test("takes no shape of error for an answer", () => {
    const shapes: unknown[] = [
      { error: { message: "broken", code: 500 } },
      { error: "broken" },
      { object: "error", message: "broken", code: 500 },
      { message: "broken", code: "internal_error" },
      { detail: "broken" },
      { detail: [{ type: "x", msg: "broken" }] },
      { errors: [{ message: "broken" }] },
      { status: 500, title: "broken" },
      { fault: { faultstring: "broken" } },
      [{ error: { message: "broken", status: "INTERNAL" } }],
      {},
      { choices: [] },
    ];
    for (const shape of shapes) {
      const text = JSON.stringify(shape);
      const whole = wholeAnswer(provider, text).failure;
      expect(["bad_reply", "server_error"], text).toContain(whole?.kind);
      if (text.includes("broken")) expect(whole?.message, text).toContain("broken");
      const streamed = replayText(provider, `data: ${text}\n\n`).failure;
      expect(["bad_reply", "server_error"], text).toContain(streamed?.kind);
    }
    for (const text of [
      "",
      "<html><body>no</body></html>",
      "upstream request timeout",
      '{"choices":[{"mess',
    ]) {
      expect(wholeAnswer(provider, text).failure?.kind, text).toBe("bad_reply");
    }
  });

  test("classifies an error under HTTP 200 by the code inside", () => {
    const inner = (error: object) => wholeAnswer(provider, JSON.stringify({ error })).failure;
    expect(inner({ message: "no", code: 401 })?.kind).toBe("invalid_key");
    expect(inner({ message: "slow down, 5 requests per minute", code: "429" })?.kind).toBe("rate_minute");
    expect(inner({ message: "no", code: "context_length_exceeded" })?.kind).toBe("context_too_long");
    expect(inner({ message: "no", type: "insufficient_quota" })?.kind).toBe("no_credit");
  });
});
