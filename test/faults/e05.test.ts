/** E5: pages of HTML in place of an answer, under 502 and under 200. */
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStage, type Stage } from "../support/stage.ts";
import { answer, html, reply, type Step } from "../support/steps.ts";
import { WAYS } from "./support/ask.ts";
import { RawCall } from "./support/raw.ts";

const PAGE = "<!doctype html><title>Oops</title><h1>Bad gateway</h1>";
const PAGES: [string, Step][] = [
  ["502", html(502)],
  ["200", html(200)],
  ["200-called-json", reply(200, PAGE)],
  ["200-called-stream", reply(200, PAGE, { "content-type": "text/event-stream" })],
  ["503-without-type", reply(503, PAGE, { "content-type": "" })],
];

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ env: { FREELLM_MAX_WAIT_MS: "0" } });
});
afterAll(() => stage.close());

describe.each(PAGES)("%s", (name, step) => {
  it.each(WAYS)("%s: the next target answers", async (way, ask) => {
    const model = `${name}-${way}`;
    const [first] = await stage.endpoints(model, [step, answer({ content: "from the second" })]);
    expect(await ask(stage, { model })).toMatchObject({ error: undefined, text: "from the second" });
    expect(first?.upstream.calls).toHaveLength(1);
  });

  it.each([true, false])("alone (stream: %s) the client gets an error without a tag", async (stream) => {
    const model = `alone-${name}-${stream}`;
    await stage.endpoints(model, [step]);
    const raw = new RawCall(stage, { model, stream, messages: [{ role: "user", content: "Hello" }] });
    const text = await raw.end();
    expect(raw.status).toBe(502);
    expect(raw.headers["content-type"]).toContain("application/json");
    expect(text).not.toMatch(/<[a-z!/]/i);
    expect(JSON.parse(text)).toMatchObject({ error: { message: expect.any(String), type: "server_error" } });
    expect(JSON.stringify(raw.headers)).not.toContain("<");
  });
});

it("the SDK sees its own kind of error", async () => {
  await stage.endpoints("sdk", [html(502)]);
  const [, ask] = WAYS[0];
  expect((await ask(stage, { model: "sdk" })).error).toBeInstanceOf(OpenAI.InternalServerError);
});
