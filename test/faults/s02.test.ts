/** S02: 429 for ever, without a word about how long. What it does with all the patience there is stands in `defaults.test.ts`. */
import OpenAI from "openai";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openStage, type Stage } from "../support/stage.ts";
import { tooMany } from "../support/steps.ts";
import { askStream, WAYS } from "./support/ask.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ env: { FREELLM_MAX_WAIT_MS: "3000" } });
});
afterAll(() => stage.close());

it("the next target serves at once, and the first rests", async () => {
  const [first, second] = await stage.endpoints("benched", [tooMany(), null]);
  for (let request = 1; request <= 5; request++) {
    const told = await askStream(stage, { model: "benched" });
    expect(told).toMatchObject({ error: undefined, finish: "stop" });
    expect(told.endedAt - told.startedAt).toBeLessThan(1_500);
    expect(second?.upstream.calls).toHaveLength(request);
  }
  expect(first?.upstream.calls).toHaveLength(1);
});

it.each(WAYS)("alone, %s: it is not hammered, and the client is told when to come back", async (way, ask) => {
  const [only] = await stage.endpoints(`alone-${way}`, [tooMany()]);
  const told = await ask(stage, { model: `alone-${way}` });
  expect(told.error).toBeInstanceOf(OpenAI.RateLimitError);
  expect(only?.upstream.calls.length).toBeLessThanOrEqual(4);
});
