/** S04: 503 for ever. */
import OpenAI from "openai";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openStage, type Stage } from "../support/stage.ts";
import { failure } from "../support/steps.ts";
import { askStream, askWhole, WAYS } from "./support/ask.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ env: { FREELLM_MAX_WAIT_MS: "1000" } });
});
afterAll(() => stage.close());

it.each(WAYS)("alone, %s: few calls, then an error with its remedy", async (way, ask) => {
  const [only] = await stage.endpoints(`alone-${way}`, [failure(503)]);
  const told = await ask(stage, { model: `alone-${way}` });
  expect(told.error).toBeInstanceOf(OpenAI.InternalServerError);
  expect(only?.upstream.calls.length).toBeLessThanOrEqual(6);
});

it("the breaker opens: further requests go straight to the next target", async () => {
  const [first, second] = await stage.endpoints("open", [failure(503), null]);
  for (let request = 1; request <= 12; request++) {
    const ask = request % 2 === 0 ? askStream : askWhole;
    expect(await ask(stage, { model: "open" })).toMatchObject({ error: undefined, finish: "stop" });
    expect(second?.upstream.calls).toHaveLength(request);
  }
  // Three failures open it for five seconds; the loop takes far less.
  expect(first?.upstream.calls).toHaveLength(3);
});
