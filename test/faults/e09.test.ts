/** E9: headers dripped byte by byte, and content that never comes: the deadline for the first content holds. */
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStage, type Stage } from "../support/stage.ts";
import { answer, drip, type Step } from "../support/steps.ts";
import { WAYS } from "./support/ask.ts";
import { chunk, EVENTS } from "./support/frames.ts";

/** Signs of life without a word. */
const trickle =
  (...frames: string[]): Step =>
  async (exchange) => {
    exchange.begin(200, EVENTS);
    while (!exchange.over) {
      for (const frame of frames) exchange.chunk(frame);
      await exchange.sleep(20);
    }
  };

const SLOW: [string, Step][] = [
  ["headers", drip(20)],
  ["comments", trickle(": ping\n\n")],
  ["empty-deltas", trickle(chunk({ content: "" }))],
  ["half-events", trickle("data: {")],
];

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ env: { FREELLM_FIRST_CONTENT_MS: "500", FREELLM_MAX_WAIT_MS: "0" } });
});
afterAll(() => stage.close());

describe.each(SLOW)("%s", (name, step) => {
  it.concurrent.each(WAYS)("%s: the next target answers", async (way, ask) => {
    const model = `${name}-${way}`;
    const [first] = await stage.endpoints(model, [step, answer({ content: "from the second" })]);
    const told = await ask(stage, { model });
    expect(told).toMatchObject({ error: undefined, text: "from the second" });
    expect(told.endedAt - told.startedAt).toBeLessThan(3_000);
    expect(first?.upstream.calls).toHaveLength(1);
  });

  it.concurrent.each(WAYS)("alone, %s: an error in time", async (way, ask) => {
    const model = `alone-${name}-${way}`;
    await stage.endpoints(model, [step]);
    const told = await ask(stage, { model });
    expect(told.error).toBeInstanceOf(OpenAI.InternalServerError);
    expect(told.endedAt - told.startedAt).toBeLessThan(3_000);
  });
});
