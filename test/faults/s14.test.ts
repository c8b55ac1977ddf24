/** S14: the stream is cut, and the next target refuses to go on with an unfinished answer. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStage, type Stage } from "../support/stage.ts";
import { cutAfter, reply, type Step } from "../support/steps.ts";
import { askStream } from "./support/ask.ts";
import { faithful, isContinuation, isPrefill, words } from "./support/faithful.ts";
import { rawStream } from "./support/raw.ts";

const WHOLE = words(60);
const cut = cutAfter(41, { content: WHOLE });
const MESSAGES = {
  anthropic:
    "This model does not support assistant message prefill. The conversation must end with a user message.",
  generic: "Last message must be from role user or tool.",
};

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ env: { FREELLM_MAX_WAIT_MS: "0" } });
});
afterAll(() => stage.close());

/** Refuses what `when` says, and answers all the rest. */
function refuses(when: typeof isPrefill, message: string): Step {
  return (exchange) => {
    if (!when(exchange.call.body)) return faithful(WHOLE)(exchange);
    return reply(400, { error: { message, type: "invalid_request_error" } })(exchange);
  };
}

describe.each(Object.entries(MESSAGES))("in the words of %s", (name, message) => {
  it("a target that takes no prefill goes on all the same", async () => {
    await stage.endpoints(`prefill-${name}`, [cut, refuses(isPrefill, message)]);
    const told = await askStream(stage, { model: `prefill-${name}` });
    expect(told).toMatchObject({ error: undefined, text: WHOLE, finish: "stop" });
  });

  it("a target that takes no unfinished answer at all: the whole answer or an error, nothing in between", async () => {
    await stage.endpoints(`restart-${name}`, [cut, refuses(isContinuation, message)]);
    const told = await askStream(stage, { model: `restart-${name}` });
    if (told.error === undefined) expect(told).toMatchObject({ text: WHOLE, finish: "stop" });
    else
      expect(told).toMatchObject({ finish: null, error: { message: expect.not.stringContaining(message) } });
  });

  it("the refusal never reaches the client, also when nobody else is left", async () => {
    const always: Step = reply(400, { error: { message, type: "invalid_request_error" } });
    await stage.endpoints(`refused-${name}`, [cut, always]);
    const text = await rawStream(stage, `refused-${name}`).end();
    expect(text).not.toContain(message);
    expect(text).not.toContain("invalid_request_error");
    expect(text).not.toContain("[DONE]");
    expect(text).toContain('"error"');
  });

  it("the one after it goes on", async () => {
    const always: Step = reply(400, { error: { message, type: "invalid_request_error" } });
    await stage.endpoints(`third-${name}`, [cut, always, faithful(WHOLE)]);
    const told = await askStream(stage, { model: `third-${name}` });
    expect(told).toMatchObject({ error: undefined, text: WHOLE, finish: "stop" });
  });
});
