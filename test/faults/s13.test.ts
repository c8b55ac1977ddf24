/** S13: 400, the content policy forbids it. */
import OpenAI from "openai";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openStage, type Stage } from "../support/stage.ts";
import { reply } from "../support/steps.ts";
import { askWhole, WAYS } from "./support/ask.ts";

const MESSAGE = "Your request was rejected as a result of our safety system.";
const refused = reply(400, {
  error: { message: MESSAGE, type: "invalid_request_error", param: null, code: "content_policy_violation" },
});

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

it.each(WAYS)("%s: one call, and the error says the same to the client", async (way, ask) => {
  const [first, second] = await stage.endpoints(`refused-${way}`, [refused, null]);
  const told = await ask(stage, { model: `refused-${way}` });
  expect(told.error).toBeInstanceOf(OpenAI.BadRequestError);
  expect(told.error).toMatchObject({
    status: 400,
    code: expect.stringMatching(/^content_(filter|policy_violation)$/),
    message: expect.stringContaining(MESSAGE),
  });
  expect(first?.upstream.calls).toHaveLength(1);
  expect(second?.upstream.calls).toHaveLength(0);
});

it("nobody is benched for it", async () => {
  const [first] = await stage.endpoints("innocent", [null]);
  first?.upstream.script(refused);
  expect((await askWhole(stage, { model: "innocent" })).error).toBeInstanceOf(OpenAI.BadRequestError);
  expect(await askWhole(stage, { model: "innocent" })).toMatchObject({ error: undefined, finish: "stop" });
});
