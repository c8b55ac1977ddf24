/** S01: one 429 with `Retry-After: 2`. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { openStage, type Stage } from "../support/stage.ts";
import { answer, tooMany } from "../support/steps.ts";
import { askStream, askWhole, WAYS } from "./support/ask.ts";
import { addProvider, pauses } from "./support/stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

it.concurrent.each(WAYS)("alone, %s: it waits as told and retries once", async (way, ask) => {
  const [only] = await stage.endpoints(`alone-${way}`, [null]);
  only?.upstream.script(tooMany(2));
  const told = await ask(stage, { model: `alone-${way}` });
  expect(told).toMatchObject({ error: undefined, finish: "stop" });
  expect(only?.upstream.calls).toHaveLength(2);
  const [pause = 0] = only ? pauses(only.upstream) : [];
  expect(pause).toBeGreaterThanOrEqual(2_000);
  expect(pause).toBeLessThan(3_500);
});

it("a sibling serves at once, and the first is left alone until then", async () => {
  const [first, sibling] = await stage.endpoints("sibling", [null, answer({ content: "from the sibling" })]);
  first?.upstream.script(tooMany(2));
  const told = await askStream(stage, { model: "sibling" });
  expect(told).toMatchObject({ error: undefined, text: "from the sibling" });
  expect(told.endedAt - told.startedAt).toBeLessThan(1_500);
  await askWhole(stage, { model: "sibling" });
  expect(first?.upstream.calls).toHaveLength(1);
  expect(sibling?.upstream.calls).toHaveLength(2);
});

it("a lesser model does not jump in for so short a wait", async () => {
  const better = await addProvider(stage, "better", answer({ content: "from the better one" }));
  const lesser = await addProvider(stage, "lesser", answer({ content: "from the lesser one" }));
  better.script(tooMany(2));
  const told = await askStream(stage, { model: "better", more: { models: ["lesser"] } });
  expect(told).toMatchObject({ error: undefined, text: "from the better one", models: ["better"] });
  expect(better.calls).toHaveLength(2);
  expect(lesser.calls).toHaveLength(0);
});
