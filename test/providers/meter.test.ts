import { describe, expect, test } from "vitest";
import type { LimitObservation } from "../../src/core/provider.ts";
import { providers } from "../../src/providers/index.ts";
import { NOW, providerNamed } from "./support.ts";

const MIDNIGHT = 1_763_942_400_000;

type Case = [what: string, provider: string, headers: Record<string, string>, expected: LimitObservation[]];

const CASES: Case[] = [
  [
    "requests of a day and tokens of a minute",
    "groq",
    {
      "x-ratelimit-limit-requests": "1000",
      "x-ratelimit-remaining-requests": "999",
      "x-ratelimit-reset-requests": "1m26.4s",
      "x-ratelimit-limit-tokens": "8000",
      "x-ratelimit-remaining-tokens": "7021",
      "x-ratelimit-reset-tokens": "7.342s",
      "x-ratelimit-limit-audio-seconds": "7200",
    },
    [
      { metric: "requests", window: "day", cap: 1000, remaining: 999, resetAt: NOW + 86_400 },
      { metric: "tokens", window: "minute", cap: 8000, remaining: 7021, resetAt: NOW + 7342 },
    ],
  ],
  [
    "a day by its end",
    "openrouter",
    { "X-RateLimit-Limit": "50", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": String(MIDNIGHT) },
    [{ metric: "requests", window: "day", cap: 50, remaining: 0, resetAt: MIDNIGHT }],
  ],
  [
    "a minute by its end",
    "openrouter",
    { "X-RateLimit-Limit": "20", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": String(NOW + 41_000) },
    [{ metric: "requests", window: "minute", cap: 20, remaining: 0, resetAt: NOW + 41_000 }],
  ],
  [
    "windows by name",
    "mistral",
    {
      "x-ratelimit-limit-req-minute": "60",
      "x-ratelimit-remaining-req-minute": "59",
      "x-ratelimit-reset-req-minute": "1",
      "x-ratelimit-limit-tokens-minute": "500000",
      "x-ratelimit-remaining-tokens-minute": "499000",
      "x-ratelimit-limit-tokens-month": "1000000000",
      "x-ratelimit-remaining-tokens-month": "0",
      "x-ratelimit-limit-req-10-second": "10",
      "x-ratelimit-limit-tokens-5-minute": "1000000",
      "x-ratelimit-tokens-query-cost": "1000",
    },
    [
      { metric: "requests", window: "minute", cap: 60, remaining: 59, resetAt: NOW + 1000 },
      { metric: "tokens", window: "minute", cap: 500_000, remaining: 499_000 },
      { metric: "tokens", window: "month", cap: 1_000_000_000, remaining: 0 },
    ],
  ],
  [
    "unnamed, without a reset",
    "custom",
    { "x-ratelimit-limit-requests": "100", "x-ratelimit-remaining-requests": "99" },
    [{ metric: "requests", window: "minute", cap: 100, remaining: 99 }],
  ],
  [
    "unnamed, with gradual refill over a minute",
    "custom",
    {
      "x-ratelimit-limit-requests": "60",
      "x-ratelimit-remaining-requests": "59",
      "x-ratelimit-reset-requests": "1s",
    },
    [{ metric: "requests", window: "minute", cap: 60, remaining: 59, resetAt: NOW + 1000 }],
  ],
  [
    "unnamed, with gradual refill over a day: Groq behind a gateway",
    "custom",
    {
      "x-ratelimit-limit-requests": "1000",
      "x-ratelimit-remaining-requests": "998",
      "x-ratelimit-reset-requests": "2m52.8s",
    },
    [{ metric: "requests", window: "day", cap: 1000, remaining: 998, resetAt: NOW + 172_800 }],
  ],
  [
    "days by name, float seconds",
    "custom",
    {
      "x-ratelimit-limit-requests-day": "14400",
      "x-ratelimit-remaining-requests-day": "14380",
      "x-ratelimit-reset-requests-day": "33011.5",
    },
    [{ metric: "requests", window: "day", cap: 14_400, remaining: 14_380, resetAt: NOW + 33_011_500 }],
  ],
  [
    "the IETF draft",
    "custom",
    { "ratelimit-limit": "100, 100;w=60", "ratelimit-remaining": "40", "ratelimit-reset": "30" },
    [{ metric: "requests", window: "minute", cap: 100, remaining: 40, resetAt: NOW + 30_000 }],
  ],
  [
    "OpenRouter behind a gateway",
    "custom",
    { "x-ratelimit-limit": "50", "x-ratelimit-remaining": "3", "x-ratelimit-reset": String(MIDNIGHT) },
    [{ metric: "requests", window: "day", cap: 50, remaining: 3, resetAt: MIDNIGHT }],
  ],
  [
    "below zero is nothing left",
    "custom",
    { "x-ratelimit-remaining-tokens": "-5" },
    [{ metric: "tokens", window: "minute", remaining: 0 }],
  ],
  [
    "input tokens",
    "custom",
    { "x-ratelimit-limit-input-tokens": "9000" },
    [{ metric: "input_tokens", window: "minute", cap: 9000 }],
  ],
  [
    "no such limit",
    "custom",
    { "x-ratelimit-limit-requests": "0", "x-ratelimit-remaining-requests": "0" },
    [],
  ],
  [
    "nonsense",
    "custom",
    { "x-ratelimit-limit-requests": "unlimited", "x-ratelimit-limit-tokens": "12abc" },
    [],
  ],
  ["a reset alone", "custom", { "x-ratelimit-reset-requests": "5" }, []],
  ["others", "custom", { date: "x", "content-type": "application/json", "x-ratelimit-policy": "9" }, []],
  ["from a provider that sends none", "nvidia", { "x-ratelimit-limit-requests": "9" }, []],
];

describe("rate headers", () => {
  test.each(CASES)("%s (%s)", (_, provider, headers, expected) => {
    const seen = providers.observe(providerNamed(provider), new Headers(headers), NOW);
    const order = (list: LimitObservation[]) =>
      list.toSorted((a, b) => `${a.metric} ${a.window}`.localeCompare(`${b.metric} ${b.window}`));
    expect(order(seen)).toEqual(order(expected));
  });

  test("the last minute of a day is still a limit of the day", () => {
    const headers = new Headers({
      "x-ratelimit-limit": "50",
      "x-ratelimit-remaining": "0",
      "x-ratelimit-reset": String(MIDNIGHT),
    });
    const seen = providers.observe(providerNamed("openrouter"), headers, MIDNIGHT - 20_000);
    expect(seen[0]?.window).toBe("day");
  });
});
