/** What a client of a stream sees while nothing comes from the provider. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { openStage, type Stage } from "../support/stage.ts";
import { answer, cutAfter, hang, reply, type Step } from "../support/steps.ts";

let stage: Stage;

beforeAll(async () => {
  stage = await openStage({
    env: {
      FREELLM_HEADER_HOLD_MS: "200",
      FREELLM_HEARTBEAT_MS: "100",
      FREELLM_FIRST_CONTENT_MS: "3000",
      FREELLM_MAX_WAIT_MS: "0",
    },
  });
}, 60_000);
afterAll(() => stage.close());

const late =
  (milliseconds: number, step: Step = answer({ content: "at last" })): Step =>
  async (exchange) => {
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    await step(exchange);
  };

/** The last event of a stream that did not end well. */
function errorOf(text: string): unknown {
  expect(text).not.toContain("[DONE]");
  expect(text).not.toContain('"finish_reason":"stop"');
  return JSON.parse((text.trim().split("\n\n").at(-1) ?? "").replace(/^data: /, ""));
}

async function ask(
  model: string,
  more: Record<string, string> = {},
): Promise<{ headersAfter: number; status: number; text: string }> {
  const started = performance.now();
  const response = await fetch(`${stage.freellm.baseUrl}/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${stage.freellm.token}`, "content-type": "application/json", ...more },
    body: JSON.stringify({ model, stream: true, messages: [{ role: "user", content: "Hello" }] }),
  });
  const headersAfter = performance.now() - started;
  return { headersAfter, status: response.status, text: await response.text() };
}

it("gets its headers after the hold, heartbeats while it waits, and then the answer", async () => {
  await stage.endpoints("late", [late(900)]);
  const { headersAfter, status, text } = await ask("late");
  expect(status).toBe(200);
  expect(headersAfter).toBeLessThan(850);
  const [before = "", after = ""] = text.split('"content":"at');
  expect(before.match(/^: /gm)?.length ?? 0).toBeGreaterThanOrEqual(2);
  expect(after).toMatch(/data: \[DONE\]\n\n$/);
});

it("is served by the next target when the first stays silent, after the headers are out", async () => {
  await stage.endpoints("silent", [hang, null]);
  const { status, text } = await ask("silent");
  expect(status).toBe(200);
  expect(text).toMatch(/data: \[DONE\]\n\n$/);
});

it("gets an error event and no [DONE] when nothing is left to try after the headers are out", async () => {
  await stage.endpoints("dead", [hang]);
  const { status, text } = await ask("dead");
  expect(status).toBe(200);
  expect(errorOf(text)).toMatchObject({ error: { message: expect.any(String) } });
});

const TEXT = "The quick brown fox jumps over the lazy dog and then it goes home to sleep.";
const said = (text: string): string =>
  [...text.matchAll(/"content":("(?:[^"\\]|\\.)*")/g)].map(([, part]) => JSON.parse(part ?? '""')).join("");

it("gets the refusal as an event when it comes after the headers are out", async () => {
  const refusal = reply(400, { error: { code: "content_policy_violation", message: "not with me" } });
  const [, other] = await stage.endpoints("refused", [late(300, refusal), null]);
  const { status, text } = await ask("refused");
  expect(status).toBe(200);
  expect(errorOf(text)).toMatchObject({ error: { code: expect.stringContaining("content") } });
  expect(other?.upstream.calls).toHaveLength(0);
});

it("gets the whole answer when one breaks that began after the headers were out", async () => {
  await stage.endpoints("mended", [late(300, cutAfter(8, { content: TEXT })), answer({ content: TEXT })]);
  const { status, text } = await ask("mended");
  expect(status).toBe(200);
  expect(said(text)).toBe(TEXT);
  expect(text).toMatch(/data: \[DONE\]\n\n$/);
});

it("gets an error event when nobody may mend it", async () => {
  const steps = [late(300, cutAfter(8, { content: TEXT })), answer({ content: TEXT })];
  const [, other] = await stage.endpoints("unmended", steps);
  const { text } = await ask("unmended", { "x-freellm-rescue": "off" });
  expect(errorOf(text)).toMatchObject({ error: { message: expect.any(String) } });
  expect(TEXT.startsWith(said(text))).toBe(true);
  expect(other?.upstream.calls).toHaveLength(0);
});
