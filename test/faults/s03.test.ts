/** S03: one 500, then fine. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { openStage, type Stage } from "../support/stage.ts";
import { answer, failure } from "../support/steps.ts";
import { askStream, WAYS } from "./support/ask.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

it.each(WAYS)("alone, %s: the same target is asked once more", async (way, ask) => {
  const [only] = await stage.endpoints(`alone-${way}`, [null]);
  only?.upstream.script(failure(500));
  const told = await ask(stage, { model: `alone-${way}` });
  expect(told).toMatchObject({ error: undefined, finish: "stop" });
  expect(told.endedAt - told.startedAt).toBeLessThan(3_000);
  expect(only?.upstream.calls).toHaveLength(2);
});

it("the first target keeps the request although another is there", async () => {
  const [first, second] = await stage.endpoints("kept", [answer({ content: "from the first" }), null]);
  first?.upstream.script(failure(500));
  expect(await askStream(stage, { model: "kept" })).toMatchObject({ text: "from the first" });
  expect(first?.upstream.calls).toHaveLength(2);
  expect(second?.upstream.calls).toHaveLength(0);
});

it("a second 500 sends it on", async () => {
  const [first, second] = await stage.endpoints("twice", [
    failure(500),
    answer({ content: "from the second" }),
  ]);
  expect(await askStream(stage, { model: "twice" })).toMatchObject({ text: "from the second" });
  expect(first?.upstream.calls).toHaveLength(2);
  expect(second?.upstream.calls).toHaveLength(1);
});
