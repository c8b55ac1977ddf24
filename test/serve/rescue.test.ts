/** A broken stream goes on at another endpoint, over the wire. */
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HELLO, openStage, type Stage } from "../support/stage.ts";
import { answer, cutAfter, failure, stallAfter } from "../support/steps.ts";

const TEXT = "The quick brown fox jumps over the lazy dog and then it goes home to sleep.";
let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ env: { FREELLM_STREAM_STALL_MS: "400" } });
});
afterAll(() => stage.close());

async function streamed(model: string, options: { headers?: Record<string, string>; tools?: boolean } = {}) {
  const tool = { type: "function" as const, function: { name: "read", parameters: { type: "object" } } };
  const stream = stage.client.chat.completions.stream(
    {
      model,
      messages: HELLO,
      stream_options: { include_usage: true },
      ...(options.tools ? { tools: [tool] } : {}),
    },
    { headers: options.headers ?? {} },
  );
  return stream.finalChatCompletion();
}

describe("a stream that breaks", () => {
  it.each([
    ["is cut", cutAfter(8, { content: TEXT })],
    ["falls silent", stallAfter(8, { content: TEXT })],
  ])("%s: goes on where it stopped, though the next model begins anew", async (name, step) => {
    const model = `text-${name.length}`;
    const [first, second] = await stage.endpoints(model, [step, answer({ content: TEXT })]);
    const completion = await streamed(model);
    expect(completion.choices[0]?.message.content).toBe(TEXT);
    expect(completion.choices[0]?.finish_reason).toBe("stop");
    expect(completion.usage?.completion_tokens).toBeGreaterThan(0);
    expect([first?.upstream.calls.length, second?.upstream.calls.length]).toEqual([1, 1]);
    const asked = second?.upstream.calls[0]?.body?.messages as { role: string; content: string }[];
    expect(asked.map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
    expect(TEXT.startsWith(asked[1]?.content ?? "?")).toBe(true);
  });

  it("is not continued when the request forbids it: the SDK raises", async () => {
    await stage.endpoints("forbidden", [cutAfter(8, { content: TEXT }), answer({ content: TEXT })]);
    await expect(streamed("forbidden", { headers: { "X-Freellm-Rescue": "off" } })).rejects.toBeInstanceOf(
      OpenAI.APIError,
    );
  });

  it("with nobody to go on ends in an error, never as if it were finished", async () => {
    await stage.endpoints("alone", [cutAfter(8, { content: TEXT }), failure(500)]);
    await expect(streamed("alone")).rejects.toBeInstanceOf(OpenAI.APIError);
  });

  it("inside a call of a tool is made anew: no half call, no double call", async () => {
    const tools = [{ name: "read", arguments: '{"path":"a/long/path/to/read.txt"}' }];
    await stage.endpoints("tools", [cutAfter(4, { content: "", tools }), answer({ content: "", tools })]);
    const { choices } = await streamed("tools", { tools: true });
    expect(
      choices[0]?.message.tool_calls?.map((call) => call.type === "function" && call.function.arguments),
    ).toEqual([tools[0]?.arguments]);
    expect(choices[0]?.finish_reason).toBe("tool_calls");
  });

  it("several times still gives one whole answer", async () => {
    const steps = [6, 9, 12].map((count) => cutAfter(count, { content: TEXT }));
    await stage.endpoints("often", [...steps, answer({ content: TEXT })]);
    expect((await streamed("often")).choices[0]?.message.content).toBe(TEXT);
  });
});
