/** S07: the first token comes late. With short deadlines; twenty real seconds stand in `defaults.test.ts`. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { openStage, type Stage } from "../support/stage.ts";
import { answer } from "../support/steps.ts";
import { askStream } from "./support/ask.ts";
import { eventually } from "./support/stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ env: { FREELLM_FIRST_CONTENT_MS: "1000" } });
});
afterAll(() => stage.close());

it("within the deadline the answer is waited for", async () => {
  const [first, second] = await stage.endpoints("patient", [answer({ delayMs: 600, content: "late" }), null]);
  expect(await askStream(stage, { model: "patient" })).toMatchObject({ error: undefined, text: "late" });
  expect(first?.upstream.calls).toHaveLength(1);
  expect(second?.upstream.calls).toHaveLength(0);
});

it("beyond it the next target answers, and the late one is let go", async () => {
  const [first] = await stage.endpoints("late", [answer({ delayMs: 3_000 }), answer({ content: "in time" })]);
  const told = await askStream(stage, { model: "late" });
  expect(told).toMatchObject({ error: undefined, text: "in time" });
  expect(told.endedAt - told.startedAt).toBeLessThan(2_500);
  await eventually("the late call is aborted", () => first?.upstream.calls[0]?.abortedAt !== null);
});
