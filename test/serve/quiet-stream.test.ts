/** What a client of a stream sees while nothing comes from the provider. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { openStage, type Stage } from "../support/stage.ts";
import { answer, hang, type Step } from "../support/steps.ts";

let stage: Stage;

beforeAll(async () => {
  stage = await openStage({
    env: {
      FREELLM_HEADER_HOLD_MS: "200",
      FREELLM_HEARTBEAT_MS: "100",
      FREELLM_FIRST_CONTENT_MS: "1500",
      FREELLM_MAX_WAIT_MS: "0",
    },
  });
}, 60_000);
afterAll(() => stage.close());

const late =
  (milliseconds: number): Step =>
  async (exchange) => {
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    await answer({ content: "at last" })(exchange);
  };

async function ask(model: string): Promise<{ headersAfter: number; status: number; text: string }> {
  const started = performance.now();
  const response = await fetch(`${stage.freellm.baseUrl}/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${stage.freellm.token}`, "content-type": "application/json" },
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
  expect(text).not.toContain("[DONE]");
  const last = text.trim().split("\n\n").at(-1) ?? "";
  expect(JSON.parse(last.replace(/^data: /, ""))).toMatchObject({ error: { message: expect.any(String) } });
});
