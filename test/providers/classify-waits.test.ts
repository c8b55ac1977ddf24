/** Until when a reply asks to stay away: which statement counts, how far it is believed, and by whose clock. */
import { describe, expect, test } from "vitest";
import { classified } from "./classify-provider.ts";
import { googleQuota } from "./classify-provider-cases.ts";
import { NOW } from "./support.ts";

const DAY = 86_400_000;
const untilOf = (body: unknown, headers: Record<string, string> = {}, status = 429) =>
  classified("custom", status, body, headers).until;
const http = (instant: number) => new Date(instant).toUTCString();

describe("the order of statements", () => {
  const spent = { "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "30s" };
  const words = "slow down, try again in 50s";

  test("body, Retry-After, spent reset, words", () => {
    const field = { error: { message: words, retry_after: 10 } };
    const said = { error: { message: words } };
    expect(untilOf(field, { "retry-after": "20", ...spent })).toBe(NOW + 10_000);
    expect(untilOf(said, { "retry-after": "20", ...spent })).toBe(NOW + 20_000);
    expect(untilOf(said, spent)).toBe(NOW + 30_000);
    expect(untilOf(said)).toBe(NOW + 50_000);
    expect(untilOf({ error: { message: "slow down" } })).toBeUndefined();
  });

  test("the reset of a limit that is not spent is no wait", () => {
    expect(untilOf({}, { ...spent, "x-ratelimit-remaining-tokens": "5" })).toBeUndefined();
  });

  test("of two spent limits the later one", () => {
    const day = { "x-ratelimit-remaining-requests-day": "0", "x-ratelimit-reset-requests-day": "3600" };
    expect(untilOf({}, { ...spent, ...day })).toBe(NOW + 3_600_000);
  });
});

describe("a wait in the body", () => {
  test.each<[object, number]>([
    [{ retry_after: 12 }, 12_000],
    [{ retryAfter: "12.5" }, 12_500],
    [{ retry_after_seconds: 12 }, 12_000],
    [{ retry_after_ms: 1500 }, 1500],
    [{ resets_in_seconds: 90 }, 90_000],
    [{ retryDelay: "34.4s" }, 34_400],
    [{ resets_at: NOW / 1000 + 60 }, 60_000],
    [{ reset_at: new Date(NOW + 60_000).toISOString() }, 60_000],
    [{ metadata: { headers: { "X-RateLimit-Reset": String(NOW + 9000) } } }, 9000],
    [{ metadata: { headers: { "Retry-After": "9" } } }, 9000],
  ])("%j", (fields, wait) => {
    expect(untilOf({ error: { message: "x", ...fields } })).toBe(NOW + wait);
  });

  test.each([{ retry_after: -5 }, { retry_after: "soon" }, { retry_after: null }, { retry_after: {} }])(
    "%j is none",
    (fields) => {
      expect(untilOf({ error: { message: "x", ...fields } })).toBeUndefined();
    },
  );
});

describe("bounds", () => {
  test("are a second and a day", () => {
    expect(untilOf({}, { "retry-after": "0" })).toBe(NOW + 1000);
    expect(untilOf({}, { "retry-after": http(NOW - 60_000) })).toBe(NOW + 1000);
    expect(untilOf({}, { "retry-after": "99999999999999999999" })).toBe(NOW + DAY);
    expect(untilOf({}, { "retry-after": "31536000" })).toBe(NOW + DAY);
  });

  test("are those of the window where it is a week or a month", () => {
    const wait = { "retry-after": String(3 * 86_400) };
    expect(untilOf({ error: "weekly limit" }, wait)).toBe(NOW + 3 * DAY);
    expect(untilOf({ error: "monthly limit" }, { "retry-after": String(20 * 86_400) })).toBe(NOW + 20 * DAY);
    expect(untilOf({ error: "monthly limit" }, { "retry-after": String(400 * 86_400) })).toBe(NOW + 31 * DAY);
    expect(untilOf({ error: "daily limit" }, wait)).toBe(NOW + DAY);
  });
});

describe("a provider whose clock differs", () => {
  const ahead = NOW + 600_000;

  test("states dates and epochs by its own clock", () => {
    const date = http(ahead);
    expect(untilOf({}, { date, "retry-after": http(ahead + 30_000) })).toBe(NOW + 30_000);
    expect(untilOf({ error: { retry_after: ahead + 30_000 } }, { date })).toBe(NOW + 30_000);
    const spent = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String((ahead + 30_000) / 1000) };
    expect(untilOf({}, { date, ...spent })).toBe(NOW + 30_000);
    expect(untilOf({}, { date: http(NOW - 600_000), "retry-after": http(NOW - 570_000) })).toBe(NOW + 30_000);
  });

  test("counts seconds like everybody", () => {
    expect(untilOf({}, { date: http(ahead), "retry-after": "30" })).toBe(NOW + 30_000);
  });

  test("ends its day by its own clock", () => {
    const body = { error: { message: "x", metadata: { limit_source: "openrouter_free_tier_daily" } } };
    expect(untilOf(body, { date: http(ahead) })).toBe(Date.UTC(2025, 10, 24) - 600_000);
  });

  test("is believed where the difference can be one: not a second, not a year, not nonsense", () => {
    for (const date of [http(NOW + 1000), http(NOW - 365 * DAY), "yesterday", ""]) {
      expect(untilOf({}, { date, "retry-after": http(NOW + 30_000) })).toBe(NOW + 30_000);
    }
  });
});

describe("a documented end of the window", () => {
  test("of Google is midnight in California, in summer and on the day the clocks change", () => {
    const quota = "GenerateRequestsPerDayPerProjectPerModel-FreeTier";
    const at = (now: number) => classified("google", 429, googleQuota([quota], "x", "5s"), {}, now).until;
    expect(at(Date.UTC(2026, 6, 1, 12))).toBe(Date.UTC(2026, 6, 2, 7));
    expect(at(Date.UTC(2026, 0, 1, 7, 59))).toBe(Date.UTC(2026, 0, 1, 8));
    // A day of 25 hours is not cut at 24.
    expect(at(Date.UTC(2026, 10, 1, 7, 0, 1))).toBe(Date.UTC(2026, 10, 2, 8));
  });

  test("yields to what the reply states, save where a short wait says nothing about it", () => {
    const free = { error: { message: "free-models-per-day", metadata: {} } };
    expect(untilOf(free, { "retry-after": "600" })).toBe(NOW + 600_000);
    const month = { "x-ratelimit-remaining-tokens-month": "0", "retry-after": "2" };
    expect(untilOf({}, month)).toBe(Date.UTC(2025, 11, 1));
  });
});
