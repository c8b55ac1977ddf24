/** Rate headers in every dialect, all of them from an endpoint of unknown make unless it says otherwise. */
import { describe, expect, test } from "vitest";
import type { HeaderFamily, LimitObservation } from "../../src/core/provider.ts";
import { providers } from "../../src/providers/index.ts";
import { observeHeaders } from "../../src/providers/meter/index.ts";
import { providerOf } from "./classify-provider.ts";
import { NOW } from "./support.ts";

const MIDNIGHT = Date.UTC(2025, 10, 24);

function observed(headers: Record<string, string>, family: HeaderFamily = "generic"): LimitObservation[] {
  const order = ({ metric, window, subject }: LimitObservation) => `${metric} ${window} ${subject}`;
  return observeHeaders(family, new Headers(headers), NOW).toSorted((one, other) =>
    order(one).localeCompare(order(other)),
  );
}

const requests = (window: LimitObservation["window"], more: object) => ({
  metric: "requests",
  window,
  ...more,
});
const tokens = (window: LimitObservation["window"], more: object) => ({ metric: "tokens", window, ...more });

describe("dialects", () => {
  // biome-ignore format: a table, one dialect a line
  test.each<[string, Record<string, string>, object[]]>([
    ["Cerebras", { "x-ratelimit-limit-requests-day": "14400", "x-ratelimit-remaining-requests-day": "14399", "x-ratelimit-reset-requests-day": "33011.5", "x-ratelimit-limit-tokens-minute": "60000", "x-ratelimit-remaining-tokens-minute": "59000", "x-ratelimit-reset-tokens-minute": "11.5" }, [requests("day", { cap: 14_400, remaining: 14_399, resetAt: NOW + 33_011_500 }), tokens("minute", { cap: 60_000, remaining: 59_000, resetAt: NOW + 11_500 })]],
    ["Cerebras, further windows", { "x-ratelimit-limit-requests-hour": "900", "x-ratelimit-limit-tokens-hour": "1000000", "x-ratelimit-limit-tokens-day": "1000001" }, [requests("hour", { cap: 900 }), tokens("day", { cap: 1_000_001 }), tokens("hour", { cap: 1_000_000 })]],
    ["SambaNova: a minute beside the day", { "x-ratelimit-limit-requests": "30", "x-ratelimit-remaining-requests": "29", "x-ratelimit-reset-requests": String(NOW / 1000 + 45), "x-ratelimit-limit-requests-day": "600", "x-ratelimit-remaining-requests-day": "599", "x-ratelimit-reset-requests-day": String(MIDNIGHT / 1000) }, [requests("day", { cap: 600, remaining: 599, resetAt: MIDNIGHT }), requests("minute", { cap: 30, remaining: 29, resetAt: NOW + 45_000 })]],
    ["Together", { "x-ratelimit-limit": "10", "x-ratelimit-remaining": "9", "x-ratelimit-reset": "1", "x-tokenlimit-limit": "3000", "x-tokenlimit-remaining": "2000", "x-tokenlimit-reset": "20" }, [requests("minute", { cap: 10, remaining: 9, resetAt: NOW + 1000 }), tokens("minute", { cap: 3000, remaining: 2000, resetAt: NOW + 20_000 })]],
    ["Fireworks", { "x-ratelimit-limit-tokens-prompt": "60000", "x-ratelimit-limit-tokens-cache-adjusted-prompt": "9000", "x-ratelimit-limit-tokens-generated": "8000" }, [{ metric: "input_tokens", window: "minute", cap: 60_000 }]],
    ["ModelScope", { "modelscope-ratelimit-requests-limit": "2000", "modelscope-ratelimit-requests-remaining": "1999", "modelscope-ratelimit-model-requests-limit": "500", "modelscope-ratelimit-model-requests-remaining": "0" }, [requests("day", { subject: "model", cap: 500, remaining: 0 }), requests("day", { subject: "pool", cap: 2000, remaining: 1999 })]],
    ["Cohere's trial", { "x-trial-endpoint-call-limit": "20", "x-trial-endpoint-call-remaining": "19", "x-endpoint-monthly-call-limit": "1000" }, [requests("minute", { subject: "pool", cap: 20, remaining: 19 }), requests("month", { subject: "pool", cap: 1000 })]],
    ["GitHub", { "x-ratelimit-limit": "5000", "x-ratelimit-remaining": "4000", "x-ratelimit-used": "1000", "x-ratelimit-resource": "core", "x-ratelimit-reset": String(NOW / 1000 + 1800) }, [requests("hour", { cap: 5000, remaining: 4000, resetAt: NOW + 1_800_000 })]],
    ["Anthropic", { "anthropic-ratelimit-requests-limit": "50", "anthropic-ratelimit-requests-remaining": "49", "anthropic-ratelimit-requests-reset": new Date(NOW + 1000).toISOString(), "anthropic-ratelimit-input-tokens-limit": "30000", "anthropic-ratelimit-output-tokens-limit": "8000", "anthropic-ratelimit-unified-status": "allowed" }, [{ metric: "input_tokens", window: "minute", cap: 30_000 }, requests("minute", { cap: 50, remaining: 49, resetAt: NOW + 1000 })]],
    ["Mistral, older", { "ratelimitbysize-limit": "500000", "ratelimitbysize-remaining": "499000", "ratelimitbysize-reset": "12", "ratelimitbysize-query-cost": "1000", "x-ratelimitbysize-limit-month": "1000000000" }, [tokens("minute", { cap: 500_000, remaining: 499_000, resetAt: NOW + 12_000 }), tokens("month", { cap: 1_000_000_000 })]],
    ["Kong", { "x-ratelimit-limit-minute": "30", "x-ratelimit-remaining-minute": "29", "x-ratelimit-limit-hour": "500" }, [requests("hour", { cap: 500 }), requests("minute", { cap: 30, remaining: 29 })]],
    ["hyphens", { "x-rate-limit-limit": "30", "x-rate-limit-remaining": "2", "x-rate-limit-reset": "10" }, [requests("minute", { cap: 30, remaining: 2, resetAt: NOW + 10_000 })]],
    ["short names", { "x-ratelimit-limit-rpd": "100", "x-ratelimit-remaining-tpm": "5" }, [requests("day", { cap: 100 }), tokens("minute", { remaining: 5 })]],
    ["a window beside the number", { "x-ratelimit-limit": "100;w=86400", "x-ratelimit-remaining": "99" }, [requests("day", { cap: 100, remaining: 99 })]],
  ])("%s", (_, headers, expected) => {
    expect(observed(headers)).toEqual(expected);
  });

  test("Groq's names mean the day for requests", () => {
    const headers = { "x-ratelimit-limit-requests": "1000", "x-ratelimit-remaining-requests": "1000" };
    expect(observed(headers, "groq")).toEqual([requests("day", { cap: 1000, remaining: 1000 })]);
  });
});

describe("a provider with headers of its own", () => {
  // A family of `none` would leave unread what its documentation names.
  test.each([
    ["cohere", "x-trial-endpoint-call-remaining"],
    ["modelscope", "modelscope-ratelimit-requests-remaining"],
    ["cerebras", "x-ratelimit-remaining-tokens-minute"],
    ["sambanova", "x-ratelimit-remaining-requests-day"],
    ["together", "x-tokenlimit-remaining"],
    ["mistral", "x-ratelimit-remaining-tokens-month"],
    ["openrouter", "x-ratelimit-remaining"],
    ["groq", "x-ratelimit-remaining-tokens"],
  ])("%s is read", (id, name) => {
    expect(providers.observe(providerOf(id), new Headers({ [name]: "3" }), NOW)).toMatchObject([
      { remaining: 3 },
    ]);
  });
});

describe("the IETF drafts", () => {
  // biome-ignore format: a table, one header a line
  test.each<[string, string, string | null, object[]]>([
    ["early", "limit=100, remaining=40, reset=30", null, [requests("minute", { cap: 100, remaining: 40, resetAt: NOW + 30_000 })]],
    ["early, with a policy", "limit=100, remaining=40, reset=30", "100;w=3600, 5000;w=86400", [requests("hour", { cap: 100, remaining: 40, resetAt: NOW + 30_000 })]],
    ["named", '"burst";r=4;t=50', '"burst";q=10;w=60', [requests("minute", { cap: 10, remaining: 4, resetAt: NOW + 50_000 })]],
    ["two named", '"burst";r=4;t=50, "daily";r=9;t=3600', '"burst";q=10;w=60,"daily";q=99;w=86400;pk=:c29tZQ==:', [requests("day", { cap: 99, remaining: 9, resetAt: NOW + 3_600_000 }), requests("minute", { cap: 10, remaining: 4, resetAt: NOW + 50_000 })]],
    ["tokens by name", '"input-tokens";r=4;t=50', '"input-tokens";q=10;w=60', [{ metric: "input_tokens", window: "minute", cap: 10, remaining: 4, resetAt: NOW + 50_000 }]],
    ["tokens by unit", '"x";r=4;t=50', '"x";q=10;w=60;qu="tokens"', [tokens("minute", { cap: 10, remaining: 4, resetAt: NOW + 50_000 })]],
    ["without a policy", '"x";r=4;t=50', null, [requests("minute", { remaining: 4, resetAt: NOW + 50_000 })]],
    ["commas in a name", '"a,b;c";r=4;t=50', null, [requests("minute", { remaining: 4, resetAt: NOW + 50_000 })]],
    ["bytes are not counted here", '"x";r=4;t=50', '"x";q=10;w=60;qu="content-bytes"', []],
    ["a window of another length", '"x";r=4;t=250', '"x";q=10;w=300', []],
    ["nonsense", ";;,=,\"", "q=;w", []],
  ])("%s", (_, state, policy, expected) => {
    const headers = { ratelimit: state, ...(policy === null ? {} : { "ratelimit-policy": policy }) };
    expect(observed(headers)).toEqual(expected);
  });

  test("one limit told twice counts once", () => {
    const twice = {
      ratelimit: "limit=9, remaining=4, reset=30",
      "ratelimit-limit": "9",
      "ratelimit-remaining": "4",
      "ratelimit-reset": "30",
    };
    expect(observed(twice)).toEqual([requests("minute", { cap: 9, remaining: 4, resetAt: NOW + 30_000 })]);
  });
});

describe("values that cannot be", () => {
  const of = (limit: string, remaining: string, reset = "") =>
    observed({
      "x-ratelimit-limit-requests-minute": limit,
      "x-ratelimit-remaining-requests-minute": remaining,
      ...(reset === "" ? {} : { "x-ratelimit-reset-requests-minute": reset }),
    });

  test.each([
    ["-1", "5"],
    ["0", "0"],
    ["0.5", "0"],
    ["9223372036854775807", "5"],
    ["1e9", "NaN"],
    ["unlimited", "-"],
    ["Infinity", "Infinity"],
    ["NaN", "NaN"],
    ["", ""],
    ["0x10", "0x10"],
    ["-5", "-1"],
  ])("a limit of %j with %j left says nothing", (limit, remaining) => {
    expect(of(limit, remaining)).toEqual([]);
  });

  test("what is left is none to all", () => {
    expect(of("10", "-3")).toEqual([requests("minute", { cap: 10, remaining: 0 })]);
    expect(of("10", "99")).toEqual([requests("minute", { cap: 10, remaining: 10 })]);
    expect(of("10", "NaN")).toEqual([requests("minute", { cap: 10 })]);
    expect(of("unlimited", "-1")).toEqual([]);
  });

  test("a reset lies within the window: in milliseconds if not in seconds, or it is none", () => {
    const resetAt = (reset: string) => of("10", "5", reset)[0]?.resetAt;
    expect(resetAt("45")).toBe(NOW + 45_000);
    expect(resetAt("45000")).toBe(NOW + 45_000);
    expect(resetAt("450000")).toBeUndefined();
    expect(resetAt(String(NOW + 20_000))).toBe(NOW + 20_000);
    expect(resetAt(String(NOW - 20_000))).toBe(NOW);
    expect(resetAt(String(NOW + 86_400_000))).toBeUndefined();
    expect(resetAt("-5")).toBeUndefined();
    expect(resetAt("soon")).toBeUndefined();
  });

  test("no header makes the reader throw", () => {
    const names = [
      "x-ratelimit-limit",
      "x-ratelimit-",
      "ratelimit",
      "ratelimit-policy",
      "x-rate-limit-reset",
      "ratelimit-limit-limit",
      "a-b-ratelimit-limit",
    ];
    for (const name of names) {
      for (const value of ["", ",", ";w=", '"', "=".repeat(5000), "9".repeat(400), "\u00e9"]) {
        expect(Array.isArray(observed({ [name]: value }))).toBe(true);
      }
    }
  });
});

describe("a provider whose clock differs", () => {
  test("ends its windows by its own clock", () => {
    const ahead = NOW + 300_000;
    const headers = {
      date: new Date(ahead).toUTCString(),
      "x-ratelimit-limit": "20",
      "x-ratelimit-remaining": "0",
      "x-ratelimit-reset": String(ahead + 40_000),
    };
    expect(observed(headers)).toEqual([requests("minute", { cap: 20, remaining: 0, resetAt: NOW + 40_000 })]);
    const day = { ...headers, "x-ratelimit-reset": String(MIDNIGHT) };
    expect(observed(day)).toEqual([requests("day", { cap: 20, remaining: 0, resetAt: MIDNIGHT - 300_000 })]);
  });
});
