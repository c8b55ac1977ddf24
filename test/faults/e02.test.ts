/** E2: a 429 that states the wait, in every dialect: not called again before, called again after. */
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Exchange } from "../support/exchange.ts";
import { openStage, type Stage } from "../support/stage.ts";
import { reply, type Step } from "../support/steps.ts";
import { askStream } from "./support/ask.ts";
import { pauses } from "./support/stage.ts";

interface Stated {
  body?: unknown;
  headers?: Record<string, string>;
}

/** Short enough for one retry of the same target. */
const WAIT_MS = 2_200;
const WAIT = "2.2s";
/** What is told in whole seconds is rounded up, and must be short all the same. */
const ROUNDED_MS = 1_300;
const error = (message: string, more: object = {}) => ({ error: { message, ...more } });
const slow = error("Too many requests");
const after = () => Date.now() + WAIT_MS;
const wholeSecond = () => Math.ceil((Date.now() + ROUNDED_MS) / 1000);

/** What is said at the moment of the refusal. */
const DIALECTS: Record<string, () => Stated> = {
  "seconds in Retry-After": () => ({ headers: { "retry-after": "2.2" } }),
  "a date in Retry-After": () => ({
    headers: { "retry-after": new Date(wholeSecond() * 1000).toUTCString() },
  }),
  "milliseconds in Retry-After-Ms": () => ({ headers: { "retry-after-ms": String(WAIT_MS) } }),
  "Groq's header": () => ({
    headers: { "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": WAIT },
  }),
  "Groq's words": () => ({
    body: error(
      "Rate limit reached for model `m` on tokens per minute (TPM): Limit 6000, Used 5900, Requested 1200. Please try again in 2.2s.",
      { type: "tokens", code: "rate_limit_exceeded" },
    ),
  }),
  "Google's RetryInfo": () => ({
    body: error("You exceeded your current quota.", {
      code: 429,
      status: "RESOURCE_EXHAUSTED",
      details: [
        {
          "@type": "type.googleapis.com/google.rpc.QuotaFailure",
          violations: [{ quotaId: "GenerateRequestsPerMinutePerProjectPerModel-FreeTier", quotaValue: "10" }],
        },
        { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: WAIT },
      ],
    }),
  }),
  "Google's RetryInfo in an array": () => ({
    body: [
      error("Quota exceeded.", {
        code: 429,
        details: [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: WAIT }],
      }),
    ],
  }),
  "OpenRouter's epoch in the body": () => ({
    body: error("Rate limit exceeded: free-models-per-min.", {
      code: 429,
      metadata: { headers: { "X-RateLimit-Reset": String(after()) } },
    }),
  }),
  "an epoch in milliseconds": () => ({
    headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(after()) },
  }),
  "an epoch in seconds": () => ({
    headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(wholeSecond()) },
  }),
  "Cerebras's float seconds": () => ({
    headers: {
      "x-ratelimit-remaining-requests-minute": "0",
      "x-ratelimit-reset-requests-minute": "2.2",
    },
  }),
  "a field of the body": () => ({ body: error("slow down", { retry_after: 2.2 }) }),
  "milliseconds in the body": () => ({ body: error("slow down", { retry_after_ms: WAIT_MS }) }),
  "an instant in the body": () => ({
    body: error("slow down", { reset_at: new Date(after()).toISOString() }),
  }),
  "milliseconds in words": () => ({ body: error(`slow down, try again in ${WAIT_MS}ms`) }),
  "seconds in words": () => ({ body: error("Rate limit exceeded. Please retry after 2.2 seconds.") }),
  "the draft header": () => ({ headers: { ratelimit: '"default";r=0;t=2' } }),
  "the older draft headers": () => ({ headers: { "ratelimit-remaining": "0", "ratelimit-reset": "2" } }),
};

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const refuse =
  ({ body, headers }: Stated): Step =>
  (exchange: Exchange) =>
    reply(429, body ?? slow, headers)(exchange);

it.concurrent.each(Object.entries(DIALECTS))("%s", async (name, state) => {
  const model = name.replaceAll(/[^a-z]+/gi, "-").toLowerCase();
  const [only] = await stage.endpoints(model, [null]);
  if (!only) throw new Error("no upstream");
  const { upstream } = only;
  upstream.script((exchange) => refuse(state())(exchange));
  // Others ask meanwhile: they wait as well.
  const asked = await Promise.all([1, 2, 3].map(() => askStream(stage, { model })));
  for (const told of asked) expect(told).toMatchObject({ error: undefined, finish: "stop" });
  const [refused, ...later] = upstream.calls;
  // The three may have left side by side before anybody knew.
  const again = later.filter(({ at }) => at - (refused?.at ?? 0) > 500);
  expect(again.length).toBeGreaterThanOrEqual(1);
  for (const { at } of again) {
    expect(at - (refused?.at ?? 0)).toBeGreaterThanOrEqual(ROUNDED_MS);
    expect(at - (refused?.at ?? 0)).toBeLessThan(5_000);
  }
  expect(pauses(upstream).filter((pause) => pause > 500)).toHaveLength(1);
});
