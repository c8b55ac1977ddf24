/** E12: nineteen bad targets, then a good one; twenty bad ones, then nobody is asked any more. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { openStage, type Stage } from "../support/stage.ts";
import { answer, close, failure, html, reset, type Step, tooMany } from "../support/steps.ts";
import { WAYS } from "./support/ask.ts";

const KINDS: Step[] = [
  failure(503),
  tooMany(),
  html(502),
  failure(529),
  close,
  tooMany(60),
  reset,
  html(200),
];
const bad = (count: number): Step[] =>
  Array.from({ length: count }, (_, i) => KINDS[i % KINDS.length] ?? reset);

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ env: { FREELLM_MAX_WAIT_MS: "0" } });
});
afterAll(() => stage.close());

it.each(WAYS)("%s: the twentieth answers", async (way, ask) => {
  const model = `nineteen-${way}`;
  const endpoints = await stage.endpoints(model, [...bad(19), answer({ content: "at last" })]);
  const told = await ask(stage, { model });
  expect(told).toMatchObject({ error: undefined, text: "at last", finish: "stop" });
  expect(told.headers?.get("x-fallback-attempts")).toBe("19");
  expect(endpoints.map(({ upstream }) => upstream.calls.length)).toEqual(Array.from({ length: 20 }, () => 1));
  expect(told.endedAt - told.startedAt).toBeLessThan(5_000);
});

it("the twenty-first is not asked", async () => {
  const [, ask] = WAYS[0];
  const endpoints = await stage.endpoints("twenty-one", [...bad(20), answer()]);
  const told = await ask(stage, { model: "twenty-one" });
  expect(told.error).toBeDefined();
  expect(endpoints.at(-1)?.upstream.calls).toHaveLength(0);
});
