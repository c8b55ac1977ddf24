/** The rows whose bounds are tens of seconds, once each with the deadlines that users have; all at the same time. */
import OpenAI from "openai";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openStage, type Stage } from "../support/stage.ts";
import { answer, hang, stallAfter, tooMany } from "../support/steps.ts";
import { askStream, askWhole } from "./support/ask.ts";
import { faithful, words } from "./support/faithful.ts";
import { outage } from "./support/outage.ts";
import { rawStream } from "./support/raw.ts";

const LONGEST_MS = 110_000;
const SECOND = 1_000;

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const slowly = { timeout: LONGEST_MS };

it.concurrent("S02: 429 for ever is not hammered: 4 calls in 3 s, 6 in all", slowly, async () => {
  const [only] = await stage.endpoints("limited", [tooMany()]);
  const told = await askStream(stage, { model: "limited" });
  expect(told.error).toBeInstanceOf(OpenAI.RateLimitError);
  const calls = only?.upstream.calls ?? [];
  expect(calls.length).toBeLessThanOrEqual(6);
  expect(calls.filter(({ at }) => at - told.startedAt < 3 * SECOND).length).toBeLessThanOrEqual(4);
});

it.concurrent("S06: silence, and nobody else: one call, and an end before 100 s", slowly, async () => {
  const [only] = await stage.endpoints("silent", [hang]);
  const told = await askStream(stage, { model: "silent" });
  expect(told.error).toBeInstanceOf(OpenAI.APIError);
  expect(told.endedAt - told.startedAt).toBeLessThan(100 * SECOND);
  expect(only?.upstream.calls).toHaveLength(1);
});

it.concurrent("S06: silence of a whole answer ends before 100 s, too", slowly, async () => {
  const [only] = await stage.endpoints("silent-whole", [hang]);
  const told = await askWhole(stage, { model: "silent-whole" });
  expect(told.error).toBeInstanceOf(OpenAI.APIError);
  expect(told.endedAt - told.startedAt).toBeLessThan(100 * SECOND);
  expect(only?.upstream.calls).toHaveLength(1);
});

it.concurrent("S06: silence, and another target is ready: an answer before 15 s", slowly, async () => {
  const [first, second] = await stage.endpoints("ready", [hang, answer({ content: "from the second" })]);
  const told = await askStream(stage, { model: "ready" });
  expect(told).toMatchObject({ error: undefined, text: "from the second" });
  expect(told.endedAt - told.startedAt).toBeLessThan(15 * SECOND);
  expect(first?.upstream.calls).toHaveLength(1);
  expect(second?.upstream.calls).toHaveLength(1);
});

it.concurrent("S07: the first token after 20 s is waited for where nobody else is", slowly, async () => {
  const [only] = await stage.endpoints("late", [answer({ delayMs: 20 * SECOND, content: "late" })]);
  expect(await askStream(stage, { model: "late" })).toMatchObject({ error: undefined, text: "late" });
  expect(only?.upstream.calls).toHaveLength(1);
});

it.concurrent("S07: with another target it is an answer before 15 s", slowly, async () => {
  const late = answer({ delayMs: 20 * SECOND, content: "late" });
  await stage.endpoints("overtaken", [late, answer({ content: "in time" })]);
  const told = await askStream(stage, { model: "overtaken" });
  expect(told).toMatchObject({ error: undefined, text: "in time" });
  expect(told.endedAt - told.startedAt).toBeLessThan(15 * SECOND);
});

it.concurrent(
  "S09: 20 tokens, 30 s of silence: alive all the time, and whole within 45 s",
  slowly,
  async () => {
    const whole = words(60);
    const silent = stallAfter(21, { content: whole });
    const thenCloses = async (exchange: Parameters<typeof silent>[0]) => {
      await silent(exchange);
      await exchange.sleep(30 * SECOND);
      exchange.cut();
    };
    await stage.endpoints("stalled", [thenCloses, faithful(whole)]);
    const raw = rawStream(stage, "stalled");
    await raw.saw('"content":"word20 "');
    const text = await raw.end();
    const endedAt = raw.pieces.at(-1)?.at ?? 0;
    expect(endedAt - raw.startedAt).toBeLessThan(45 * SECOND);
    expect(text).toContain('"content":"word60"');
    expect(text).toMatch(/data: \[DONE\]\n\n$/);
    const times = raw.pieces.map(({ at }) => at);
    const quiet = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    expect(Math.max(...quiet)).toBeLessThan(6 * SECOND);
  },
);

it.concurrent("S15: 503 for 60 s under steady traffic, back within 15 s", slowly, async () => {
  const report = await outage(stage, "outage", 60 * SECOND);
  expect(report.lost).toBe(0);
  expect(report.backAfterMs).toBeLessThan(15 * SECOND);
  // Three open the breaker; the probes come after 5, 10, and then every 12 s.
  expect(report.callsDuringOutage).toBeLessThanOrEqual(9);
});
