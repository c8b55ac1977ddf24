/** The official SDK asks, the first upstream misbehaves, the second one serves: nobody notices but the headers. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HELLO, openStage, type Stage } from "../support/stage.ts";
import {
  answer,
  close,
  cutAfter,
  drip,
  empty,
  errorEvent,
  failure,
  garbageAfter,
  gzipped,
  hang,
  hangAfterHeaders,
  html,
  reply,
  reset,
  type Step,
  tooMany,
  withoutDone,
} from "../support/steps.ts";

const GOOD = "This is the whole answer of the second one.";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ env: { FREELLM_FIRST_CONTENT_MS: "400", FREELLM_STREAM_STALL_MS: "1000" } });
});
afterAll(() => stage.close());

interface Told {
  content: string;
  finish: string | null | undefined;
  headers: Headers;
}

async function ask(model: string, stream: boolean): Promise<Told> {
  if (!stream) {
    const { data, response } = await stage.client.chat.completions
      .create({ model, messages: HELLO })
      .withResponse();
    const [choice] = data.choices;
    return {
      content: choice?.message.content ?? "",
      finish: choice?.finish_reason,
      headers: response.headers,
    };
  }
  const { data, response } = await stage.client.chat.completions
    .create({ model, messages: HELLO, stream: true })
    .withResponse();
  let content = "";
  let finish: Told["finish"];
  for await (const chunk of data) {
    content += chunk.choices[0]?.delta.content ?? "";
    finish = chunk.choices[0]?.finish_reason ?? finish;
  }
  return { content, finish, headers: response.headers };
}

const faults: [string, Step][] = [
  ["429 without a word", tooMany()],
  ["429 with Retry-After", tooMany(30)],
  ["500", failure(500)],
  ["503", failure(503)],
  ["a 502 page of HTML", html(502)],
  ["200 with HTML", html()],
  ["401", reply(401, { error: { message: "Invalid API key", code: "invalid_api_key" } })],
  ["402", reply(402, { error: { message: "Insufficient credits", code: 402 } })],
  ["404", reply(404, { error: { message: "The model does not exist", code: "model_not_found" } })],
  ["silence", hang],
  ["silence after the headers", hangAfterHeaders],
  ["headers byte by byte", drip(20)],
  ["a reset", reset],
  ["a close without a byte", close],
  ["an empty answer", empty],
];

describe.each([
  ["whole", false],
  ["streamed", true],
] as const)("%s", (word, stream) => {
  it.each(faults)("survives %s", async (name, step) => {
    const model = `${word}-${name}`.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
    const [first, second] = await stage.endpoints(model, [step, answer({ content: GOOD })]);
    const told = await ask(model, stream);
    expect(told.content).toBe(GOOD);
    expect(told.finish).toBe("stop");
    expect(first?.upstream.calls.length).toBeGreaterThanOrEqual(1);
    expect(first?.upstream.calls.length).toBeLessThanOrEqual(2);
    expect(second?.upstream.calls).toHaveLength(1);
    expect(told.headers.get("x-routed-via")).toContain(model);
    expect(Number(told.headers.get("x-fallback-attempts"))).toBeGreaterThanOrEqual(1);
    expect(told.headers.get("x-fallback-trail")).toMatch(/^[ -~]+=[a-z_]+/);
  });
});

it("a cut in the middle of a whole answer is served by the next", async () => {
  await stage.endpoints("cut-whole", [cutAfter(0), answer({ content: GOOD })]);
  expect((await ask("cut-whole", false)).content).toBe(GOOD);
});

it("a cut before the first word of a stream is served by the next", async () => {
  await stage.endpoints("cut-early", [cutAfter(1), answer({ content: GOOD })]);
  expect((await ask("cut-early", true)).content).toBe(GOOD);
});

it("an error event before the first word is served by the next", async () => {
  await stage.endpoints("error-event", [errorEvent(429, "slow down"), answer({ content: GOOD })]);
  expect((await ask("error-event", true)).content).toBe(GOOD);
});

it.each([
  ["cut", "cut" as const],
  ["reset", "reset" as const],
])("a %s in the middle of a stream never looks like a finished answer", async (name, how) => {
  const cut = cutAfter(5, { content: "one two three four five six seven eight", how });
  await stage.endpoints(`${name}-late`, [cut, answer({ content: GOOD })]);
  const told = await ask(`${name}-late`, true).catch(() => undefined);
  // Rescued by the second one, or an error; a truncated answer with a finish reason would be a lie.
  if (told !== undefined) expect(told.content).toContain(GOOD);
});

it("garbage between two events is skipped in place, a missing [DONE] and gzip do not matter", async () => {
  await stage.endpoints("garbage", [garbageAfter(3, "data: {not json\n\n", { content: GOOD })]);
  await stage.endpoints("undone", [withoutDone({ content: GOOD })]);
  await stage.endpoints("zipped", [gzipped({ content: GOOD })]);
  expect((await ask("garbage", true)).content).toBe(GOOD);
  expect(await ask("undone", true)).toMatchObject({ content: GOOD, finish: "stop" });
  expect((await ask("zipped", false)).content).toBe(GOOD);
});

it("nineteen bad targets and a good one give an answer", async () => {
  const steps: Step[] = Array.from({ length: 19 }, () => failure(503));
  await stage.endpoints("nineteen", [...steps, answer({ content: GOOD })]);
  const told = await ask("nineteen", true);
  expect(told.content).toBe(GOOD);
  expect(told.headers.get("x-fallback-attempts")).toBe("19");
});
