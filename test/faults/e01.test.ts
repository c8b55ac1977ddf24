/** E1: a stream of tool calls is cut inside the arguments. */
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStage, type Stage } from "../support/stage.ts";
import { answer, type Step } from "../support/steps.ts";
import { askStream } from "./support/ask.ts";
import { chunk, type Delta, DONE, EVENTS, finish } from "./support/frames.ts";
import { rawStream } from "./support/raw.ts";

const PARIS = '{"city":"Paris","days":[1,2,3]}';
const ROME = '{"city":"Rome","days":[4]}';
const CALLS = [
  { id: "call_a", name: "get_weather", arguments: PARIS },
  { id: "call_b", name: "get_weather", arguments: ROME },
];
const TOOLS = {
  tools: [
    {
      type: "function",
      function: {
        name: "get_weather",
        parameters: {
          type: "object",
          properties: { city: { type: "string" }, days: { type: "array", items: { type: "integer" } } },
          required: ["city"],
        },
      },
    },
  ],
};

/** The frames of both calls, arguments in pieces of five characters. */
function deltas(): Delta[] {
  return CALLS.flatMap((call, index) => [
    { tool_calls: [{ index, id: call.id, type: "function", function: { name: call.name, arguments: "" } }] },
    ...(call.arguments.match(/.{1,5}/g) ?? []).map((piece) => ({
      tool_calls: [{ index, function: { arguments: piece } }],
    })),
  ]);
}

/** Breaks off after so many frames. */
function cut(frames: number, before: Delta[] = []): Step {
  return async (exchange) => {
    exchange.begin(200, EVENTS);
    for (const delta of [...before, ...deltas().slice(0, frames)]) exchange.chunk(chunk(delta));
    await exchange.sleep(5);
    exchange.cut();
  };
}

const good: Step = (exchange) => {
  exchange.begin(200, EVENTS);
  for (const delta of deltas()) exchange.chunk(chunk(delta));
  exchange.chunk(finish("tool_calls") + DONE);
  exchange.end();
};

const [FIRST, SECOND] = [3, 11];
let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ env: { FREELLM_MAX_WAIT_MS: "0" } });
});
afterAll(() => stage.close());

describe.each([
  ["in the first call", cut(FIRST)],
  ["in the second call", cut(SECOND)],
  ["after words", cut(FIRST, [{ content: "Let me look that up. " }])],
  ["after thoughts", cut(FIRST, [{ reasoning_content: "The user wants to know. " }])],
] as const)("cut %s", (name, step) => {
  it("the next target is asked, and each call arrives once and whole", async () => {
    const model = name.replaceAll(" ", "-");
    const [, second] = await stage.endpoints(model, [step, good]);
    const told = await askStream(stage, { model, more: TOOLS });
    expect(told).toMatchObject({ error: undefined, finish: "tool_calls" });
    expect(told.calls.map(({ name, arguments: given }) => [name, given])).toEqual(
      CALLS.map((call) => [call.name, call.arguments]),
    );
    expect(new Set(told.calls.map(({ id }) => id)).size).toBe(2);
    expect(second?.upstream.calls).toHaveLength(1);
  });

  it("alone it is an error, and nothing of a call has left", async () => {
    const model = `alone-${name.replaceAll(" ", "-")}`;
    await stage.endpoints(model, [step]);
    const told = await askStream(stage, { model, more: TOOLS });
    expect(told.error).toBeInstanceOf(OpenAI.APIError);
    expect(told).toMatchObject({ calls: [], finish: null });
  });
});

it("the next target may say words instead", async () => {
  await stage.endpoints("words", [cut(FIRST), answer({ content: "It is warm." })]);
  const told = await askStream(stage, { model: "words", more: TOOLS });
  expect(told).toMatchObject({ error: undefined, calls: [], text: "It is warm.", finish: "stop" });
});

it("calls that are whole but for the end of the stream do not count", async () => {
  const [, second] = await stage.endpoints("no-finish", [cut(deltas().length), good]);
  const told = await askStream(stage, { model: "no-finish", more: TOOLS });
  expect(told).toMatchObject({ error: undefined, finish: "tool_calls" });
  expect(told.calls).toHaveLength(2);
  expect(second?.upstream.calls).toHaveLength(1);
});

it("with held calls off arguments stream, and a cut is an error, never an end", async () => {
  const open = await openStage({ env: { FREELLM_HOLD_TOOLS: "off", FREELLM_MAX_WAIT_MS: "0" } });
  try {
    const [, second] = await open.endpoints("streams", [cut(SECOND), good]);
    const text = await rawStream(open, "streams", { more: TOOLS }).end();
    expect(text).toContain("get_weather");
    expect(text).not.toContain("[DONE]");
    expect(text).not.toContain('"finish_reason":"tool_calls"');
    expect(text).toContain('"error"');
    expect(second?.upstream.calls).toHaveLength(0);
  } finally {
    await open.close();
  }
});
