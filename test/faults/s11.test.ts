/** S11: a complete answer without `[DONE]`. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStage, type Stage } from "../support/stage.ts";
import { cutAfter, type Step, stallAfter, USAGE, withoutDone } from "../support/steps.ts";
import { askStream } from "./support/ask.ts";
import { words } from "./support/faithful.ts";
import { rawStream } from "./support/raw.ts";

const WHOLE = words(10);
/** Role, ten words, finish. */
const FRAMES = 12;

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

/** Without `[DONE]` and without a count of tokens. */
const uncounted: Step = (exchange) => {
  exchange.begin(200, { "content-type": "text/event-stream" });
  const frame = (delta: object, finish: string | null) =>
    `data: ${JSON.stringify({ id: "c", model: "m", choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
  exchange.chunk(frame({ content: WHOLE }, null) + frame({}, "stop"));
  exchange.end();
};

describe.each([
  ["closed", withoutDone({ content: WHOLE })],
  ["broken off", cutAfter(FRAMES, { content: WHOLE })],
  ["reset", cutAfter(FRAMES, { content: WHOLE, how: "reset" })],
  ["left open", stallAfter(FRAMES, { content: WHOLE })],
  ["uncounted", uncounted],
] as const)("%s", (name, step) => {
  it("ends within eight seconds, with usage", async () => {
    const model = name.replaceAll(" ", "-");
    const [first, second] = await stage.endpoints(model, [step, null]);
    const told = await askStream(stage, { model, more: { stream_options: { include_usage: true } } });
    expect(told).toMatchObject({ error: undefined, text: WHOLE, finish: "stop" });
    expect(told.endedAt - told.startedAt).toBeLessThan(8_000);
    if (step === uncounted) expect(told.usage?.completion_tokens).toBeGreaterThan(0);
    else expect(told.usage).toMatchObject(USAGE);
    expect(await rawStream(stage, model).end()).toMatch(/data: \[DONE\]\n\n$/);
    expect(first?.upstream.calls).toHaveLength(2);
    expect(second?.upstream.calls).toHaveLength(0);
  });
});
