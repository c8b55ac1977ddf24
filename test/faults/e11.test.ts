/** E11: large prompts are served, and a body over the limit is refused in the surface's own shape. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { openStage, type Stage } from "../support/stage.ts";
import { WAYS } from "./support/ask.ts";
import { RawCall } from "./support/raw.ts";

const MEGABYTE = 1024 * 1024;
const LIMIT = 32 * MEGABYTE;

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

it.each(WAYS)("%s: a prompt of 2 MB arrives as it is", async (way, ask) => {
  const [only] = await stage.endpoints(`large-${way}`, [null]);
  const prompt = "ünï 東京 ".repeat((2 * MEGABYTE) / 14);
  expect(await ask(stage, { model: `large-${way}`, prompt })).toMatchObject({
    error: undefined,
    finish: "stop",
  });
  expect(only?.upstream.calls[0]?.body?.messages?.at(-1)?.content === prompt).toBe(true);
});

it.each([
  ["just over our limit", LIMIT + 1],
  ["over the server's limit", LIMIT + 2 * MEGABYTE],
])("a body %s is 413", async (_, size) => {
  const [only] = await stage.endpoints(`over-${size}`, [null]);
  const frame = JSON.stringify({ model: `over-${size}`, messages: [{ role: "user", content: "" }] });
  const body = frame.replace('""', `"${"x".repeat(size - frame.length)}"`);
  const raw = new RawCall(stage, body);
  await raw.until(() => raw.status !== 0);
  expect(raw.status).toBe(413);
  expect(only?.upstream.calls).toHaveLength(0);
  if (size > LIMIT + MEGABYTE) return;
  expect(JSON.parse(await raw.end())).toMatchObject({
    error: { type: "invalid_request_error", code: "request_too_large", message: expect.stringMatching(/32/) },
  });
});
