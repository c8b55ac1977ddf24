/** E13: all targets are exhausted. */
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStage, type Stage } from "../support/stage.ts";
import { type Step, tooMany } from "../support/steps.ts";
import { askWhole, type Told, WAYS } from "./support/ask.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ env: { FREELLM_MAX_WAIT_MS: "0" } });
});
afterAll(() => stage.close());

/** Whole seconds of `Retry-After`; the error must have the shape that clients know. */
function retryAfter({ error }: Told): number {
  expect(error).toBeInstanceOf(OpenAI.RateLimitError);
  expect(error).toMatchObject({ type: "rate_limit_error", code: "rate_limit_exceeded", param: null });
  const headers = error instanceof OpenAI.APIError ? error.headers : undefined;
  expect(headers?.get("x-request-id")).toBeTruthy();
  const stated = headers?.get("retry-after") ?? "";
  expect(stated).toMatch(/^\d+$/);
  return Number(stated);
}

const CASES: [string, Step[], [number, number]][] = [
  ["one", [tooMany(30)], [29, 30]],
  ["the soonest of three", [tooMany(30), tooMany(12), tooMany(3_600)], [11, 12]],
  ["one without a word", [tooMany()], [14, 15]],
  ["stated and guessed", [tooMany(40), tooMany()], [14, 15]],
  ["hours", [tooMany(7_200)], [7_199, 7_200]],
];

describe.each(CASES)("%s", (name, steps, [least, most]) => {
  it.each(WAYS)("%s: 429 with the soonest instant, at once and again", async (way, ask) => {
    const model = `${name.replaceAll(" ", "-")}-${way}`;
    const endpoints = await stage.endpoints(model, steps);
    for (let request = 0; request < 2; request++) {
      const told = await ask(stage, { model });
      expect(told.endedAt - told.startedAt).toBeLessThan(1_000);
      const seconds = retryAfter(told);
      expect(seconds).toBeGreaterThanOrEqual(least);
      expect(seconds).toBeLessThanOrEqual(most);
    }
    expect(endpoints.map(({ upstream }) => upstream.calls.length)).toEqual(steps.map(() => 1));
  });
});

it("a cap that the user set counts in the same way", async () => {
  await stage.endpoints("capped", [null], { rpm: 1 });
  expect(await askWhole(stage, { model: "capped" })).toMatchObject({ error: undefined });
  const seconds = retryAfter(await askWhole(stage, { model: "capped" }));
  expect(seconds).toBeGreaterThanOrEqual(58);
  expect(seconds).toBeLessThanOrEqual(62);
});

it("who comes back when told is served", async () => {
  const [only] = await stage.endpoints("back", [null]);
  only?.upstream.script(tooMany(1));
  const headers = { "x-freellm-max-wait": "0" };
  const seconds = retryAfter(await askWhole(stage, { model: "back", headers }));
  expect(seconds).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  expect(await askWhole(stage, { model: "back", headers })).toMatchObject({ error: undefined });
});
