import { describe, expect, it } from "vitest";
import type { LimitSpec } from "../../src/core/provider.ts";
import { CapBooks } from "../../src/providers/simulated/caps.ts";
import { createSimulatedProvider, type StyleName } from "../../src/providers/simulated/index.ts";
import { chatRequest, profileOf, SIBLING, virtualWorld } from "./world.ts";

const perMinute = (cap: number, changes: Partial<LimitSpec> = {}): LimitSpec => ({
  scope: "account",
  pool: null,
  metric: "requests",
  window: "minute",
  cap,
  reset: "sliding",
  source: "documented",
  ...changes,
});

const caller = { secret: "a", account: "x", model: "m" };

describe("the books", () => {
  it("let exactly the cap through, and each place is free again a minute after it was taken", () => {
    const books = new CapBooks([perMinute(2)]);
    expect(books.admit(caller, 1, 0)).toBeUndefined();
    expect(books.admit(caller, 1, 20_000)).toBeUndefined();
    expect(books.admit(caller, 1, 30_000)).toMatchObject({ used: 2, waitMs: 30_000 });
    expect(books.admit(caller, 1, 59_999)).toBeDefined();
    expect(books.admit(caller, 1, 60_000)).toBeUndefined();
    expect(books.admit(caller, 1, 60_001)).toMatchObject({ waitMs: 19_999 });
  });

  it("share a limit among the keys of an account, or count each key by itself", () => {
    const sibling = { ...caller, secret: "b" };
    const shared = new CapBooks([perMinute(1)]);
    expect(shared.admit(caller, 1, 0)).toBeUndefined();
    expect(shared.admit(sibling, 1, 0)).toBeDefined();
    const apart = new CapBooks([perMinute(1, { scope: "key" })]);
    expect(apart.admit(caller, 1, 0)).toBeUndefined();
    expect(apart.admit(sibling, 1, 0)).toBeUndefined();
  });

  it("count models alone or in a pool", () => {
    const other = { ...caller, model: "n" };
    const alone = new CapBooks([perMinute(1)]);
    expect(alone.admit(caller, 1, 0)).toBeUndefined();
    expect(alone.admit(other, 1, 0)).toBeUndefined();
    const pooled = new CapBooks([perMinute(1, { pool: "free" })]);
    expect(pooled.admit(caller, 1, 0)).toBeUndefined();
    expect(pooled.admit(other, 1, 0)).toBeDefined();
  });

  it("take nothing from any limit when one forbids the call", () => {
    const books = new CapBooks([perMinute(9), perMinute(10, { metric: "tokens" })]);
    expect(books.admit(caller, 11, 0)?.waitMs).toBe(Number.POSITIVE_INFINITY);
    expect(books.status(caller, 0).map(({ used }) => used)).toEqual([0, 0]);
  });

  it("empty fixed windows at the clock: the day at midnight UTC, the month on the 1st", () => {
    const noon = Date.UTC(2026, 10, 24, 12);
    const day = new CapBooks([perMinute(1, { window: "day", reset: { zone: "UTC" } })]);
    expect(day.admit(caller, 1, noon)).toBeUndefined();
    expect(day.admit(caller, 1, noon)?.waitMs).toBe(12 * 3_600_000);
    expect(day.admit(caller, 1, Date.UTC(2026, 10, 25))).toBeUndefined();
    const month = new CapBooks([perMinute(1, { window: "month", reset: { zone: "UTC" } })]);
    expect(month.admit(caller, 1, noon)).toBeUndefined();
    expect(month.admit(caller, 1, Date.UTC(2026, 11, 1) - 1)).toBeDefined();
    expect(month.admit(caller, 1, Date.UTC(2026, 11, 1))).toBeUndefined();
  });

  it("hold a place of a concurrency limit until the call is over", () => {
    const books = new CapBooks([perMinute(1, { metric: "concurrency" })]);
    expect(books.admit(caller, 1, 0)).toBeUndefined();
    expect(books.admit(caller, 1, 0)).toBeDefined();
    books.release(caller);
    expect(books.admit(caller, 1, 0)).toBeUndefined();
  });
});

describe("a 429 in each provider's own words", () => {
  async function secondAnswer(style: StyleName) {
    const world = virtualWorld();
    const provider = createSimulatedProvider(profileOf({ style, limits: [perMinute(1)] }), world);
    const first = provider.handle(chatRequest());
    await world.advance(20_000);
    expect((await first).status).toBe(200);
    const second = await provider.handle(chatRequest({}, SIBLING));
    expect(second.status).toBe(429);
    expect(provider.calls.map(({ outcome }) => outcome)).toEqual(["answered", "capped"]);
    return { headers: second.headers, body: await second.json(), now: world.clock.now() };
  }

  it("groq", async () => {
    const { headers, body } = await secondAnswer("groq");
    expect(headers.get("retry-after")).toBe("40");
    expect(body.error).toMatchObject({ type: "requests", code: "rate_limit_exceeded" });
    expect(body.error.message).toContain(
      "on requests per minute (RPM): Limit 1, Used 1, Requested 1. Please try again in 40s",
    );
  });

  it("openrouter", async () => {
    const { headers, body, now } = await secondAnswer("openrouter");
    expect(headers.get("x-ratelimit-reset")).toBe(String(now + 40_000));
    expect(body.error).toMatchObject({ code: 429, metadata: { headers: { "X-RateLimit-Remaining": "0" } } });
    expect(body.error.message).toContain("free-models-per-min");
  });

  it("mistral", async () => {
    const { headers, body } = await secondAnswer("mistral");
    expect(headers.get("x-ratelimit-remaining-req-minute")).toBe("0");
    expect(headers.get("x-ratelimit-reset-req-minute")).toBe("40");
    expect(body).toMatchObject({ object: "error", type: "rate_limited", code: "1300" });
  });

  it("nvidia", async () => {
    const { headers, body } = await secondAnswer("nvidia");
    expect(body).toEqual({ status: 429, title: "Too Many Requests" });
    expect([...headers.keys()]).toEqual(["content-type"]);
  });
});

it("groq's headers speak of the day for requests and of the minute for tokens", async () => {
  const world = virtualWorld();
  const limits = [perMinute(100, { window: "day" }), perMinute(8_000, { metric: "tokens" })];
  const provider = createSimulatedProvider(profileOf({ limits }), world);
  const pending = provider.handle(chatRequest());
  await world.advance(10);
  const reply = await pending;
  const { usage } = await reply.json();
  expect(reply.headers.get("x-ratelimit-remaining-requests")).toBe("99");
  expect(reply.headers.get("x-ratelimit-reset-requests")).toMatch(/^23h59m59\.99s$/);
  expect(reply.headers.get("x-ratelimit-remaining-tokens")).toBe(String(8_000 - usage.total_tokens));
});
