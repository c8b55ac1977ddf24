/** Caps hold under a burst, over the wire: what leaves is exactly what may leave. */
import OpenAI from "openai";
import { afterAll, beforeAll, expect, it } from "vitest";
import { HELLO, openStage, type Stage } from "../support/stage.ts";
import { answer } from "../support/steps.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ env: { FREELLM_MAX_WAIT_MS: "0" } });
});
afterAll(() => stage.close());

/** How often each outcome came; every refusal must be a RateLimitError that says when to come back. */
async function burst(
  model: string,
  count: number,
): Promise<{ served: number; refused: number; waits: number[] }> {
  const waits: number[] = [];
  let served = 0;
  await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      try {
        if (index % 2 === 0) await stage.client.chat.completions.create({ model, messages: HELLO });
        else await stage.client.chat.completions.stream({ model, messages: HELLO }).finalContent();
        served++;
      } catch (error) {
        if (!(error instanceof OpenAI.RateLimitError)) throw error;
        waits.push(Number(error.headers?.get("retry-after")));
      }
    }),
  );
  return { served, refused: waits.length, waits };
}

it("200 parallel requests on one key with 30 a minute: exactly 30 leave", async () => {
  const [endpoint] = await stage.endpoints("thirty", [answer({ delayMs: 30 })], { rpm: 30 });
  const { served, refused, waits } = await burst("thirty", 200);
  expect(endpoint?.upstream.calls).toHaveLength(30);
  expect({ served, refused }).toEqual({ served: 30, refused: 170 });
  for (const seconds of waits) {
    expect(seconds).toBeGreaterThanOrEqual(50);
    expect(seconds).toBeLessThanOrEqual(62);
  }
});

it("two keys of 20 a minute carry 40, and the rest is refused", async () => {
  const endpoints = await stage.endpoints("forty", [answer({ delayMs: 5 }), answer({ delayMs: 5 })], {
    rpm: 20,
  });
  const { served, refused } = await burst("forty", 100);
  expect(endpoints.map(({ upstream }) => upstream.calls.length)).toEqual([20, 20]);
  expect({ served, refused }).toEqual({ served: 40, refused: 60 });
});

it("a limit on calls in flight is never exceeded, and every call is served in its turn", async () => {
  let inFlight = 0;
  let most = 0;
  const step = answer();
  await stage.endpoints(
    "narrow",
    [
      async (exchange) => {
        most = Math.max(most, ++inFlight);
        await exchange.sleep(20);
        inFlight--;
        await step(exchange);
      },
    ],
    { concurrency: 3 },
  );
  const { served } = await burst("narrow", 3);
  expect(served).toBe(3);
  await burst("narrow", 30);
  expect(most).toBe(3);
});

it("a limit on tokens a day stops the calls once the answers have used it up", async () => {
  // Each answer reports 18 tokens; a call reserves more than that while it is open.
  const [endpoint] = await stage.endpoints("tokens", [answer()], { tpd: 3_000 });
  let served = 0;
  for (let call = 0; call < 200; call++) {
    try {
      await stage.client.chat.completions.create({ model: "tokens", messages: HELLO });
      served++;
    } catch (error) {
      expect(error).toBeInstanceOf(OpenAI.RateLimitError);
      break;
    }
  }
  expect(served).toBeGreaterThan(20);
  expect(served * 18).toBeLessThanOrEqual(3_000);
  expect(endpoint?.upstream.calls).toHaveLength(served);
});
