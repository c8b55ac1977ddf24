/** S09: 20 tokens, silence, then a close. With short deadlines; the real ones stand in `defaults.test.ts`. */
import OpenAI from "openai";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openStage, type Stage } from "../support/stage.ts";
import { stallAfter } from "../support/steps.ts";
import { askStream } from "./support/ask.ts";
import { faithful, words } from "./support/faithful.ts";
import { rawStream } from "./support/raw.ts";
import { eventually } from "./support/stage.ts";

const WHOLE = words(60);
const silent = stallAfter(21, { content: WHOLE });

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({
    env: { FREELLM_STREAM_STALL_MS: "800", FREELLM_HEARTBEAT_MS: "150", FREELLM_MAX_WAIT_MS: "0" },
  });
});
afterAll(() => stage.close());

it("the connection is kept alive, and the next target goes on", async () => {
  const [first, second] = await stage.endpoints("rescued", [silent, faithful(WHOLE)]);
  const raw = rawStream(stage, "rescued");
  await raw.saw('"content":"word20 "');
  const since = raw.pieces.length;
  await raw.saw('"content":"word21 "');
  const comments = raw.pieces.slice(since).filter(({ text }) => text.startsWith(": "));
  expect(comments.length).toBeGreaterThanOrEqual(3);
  expect(await raw.end()).toMatch(/data: \[DONE\]\n\n$/);
  await eventually("the silent call is aborted", () => first?.upstream.calls[0]?.abortedAt !== null);
  expect(second?.upstream.calls).toHaveLength(1);
  expect(await askStream(stage, { model: "rescued" })).toMatchObject({ error: undefined, text: WHOLE });
});

it("alone it ends with an error", async () => {
  await stage.endpoints("alone", [silent]);
  const told = await askStream(stage, { model: "alone" });
  expect(told.error).toBeInstanceOf(OpenAI.APIError);
  expect(told).toMatchObject({ text: `${words(20)} `, finish: null });
  expect(told.endedAt - told.startedAt).toBeLessThan(3_000);
});
