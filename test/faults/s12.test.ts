/** S12: 400, the prompt is longer than the context window. */
import OpenAI from "openai";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openStage, type Stage } from "../support/stage.ts";
import { answer, reply } from "../support/steps.ts";
import { askStream, askWhole, WAYS } from "./support/ask.ts";
import { addProvider } from "./support/stage.ts";

const WINDOW = 8_192;
/** About twice the window. */
const LONG = "a long story ".repeat(5_000);
const tooLong = reply(400, {
  error: {
    message: `This model's maximum context length is ${WINDOW} tokens. However, your messages resulted in 15012 tokens.`,
    type: "invalid_request_error",
    param: "messages",
    code: "context_length_exceeded",
  },
});

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

it.each(WAYS)("%s: a larger model answers, and the window is learnt", async (way, ask) => {
  const [small, large] = [`small-${way}`, `large-${way}`];
  const first = await addProvider(stage, small, tooLong);
  const second = await addProvider(stage, large, answer({ content: "read it all" }), { context: 131_072 });
  const question = { model: small, prompt: LONG, more: { models: [large] } };
  expect(await ask(stage, question)).toMatchObject({
    error: undefined,
    text: "read it all",
    models: [large],
  });
  expect(await ask(stage, question)).toMatchObject({ error: undefined, text: "read it all" });
  expect(first.calls).toHaveLength(1);
  expect(second.calls).toHaveLength(2);
  first.otherwise(answer({ content: "a short one" }));
  expect(await ask(stage, { ...question, prompt: "Hello" })).toMatchObject({ text: "a short one" });
});

it("no other model of that window is sent the same prompt", async () => {
  // Nothing is known of the first; the others are known.
  const first = await addProvider(stage, "unknown", tooLong);
  const same = await addProvider(stage, "same", tooLong, { context: WINDOW });
  const large = await addProvider(stage, "large", answer({ content: "read it all" }), { context: 131_072 });
  const question = { model: "unknown", prompt: LONG, more: { models: ["same", "large"] } };
  expect(await askStream(stage, question)).toMatchObject({ text: "read it all", models: ["large"] });
  expect([first.calls.length, same.calls.length, large.calls.length]).toEqual([1, 0, 1]);
});

it("two keys of one model are not both asked", async () => {
  const [first, second] = await stage.endpoints("family", [tooLong, tooLong]);
  const told = await askStream(stage, { model: "family", prompt: LONG });
  expect(told.error).toBeInstanceOf(OpenAI.APIError);
  const calls = (first?.upstream.calls.length ?? 0) + (second?.upstream.calls.length ?? 0);
  expect(calls).toBeLessThanOrEqual(2);
  await askStream(stage, { model: "family", prompt: LONG });
  expect(first?.upstream.calls).toHaveLength(1);
});

it.each(WAYS)("alone, %s: the client is told what is wrong, in its own terms", async (way, ask) => {
  const only = await addProvider(stage, `alone-${way}`, tooLong);
  const told = await ask(stage, { model: `alone-${way}`, prompt: LONG });
  expect(told.error).toBeInstanceOf(OpenAI.APIError);
  expect(told.error).toMatchObject({ code: "context_length_exceeded", param: "messages" });
  expect(only.calls).toHaveLength(1);
});

it("a stated window is taken over although it differs from what the user said", async () => {
  const only = await addProvider(stage, "optimist", tooLong, { context: 131_072 });
  for (let request = 0; request < 3; request++) await askWhole(stage, { model: "optimist", prompt: LONG });
  expect(only.calls).toHaveLength(1);
});
