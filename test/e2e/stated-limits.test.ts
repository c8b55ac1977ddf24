/** What a provider states in an error is known from then on: the same mistake is not made twice. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { HELLO, openStage, type Stage } from "../support/stage.ts";
import { reply } from "../support/steps.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ env: { FREELLM_MAX_WAIT_MS: "0" } });
});
afterAll(() => stage.close());

it("a request larger than the limit that the body of an error named is not sent again, a smaller one is", async () => {
  const [endpoint] = await stage.endpoints("stated", [null], { tpm: 1_000_000 });
  const message =
    "Request too large for model `stated` on tokens per minute (TPM): Limit 6000, Requested 33402";
  endpoint?.upstream.script(reply(413, { error: { message, type: "tokens" } }));
  const long = [{ role: "user" as const, content: "a long story ".repeat(6_000) }];
  const ask = (messages: typeof long) =>
    stage.client.chat.completions.create({ model: "stated", messages, max_tokens: 50 });
  await expect(ask(long)).rejects.toThrow();
  await expect(ask(long)).rejects.toThrow();
  expect(endpoint?.upstream.calls).toHaveLength(1);
  await ask(HELLO);
  expect(endpoint?.upstream.calls).toHaveLength(2);
});

it("a day that is spent by the words of an error stops all calls until it is over", async () => {
  const [endpoint] = await stage.endpoints("spent", [
    reply(429, {
      error: {
        message:
          "Rate limit of 50 per 86400s exceeded for UserByModelByDay. Please wait 40200 seconds before retrying.",
      },
    }),
  ]);
  const ask = () => stage.client.chat.completions.create({ model: "spent", messages: HELLO });
  await expect(ask()).rejects.toMatchObject({ status: 429 });
  const again = await ask().catch((error: unknown) => error);
  expect(again).toMatchObject({ status: 429 });
  const headers = again instanceof Error && "headers" in again ? again.headers : undefined;
  expect(headers).toBeInstanceOf(Headers);
  const wait = headers instanceof Headers ? Number(headers.get("retry-after")) : 0;
  expect(wait).toBeGreaterThan(40_000);
  expect(wait).toBeLessThanOrEqual(40_201);
  expect(endpoint?.upstream.calls).toHaveLength(1);
});
