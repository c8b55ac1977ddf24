/** S06: the upstream accepts and never answers. With short deadlines; the real ones stand in `defaults.test.ts`. */
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStage, type Stage } from "../support/stage.ts";
import { answer, hang, hangAfterHeaders } from "../support/steps.ts";
import { WAYS } from "./support/ask.ts";
import { eventually } from "./support/stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ env: { FREELLM_FIRST_CONTENT_MS: "400", FREELLM_MAX_WAIT_MS: "0" } });
});
afterAll(() => stage.close());

describe.each([
  ["no-byte", hang],
  ["headers-only", hangAfterHeaders],
] as const)("%s", (name, step) => {
  it.concurrent.each(WAYS)("%s: one call, an error, and the upstream is let go", async (way, ask) => {
    const [only] = await stage.endpoints(`alone-${name}-${way}`, [step]);
    const told = await ask(stage, { model: `alone-${name}-${way}` });
    expect(told.error).toBeInstanceOf(OpenAI.InternalServerError);
    expect(told.endedAt - told.startedAt).toBeLessThan(2_500);
    expect(only?.upstream.calls).toHaveLength(1);
    await eventually("the call is aborted", () => only?.upstream.calls[0]?.abortedAt !== null);
  });

  it.concurrent.each(WAYS)("%s: another target that is ready answers", async (way, ask) => {
    const model = `both-${name}-${way}`;
    const [first, second] = await stage.endpoints(model, [step, answer({ content: "from the second" })]);
    const told = await ask(stage, { model });
    expect(told).toMatchObject({ error: undefined, text: "from the second" });
    expect(told.headers?.get("x-fallback-trail")).toMatch(/=timeout$/);
    expect(first?.upstream.calls).toHaveLength(1);
    expect(second?.upstream.calls).toHaveLength(1);
  });
});
