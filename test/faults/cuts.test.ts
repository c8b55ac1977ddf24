/**
 * Streams of every sort, cut at a thousand points: the client gets the whole answer, joined without a seam, or an
 * error; never half an answer that looks finished, never half a call or one too many.
 */
import { setTimeout as sleep } from "node:timers/promises";
import OpenAI from "openai";
import { afterAll, beforeAll, expect, it } from "vitest";
import { addCustomKeyTo } from "../support/binary.ts";
import { openStage, type Stage } from "../support/stage.ts";
import { startUpstream, type Upstream } from "../support/upstream.ts";
import { askStream, type Told } from "./support/ask.ts";
import { CORPUS, type Sample } from "./support/corpus.ts";
import { isContinuation } from "./support/faithful.ts";
import { cutSample, sampleModel } from "./support/sample-model.ts";

const POINTS = 1_000;
/** With rescue off a part of them is enough: there is nothing to join. */
const POINTS_WITHOUT_RESCUE = 200;
const AT_ONCE = 8;

let stage: Stage;
let first: Upstream;
let second: Upstream;

/** Each point has a model of its own, so that no breaker stands in the way of the next one. */
const models = Array.from({ length: POINTS + POINTS_WITHOUT_RESCUE }, (_, index) => `m${index}`);

beforeAll(async () => {
  stage = await openStage({ env: { FREELLM_MAX_WAIT_MS: "0", FREELLM_LOG_LEVEL: "error" } });
  first = await startUpstream({ models, otherwise: cutSample });
  second = await startUpstream({ models, otherwise: sampleModel });
  await addCustomKeyTo(stage.freellm, { name: "first", baseUrl: first.baseUrl, key: "sk-made-up-1", models });
  await addCustomKeyTo(stage.freellm, {
    name: "second",
    baseUrl: second.baseUrl,
    key: "sk-made-up-2",
    models,
  });
});
afterAll(async () => {
  await stage.close();
  await first.stop();
  await second.stop();
});

interface Point {
  model: string;
  sample: Sample;
  /** Characters of the stream that arrive. */
  at: number;
  /** The part that arrives holds the finish reason: the answer is complete. */
  isComplete: boolean;
  /** What arrives has something that a client may see at once. */
  isCommitted: boolean;
}

/** Spread evenly over the corpus, from the first character to the last. */
function points(count: number, offset: number): Point[] {
  const each = Math.ceil(count / CORPUS.length);
  return Array.from({ length: count }, (_, index) => {
    const sample = CORPUS[Math.floor(index / each)] ?? CORPUS[0];
    const at = Math.floor(((index % each) / (each - 1)) * sample.stream.length);
    return {
      ...{ model: `m${offset + index}`, sample, at },
      isComplete: sample.stream.indexOf("\n\n", sample.finishAt) + 2 <= at,
      isCommitted: at >= sample.contentAt,
    };
  });
}

async function askAll(asked: Point[], headers: Record<string, string>): Promise<[Point, Told][]> {
  const told: [Point, Told][] = [];
  const queue = [...asked];
  const work = async (): Promise<void> => {
    for (let point = queue.shift(); point; point = queue.shift()) {
      const { model, sample, at } = point;
      const prompt = `${sample.name} ${at}`;
      told.push([point, await askStream(stage, { model, prompt, headers, more: sample.request })]);
      await sleep(0);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return told;
}

const callsOf = ({ calls }: Pick<Told, "calls">) => calls.map(({ name, arguments: given }) => [name, given]);

function isWhole({ sample }: Point, told: Told): boolean {
  return (
    told.error === undefined &&
    told.finish === sample.finish &&
    told.text === sample.text &&
    JSON.stringify(callsOf(told)) === JSON.stringify(callsOf(sample))
  );
}

const nameOf = ({ sample, at }: Point): string => `${sample.name} cut at ${at} of ${sample.stream.length}`;

it("with rescue: 99 of 100 are whole, and the rest are errors", async () => {
  const results = await askAll(points(POINTS, 0), {});
  const broken = results.filter(([point, told]) => !isWhole(point, told));
  const silent = broken.filter(([, told]) => told.error === undefined);
  expect(silent.map(([point, told]) => [nameOf(point), told.text, told.calls])).toEqual([]);
  const wrongCalls = results.filter(([{ sample }, told]) => {
    const calls = JSON.stringify(callsOf(told));
    return calls !== "[]" && calls !== JSON.stringify(callsOf(sample));
  });
  expect(wrongCalls.map(([point, told]) => [nameOf(point), told.calls])).toEqual([]);
  expect(
    broken.length,
    broken.map(([point, told]) => `${nameOf(point)}: ${told.error}`).join("\n"),
  ).toBeLessThan(POINTS / 100);
}, 60_000);

it("with rescue off every cut that a client could see is an error to the SDK", async () => {
  const results = await askAll(points(POINTS_WITHOUT_RESCUE, POINTS), { "x-freellm-rescue": "off" });
  const wrong = results.filter(([point, told]) => {
    // Whole all the same: the cut was after the end, or came before anything had left.
    if (told.error === undefined) return !isWhole(point, told);
    return !(told.error instanceof OpenAI.APIError) || told.finish !== null || told.calls.length > 0;
  });
  expect(wrong.map(([point, told]) => [nameOf(point), String(told.error), told.finish])).toEqual([]);
  expect(results.filter(([point, told]) => point.isComplete && !isWhole(point, told))).toEqual([]);
  const asked = new Set(results.map(([{ model }]) => model));
  const others = second.calls.filter(({ body }) => asked.has(body?.model ?? ""));
  expect(others.filter(({ body }) => isContinuation(body))).toEqual([]);
  const visible = results.filter(([point]) => point.isCommitted && !point.isComplete);
  const raised = visible.filter(([, told]) => told.error !== undefined);
  // On a busy machine some are read together with their break, and start anew before anything has left.
  expect(raised.length).toBeGreaterThan(visible.length / 2);
}, 60_000);
