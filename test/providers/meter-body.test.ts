/** The limits that an error body states. */
import { describe, expect, test } from "vitest";
import { providers } from "../../src/providers/index.ts";
import { googleQuota } from "./classify-provider-cases.ts";
import { custom, NOW } from "./support.ts";

const observed = (body: unknown, headers: Record<string, string> = {}) =>
  providers.observe(custom, new Headers(headers), NOW, JSON.stringify(body));
const said = (message: string) => ({ error: { message } });

const groq = (what: string, numbers: string) =>
  said(
    `Rate limit reached for model \`m\` in organization \`org_402\` service tier \`on_demand\` on ${what}: ${numbers}. Please try again in 7.5s.`,
  );

describe("limits in an error body", () => {
  // biome-ignore format: a table, one text a line
  test.each<[string, unknown, object[]]>([
    ["Groq's tokens", groq("tokens per minute (TPM)", "Limit 8000, Used 7000, Requested 2000"), [{ metric: "tokens", window: "minute", cap: 8000, remaining: 1000, resetAt: NOW + 7500 }]],
    ["Groq's day", groq("tokens per day (TPD)", "Limit 200,000, Used 199,950, Requested 402"), [{ metric: "tokens", window: "day", cap: 200_000, remaining: 50, resetAt: NOW + 7500 }]],
    ["Groq's requests", groq("requests per minute (RPM)", "Limit 30, Used 30, Requested 1"), [{ metric: "requests", window: "minute", cap: 30, remaining: 0, resetAt: NOW + 7500 }]],
    ["Groq's size", said("Request too large for model `m` on tokens per minute (TPM): Limit 6000, Requested 7402"), [{ metric: "tokens", window: "minute", cap: 6000 }]],
    ["OpenAI's", said("Rate limit reached for m on tokens per min (TPM): Limit 10000, Used 9000, Requested 3000. Please try again in 12s."), [{ metric: "tokens", window: "minute", cap: 10_000, remaining: 1000, resetAt: NOW + 12_000 }]],
    ["more used than there is", groq("requests per day (RPD)", "Limit 10, Used 12, Requested 1"), [{ metric: "requests", window: "day", cap: 10, remaining: 0, resetAt: NOW + 7500 }]],
    ["GitHub's", said("Rate limit of 50 per 86400s exceeded for UserByModelByDay. Please wait 4000 seconds before retrying."), [{ metric: "requests", window: "day", cap: 50, remaining: 0, resetAt: NOW + 4_000_000 }]],
    ["Cohere's minute", { message: "You are using a Trial key, which is limited to 20 API calls / minute." }, [{ metric: "requests", window: "minute", subject: "pool", cap: 20 }]],
    ["Cohere's month", { message: "You are using a Trial key, which is limited to 1000 API calls / month." }, [{ metric: "requests", window: "month", subject: "pool", cap: 1000 }]],
    ["Google's day", googleQuota(["GenerateRequestsPerDayPerProjectPerModel-FreeTier"], "x", "38s"), [{ metric: "requests", window: "day", subject: "model", cap: 20, remaining: 0, resetAt: Date.UTC(2025, 10, 24, 8) }]],
    ["Google's minute", googleQuota(["GenerateRequestsPerMinutePerProjectPerModel-FreeTier"], "x", "38s"), [{ metric: "requests", window: "minute", subject: "model", cap: 20, remaining: 0, resetAt: NOW + 38_000 }]],
    ["Google's tokens", [googleQuota(["GenerateContentInputTokensPerModelPerMinute-FreeTier"], "x", "38s")], [{ metric: "input_tokens", window: "minute", subject: "model", cap: 20 }]],
    ["no number", groq("tokens per minute (TPM)", "Limit unlimited, Used 7"), []],
    ["a limit of nothing", groq("tokens per minute (TPM)", "Limit 0, Used 0, Requested 5"), []],
    ["another text with numbers", said("Limit 8000 of 402 requests, Used 7000, on 429 tokens per minute"), []],
    ["a window that is none of ours", said("Rate limit of 50 per 300s exceeded"), []],
    ["nothing", "", []],
  ])("%s", (_, body, expected) => {
    expect(observed(body)).toEqual(expected);
  });

  test("what is left counts only with a time until which it holds", () => {
    const text = "on tokens per day (TPD): Limit 9000, Used 8000, Requested 2000";
    expect(observed(said(text))).toEqual([{ metric: "tokens", window: "day", cap: 9000 }]);
    expect(observed(said(text), { "retry-after": "60" })).toEqual([
      { metric: "tokens", window: "day", cap: 9000, remaining: 1000, resetAt: NOW + 60_000 },
    ]);
  });

  test("headers of the reply come first, then what the body says", () => {
    const body = groq("tokens per day (TPD)", "Limit 9000, Used 9000, Requested 5");
    const headers = { "x-ratelimit-limit-tokens": "800", "x-ratelimit-remaining-tokens": "700" };
    expect(observed(body, headers)).toMatchObject([
      { window: "minute", cap: 800, remaining: 700 },
      { window: "day", cap: 9000, remaining: 0 },
    ]);
  });

  test("headers that a gateway passes on inside the body count where the reply has none", () => {
    const headers = {
      "X-RateLimit-Limit": "50",
      "X-RateLimit-Remaining": "0",
      "X-RateLimit-Reset": String(NOW + 40_000),
    };
    const body = { error: { code: 429, message: "free-models-per-min", metadata: { headers } } };
    expect(observed(body)).toEqual([
      { metric: "requests", window: "minute", cap: 50, remaining: 0, resetAt: NOW + 40_000 },
    ]);
  });

  test("a reply that is no error has no such body", () => {
    expect(providers.observe(custom, new Headers(), NOW)).toEqual([]);
  });
});
