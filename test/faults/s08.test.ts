/** S08: the stream is cut after 40 of 60 tokens. */
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStage, type Stage } from "../support/stage.ts";
import { cutAfter, type Step } from "../support/steps.ts";
import { askStream, askWhole } from "./support/ask.ts";
import { faithful, words } from "./support/faithful.ts";
import { rawStream } from "./support/raw.ts";

const WHOLE = words(60);
/** The first frame holds the role. */
const FRAMES = 41;
const SAID = words(40);

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ env: { FREELLM_MAX_WAIT_MS: "0" } });
});
afterAll(() => stage.close());

/** Ends the reply as if that were all, without a finish reason. */
const endsEarly: Step = async (exchange) => {
  let frames = 0;
  exchange.begin(200, { "content-type": "text/event-stream" });
  for (const content of WHOLE.match(/\S+ ?/g) ?? []) {
    if (++frames > 40) break;
    const choices = [{ index: 0, delta: { content }, finish_reason: null }];
    exchange.chunk(`data: ${JSON.stringify({ id: "c", model: exchange.call.body?.model, choices })}\n\n`);
  }
  await exchange.sleep(5);
  exchange.end();
};

describe.each([
  ["fin", cutAfter(FRAMES, { content: WHOLE })],
  ["rst", cutAfter(FRAMES, { content: WHOLE, how: "reset" })],
  ["early-end", endsEarly],
] as const)("by %s", (name, cut) => {
  it("the next target goes on: one answer, whole, under one id and model", async () => {
    const model = `rescued-${name}`;
    const [first, second] = await stage.endpoints(model, [cut, faithful(WHOLE)]);
    const told = await askStream(stage, { model, more: { stream_options: { include_usage: true } } });
    expect(told).toMatchObject({ error: undefined, text: WHOLE, finish: "stop", models: [model] });
    expect(told.ids).toHaveLength(1);
    expect(told.usage?.completion_tokens).toBeGreaterThan(0);
    expect(first?.upstream.calls).toHaveLength(1);
    expect(second?.upstream.calls).toHaveLength(1);
  });

  it("what the next model repeats is not said twice", async () => {
    const model = `repeated-${name}`;
    await stage.endpoints(model, [cut, faithful(WHOLE, { repeat: 30 })]);
    expect(await askStream(stage, { model })).toMatchObject({
      error: undefined,
      text: WHOLE,
      finish: "stop",
    });
  });

  it("alone it is an error, never an end", async () => {
    await stage.endpoints(`alone-${name}`, [cut]);
    const told = await askStream(stage, { model: `alone-${name}` });
    expect(told.error).toBeInstanceOf(OpenAI.APIError);
    expect(told.finish).toBeNull();
    const raw = rawStream(stage, `alone-${name}`);
    const text = await raw.end();
    expect(text).not.toContain("[DONE]");
    expect(text).not.toContain('"finish_reason":"stop"');
  });

  it("with rescue off it is an error although another target is there", async () => {
    const model = `off-${name}`;
    const [, second] = await stage.endpoints(model, [cut, faithful(WHOLE)]);
    const told = await askStream(stage, { model, headers: { "x-freellm-rescue": "off" } });
    expect(told.error).toBeInstanceOf(OpenAI.APIError);
    expect(told.finish).toBeNull();
    expect(WHOLE.startsWith(told.text)).toBe(true);
    expect(second?.upstream.calls).toHaveLength(0);
  });
});

it("a rescue is told by a comment, and the parts that went before are sent once", async () => {
  await stage.endpoints("comment", [cutAfter(FRAMES, { content: WHOLE }), faithful(WHOLE)]);
  const text = await rawStream(stage, "comment").end();
  const [before = "", after = ""] = text.split(/^: .*\n\n/m);
  expect(before).toContain('"content":"word40 "');
  expect(after).toContain('"content":"word41 "');
  expect(text.match(/"role":"assistant"/g)).toHaveLength(1);
  expect(text).toMatch(/data: \[DONE\]\n\n$/);
});

it("a rescue that breaks is rescued too", async () => {
  const again: Step = async (exchange) => {
    // Says a little more, then breaks as well.
    await cutAfter(6, { content: WHOLE.slice(SAID.length + 1) })(exchange);
  };
  const cut = cutAfter(FRAMES, { content: WHOLE });
  const [, second, third] = await stage.endpoints("again", [cut, again, faithful(WHOLE)]);
  expect(await askStream(stage, { model: "again" })).toMatchObject({ error: undefined, text: WHOLE });
  expect(second?.upstream.calls).toHaveLength(1);
  expect(third?.upstream.calls).toHaveLength(1);
});

it("a whole answer that is cut is asked for anew", async () => {
  const [, second] = await stage.endpoints("whole", [cutAfter(0, { content: WHOLE }), faithful(WHOLE)]);
  expect(await askWhole(stage, { model: "whole" })).toMatchObject({ error: undefined, text: WHOLE });
  expect(second?.upstream.calls[0]?.body?.messages).toHaveLength(1);
});

it("a rescue stays with the model that was asked for by provider and name", async () => {
  const [first, second] = await stage.endpoints("pinned", [cutAfter(FRAMES, { content: WHOLE }), null]);
  const listed = (await stage.client.models.list()).data.map(({ id }) => id);
  const pinned = listed.find((id) => id.endsWith("/pinned") && id.includes(first?.name ?? "?"));
  expect(pinned).toBeDefined();
  const told = await askStream(stage, { model: pinned ?? "" });
  expect(told.error).toBeInstanceOf(OpenAI.APIError);
  expect(second?.upstream.calls).toHaveLength(0);
});
