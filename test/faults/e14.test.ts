/** E14: digits in the text of a 429 say nothing about its kind. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { openStage, type Stage } from "../support/stage.ts";
import { reply } from "../support/steps.ts";
import { askStream } from "./support/ask.ts";
import { keysOf, pauses } from "./support/stage.ts";

const TEXTS = [
  "Rate limit reached on tokens per minute (TPM): Limit 60000, Used 50401, Requested 33402. Please try again in 1.2s.",
  "Request req_402401403404 was limited. Please try again in 1.2s.",
  "You used 402 of 400 requests; 401 are left to account 50013. Please try again in 1.2s.",
];

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

it.concurrent.each(TEXTS)("%s", async (message) => {
  const model = `digits-${TEXTS.indexOf(message)}`;
  const [only] = await stage.endpoints(model, [null]);
  only?.upstream.script(reply(429, { error: { message, type: "tokens", code: "rate_limit_exceeded" } }));
  expect(await askStream(stage, { model })).toMatchObject({ error: undefined, finish: "stop" });
  const [pause = 0] = only ? pauses(only.upstream) : [];
  expect(pause).toBeGreaterThanOrEqual(1_195);
  expect(pause).toBeLessThan(4_000);
  const key = (await keysOf(stage)).find(({ provider }) => provider.includes(model));
  expect(key?.state).toBe("healthy");
});
