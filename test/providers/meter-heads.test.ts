import { expect, test } from "vitest";
import { parseHead } from "../../src/core/net/http1/head.ts";
import { observeHeaders } from "../../src/providers/meter/index.ts";

const NOW = Date.UTC(2026, 10, 24, 12);

/** Every kind of name that is understood, in the spellings that providers use. */
const SAYING: [string, string][][] = [
  [
    ["X-RateLimit-Limit-Requests", "30"],
    ["X-RateLimit-Remaining-Requests", "29"],
  ],
  [
    ["anthropic-ratelimit-tokens-limit", "50000"],
    ["anthropic-ratelimit-tokens-remaining", "100"],
  ],
  [
    ["x-rate-limit-limit", "100, 100;w=60"],
    ["x-rate-limit-remaining", "3"],
  ],
  [
    ["x-tokenlimit-limit", "1000"],
    ["x-tokenlimit-remaining", "4"],
  ],
  [
    ["ratelimitbysize-limit-minute", "500"],
    ["ratelimitbysize-remaining-minute", "5"],
  ],
  [
    ["RateLimit-Policy", '"day";q=100;w=86400'],
    ["RateLimit", '"day";r=12;t=60'],
  ],
  [["ratelimit", "limit=10, remaining=4, reset=30"]],
  [
    ["x-trial-endpoint-call-limit", "40"],
    ["x-trial-endpoint-call-remaining", "39"],
  ],
  [["x-trial-endpoint-call-remaining", "39"]],
  [["x-endpoint-monthly-call-limit", "1000"]],
];

test.each(SAYING.map((fields) => [fields.map(([name]) => name).join(", "), fields] as const))(
  "a head with %s says what its fields say one by one",
  (_names, fields) => {
    const text = fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    const head = parseHead(`HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n${text}`);
    const one = observeHeaders("generic", new Headers(fields), NOW);
    expect(observeHeaders("generic", head, NOW)).toEqual(one);
  },
);

test("a head without any of them says nothing", () => {
  const head = parseHead("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncf-ray: 1\r\n");
  expect(observeHeaders("generic", head, NOW)).toEqual([]);
});
