/** S16: 503, and the fallback answers: the answer names who gave it. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { openStage, type Stage } from "../support/stage.ts";
import { answer, failure, USAGE } from "../support/steps.ts";
import { WAYS } from "./support/ask.ts";
import { addProvider } from "./support/stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

it.each(WAYS)("%s", async (way, ask) => {
  const [down, up] = [`down-${way}`, `up-${way}`];
  await addProvider(stage, down, failure(503));
  const fallback = await addProvider(stage, up, answer({ content: "from the fallback" }));
  const streamOptions = way === "streamed" ? { stream_options: { include_usage: true } } : {};
  const told = await ask(stage, { model: down, more: { models: [up], ...streamOptions } });
  expect(told).toMatchObject({ error: undefined, text: "from the fallback", models: [up], usage: USAGE });
  expect(told.headers?.get("x-routed-via")).toMatch(new RegExp(`/${up}$`));
  expect(told.headers?.get("x-fallback-attempts")).toBe("1");
  expect(told.headers?.get("x-fallback-trail")).toMatch(new RegExp(`^\\S+/${down} key\\d+=server_error$`));
  expect(fallback.calls[0]?.body?.model).toBe(up);
});
