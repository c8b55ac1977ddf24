/** E7: 200 with an empty completion. */
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStage, type Stage } from "../support/stage.ts";
import { answer, reply, type Step } from "../support/steps.ts";
import { WAYS } from "./support/ask.ts";
import { DONE, EVENTS, finish } from "./support/frames.ts";

const stream =
  (text: string): Step =>
  (exchange) => {
    if (exchange.call.body?.stream !== true) return reply(200, { choices: [] })(exchange);
    exchange.begin(200, EVENTS);
    exchange.chunk(text);
    exchange.end();
  };

const EMPTY: [string, Step][] = [
  ["no word", answer({ content: "" })],
  ["blank", answer({ content: "\n \n" })],
  ["only a finish", stream(finish("stop") + DONE)],
  ["only done", stream(DONE)],
  ["only comments", stream(": ping\n\n: ping\n\n")],
  ["nothing", reply(200, "")],
  ["an empty object", reply(200, {})],
];

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ env: { FREELLM_MAX_WAIT_MS: "0" } });
});
afterAll(() => stage.close());

describe.each(EMPTY)("%s", (name, step) => {
  it.each(WAYS)("%s: the next target answers", async (way, ask) => {
    const model = `${name.replaceAll(" ", "-")}-${way}`;
    const [first] = await stage.endpoints(model, [step, answer({ content: "from the second" })]);
    const told = await ask(stage, { model });
    expect(told).toMatchObject({ error: undefined, text: "from the second", finish: "stop" });
    expect(told.headers?.get("x-fallback-trail")).toMatch(/=bad_reply$/);
    expect(first?.upstream.calls).toHaveLength(1);
  });
});

it.each(WAYS)("alone, %s: an error, no empty answer", async (way, ask) => {
  await stage.endpoints(`alone-${way}`, [answer({ content: "" })]);
  expect((await ask(stage, { model: `alone-${way}` })).error).toBeInstanceOf(OpenAI.InternalServerError);
});
