/** S05: a TCP reset before the headers, or a close without a byte. */
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStage, type Stage } from "../support/stage.ts";
import { answer, close, reset } from "../support/steps.ts";
import { askStream, WAYS } from "./support/ask.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

describe.each([
  ["reset", reset],
  ["close", close],
] as const)("%s", (name, step) => {
  it.each(WAYS)("%s: the next target answers", async (way, ask) => {
    const model = `${name}-${way}`;
    const [first, second] = await stage.endpoints(model, [step, answer({ content: "from the second" })]);
    const told = await ask(stage, { model });
    expect(told).toMatchObject({ error: undefined, text: "from the second", finish: "stop" });
    expect(told.headers?.get("x-fallback-trail")).toMatch(/=transport$/);
    expect(first?.upstream.calls.length).toBeLessThanOrEqual(2);
    expect(second?.upstream.calls).toHaveLength(1);
  });

  it("alone it is an error, not a hang", async () => {
    await stage.endpoints(`${name}-alone`, [step]);
    const told = await askStream(stage, { model: `${name}-alone`, headers: { "x-freellm-max-wait": "0" } });
    expect(told.error).toBeInstanceOf(OpenAI.InternalServerError);
    expect(told.endedAt - told.startedAt).toBeLessThan(3_000);
  });
});
