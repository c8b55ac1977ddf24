/** E6: 200, and the first event of the stream is an error: it is treated as that error, before the commit. */
import OpenAI from "openai";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openStage, type Stage } from "../support/stage.ts";
import { answer, type Step } from "../support/steps.ts";
import { askStream } from "./support/ask.ts";
import { chunk, EVENTS } from "./support/frames.ts";
import { addProvider } from "./support/stage.ts";

const says =
  (...frames: string[]): Step =>
  (exchange) => {
    exchange.begin(200, EVENTS);
    for (const frame of frames) exchange.chunk(frame);
    exchange.end();
  };
const event = (body: unknown): string => `data: ${JSON.stringify(body)}\n\n`;

const ERRORS: [string, Step, string][] = [
  ["rate limit", says(event({ error: { code: 429, message: "Too many requests" } })), "rate_unknown"],
  ["overload", says(event({ error: { code: 503, message: "Overloaded" } })), "server_error|capacity"],
  ["invalid key", says(event({ error: { code: 401, message: "Invalid API key" } })), "invalid_key"],
  ["no credit", says(event({ error: { code: 402, message: "Insufficient credits" } })), "no_credit"],
  ["error event", says('event: error\ndata: {"message":"upstream died"}\n\n'), "server_error|bad_reply"],
  ["flat", says(event({ code: 500, message: "it went wrong" })), "server_error|bad_reply"],
  ["text", says(event({ error: "out of memory" })), "server_error|bad_reply"],
  [
    "after the role",
    says(chunk({ role: "assistant", content: "" }), event({ error: { code: 502, message: "gone" } })),
    "server_error|bad_reply|broken_stream",
  ],
  [
    "in a chunk with a finish",
    says(
      event({
        error: { code: 500, message: "x" },
        choices: [{ index: 0, delta: {}, finish_reason: "error" }],
      }),
    ),
    "server_error|bad_reply|broken_stream",
  ],
];

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ env: { FREELLM_MAX_WAIT_MS: "0" } });
});
afterAll(() => stage.close());

it.each(ERRORS)("%s: the next target answers, the trail names it", async (name, step, kinds) => {
  const model = name.replaceAll(" ", "-");
  const [first] = await stage.endpoints(model, [step, answer({ content: "from the second" })]);
  const told = await askStream(stage, { model });
  expect(told).toMatchObject({ error: undefined, text: "from the second", finish: "stop" });
  expect(told.headers?.get("x-fallback-trail")).toMatch(new RegExp(`=(${kinds})$`));
  expect(first?.upstream.calls.length).toBeLessThanOrEqual(2);
});

it("a rate limit told so benches like any other", async () => {
  const limited = says(event({ error: { code: 429, message: "Too many requests" } }));
  const [first, second] = await stage.endpoints("benched", [limited, null]);
  for (let request = 0; request < 3; request++) await askStream(stage, { model: "benched" });
  expect(first?.upstream.calls).toHaveLength(1);
  expect(second?.upstream.calls).toHaveLength(3);
});

it("a prompt that is too long goes to a larger model only", async () => {
  const message = "This model's maximum context length is 8192 tokens.";
  const tooLong = says(event({ error: { code: "context_length_exceeded", message } }));
  await addProvider(stage, "small", tooLong, { context: 8_192 });
  const same = await addProvider(stage, "same", null, { context: 8_192 });
  await addProvider(stage, "large", answer({ content: "read it" }), { context: 100_000 });
  const told = await askStream(stage, { model: "small", more: { models: ["same", "large"] } });
  expect(told).toMatchObject({ error: undefined, text: "read it", models: ["large"] });
  expect(same.calls).toHaveLength(0);
});

it("alone it is an HTTP error, not a stream", async () => {
  await stage.endpoints("alone", [says(event({ error: { code: 429, message: "Too many requests" } }))]);
  expect((await askStream(stage, { model: "alone" })).error).toBeInstanceOf(OpenAI.RateLimitError);
});
