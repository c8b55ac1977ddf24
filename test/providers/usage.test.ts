/** What usage endpoints tell: read where it is as documented, and ignored where it is anything else. All replies are made up. */
import { describe, expect, test } from "vitest";
import type { UsageObservation } from "../../src/core/provider.ts";
import { WINDOW_MS } from "../../src/core/route/limits.ts";
import { providers } from "../../src/providers/index.ts";
import { NOW, providerNamed } from "./support.ts";

/** NOW is ten in the morning of a Sunday, UTC. */
const MIDNIGHT = Date.UTC(2025, 10, 24);

const REPLIES: Readonly<Record<string, { reply: object; told: Partial<UsageObservation>[] }>> = {
  openrouter: {
    reply: {
      data: {
        ...{
          label: "sk-or-v1-0e6...1c96",
          limit: null,
          limit_remaining: null,
          usage: 0,
          is_free_tier: false,
        },
        rate_limit: { requests: -1, interval: "10s", note: "This field is deprecated." },
        free_model_daily_requests: { limit: 1000, used: 12, remaining: 988 },
      },
    },
    told: [
      { metric: "requests", window: "day", pool: ":free", cap: 1000, remaining: 988, resetAt: MIDNIGHT },
    ],
  },
  navy: {
    reply: {
      plan: "Free",
      limits: { tokens_per_day: 150_000, rpm: 20 },
      usage: {
        ...{ tokens_used_today: 30_000, tokens_remaining_today: 120_000, percent_used: 20 },
        ...{ resets_at_utc: "2025-11-24T00:00:00.000Z", resets_in_ms: 50_400_000 },
      },
      rate_limits: { per_minute: { limit: 20, used: 3, remaining: 17, resets_in_ms: 12_000 } },
      server_time_utc: "2025-11-23T10:00:00.000Z",
    },
    told: [
      { metric: "tokens", window: "day", scope: "key", cap: 150_000, remaining: 120_000, resetAt: MIDNIGHT },
      { metric: "requests", window: "minute", scope: "key", cap: 20, remaining: 17 },
    ],
  },
  ollama: {
    reply: {
      activity: { cost: "0.00000", period: { type: "last_4_weeks" }, models: [] },
      limits: { session: { usage: 0.25, models: [] }, weekly: { usage: 1, models: [] } },
    },
    told: [
      { metric: "units", window: "five_hours", cap: 100, remaining: 75 },
      { metric: "units", window: "week", cap: 100, remaining: 0, resetAt: MIDNIGHT },
      // A month that it does not speak of.
      { metric: "units", window: "month", cap: 100 },
    ],
  },
  chutes: {
    reply: { quota: 300, used: 15.5, chute_id: "*" },
    told: [{ metric: "requests", window: "day", cap: 300, remaining: 284.5, resetAt: MIDNIGHT }],
  },
  pollinations: {
    reply: { balance: 0 },
    told: [{ metric: "units", window: "hour", remaining: 0, resetAt: NOW + WINDOW_MS.hour }],
  },
};

const withUsage = providers.all().filter(({ usage }) => usage !== undefined);

test("every usage endpoint has a reply here, and every reply an endpoint", () => {
  expect(withUsage.map(({ id }) => id).sort()).toEqual(Object.keys(REPLIES).sort());
});

describe.each(withUsage.map((provider) => [provider.id, provider] as const))("%s", (id, provider) => {
  const { usage } = provider;
  if (usage === undefined) throw new Error("it has none");
  const read = (body: string) => providers.readUsage(usage, body, NOW);

  test("is asked seldom, at a path of its own or the provider's host, for limits that have a place in its reply", () => {
    expect(usage.path).toMatch(/^\/[\w/]+$/);
    expect(usage.everyMs).toBeGreaterThanOrEqual(5 * 60_000);
    if (usage.host !== undefined) expect(new URL(usage.host).protocol).toBe("https:");
    expect(usage.limits.length).toBeGreaterThan(0);
    for (const { used, remaining, cap } of usage.limits) {
      expect(used ?? remaining, id).toBeDefined();
      if (used !== undefined) expect(cap).not.toBeNull();
    }
  });

  test("names the pools that the limits of its models have", () => {
    for (const { metric, window, pool } of usage.limits) {
      const documented = provider.models
        .flatMap(({ limits }) => limits)
        .filter((limit) => limit.metric === metric && limit.window === window);
      for (const limit of documented) expect(limit.pool).toBe(pool);
    }
  });

  test("is read", () => {
    const { reply, told } = REPLIES[id] ?? { reply: {}, told: [] };
    const read_ = read(JSON.stringify(reply));
    expect(read_).toMatchObject(told);
    expect(read_).toHaveLength(told.length);
  });

  test("tells nothing where the reply is something else", () => {
    const { reply } = REPLIES[id] ?? { reply: {} };
    const text = JSON.stringify(reply);
    const rubbish = [
      ...["", "null", "[]", "7", '"x"', "{", "<html><body>Just a moment...</body></html>", "{}"],
      JSON.stringify({ error: { message: "no", code: 401 } }),
      // Numbers as text, below zero, none, and objects in their place.
      text.replace(/:(\d)/g, ':"$1').replace(/(:"\d[\d.]*)([,}])/g, '$1"$2'),
      text.replace(/:(\d)/g, ":-1$1"),
      text.replace(/:\d[\d.]*/g, ":null"),
      text.replace(/:\d[\d.]*/g, ":{}"),
      text.replace(/:\d[\d.]*/g, ":1e300"),
      text.slice(0, text.length / 2),
    ];
    for (const body of rubbish) {
      for (const { remaining, cap } of read(body)) {
        // A cap that is a fact of the provider's own stands without a word of the reply.
        expect(remaining, body).toBeUndefined();
        expect(cap === undefined || usage.limits.some((limit) => limit.cap === cap), body).toBe(true);
      }
    }
  });

  test("never tells what cannot be, whatever comes", () => {
    let state = 7;
    const random = (): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32;
    };
    const values = [
      0,
      -1,
      1,
      49.5,
      50,
      1e9,
      1e13,
      "50",
      null,
      true,
      [],
      {},
      "2025-11-24T00:00:00Z",
      "soon",
      -0,
    ];
    const pick = () => values[Math.floor(random() * values.length)];
    const scrambled = (value: unknown): unknown =>
      typeof value === "object" && value !== null && !Array.isArray(value)
        ? Object.fromEntries(
            Object.entries(value).map(([name, inner]) => [name, random() < 0.1 ? pick() : scrambled(inner)]),
          )
        : pick();
    for (let round = 0; round < 500; round++) {
      const body = JSON.stringify(scrambled(REPLIES[id]?.reply ?? {}));
      for (const { cap, remaining, resetAt, window } of read(body)) {
        if (cap !== undefined) expect(cap).toBeGreaterThanOrEqual(1);
        if (remaining !== undefined) expect(remaining).toBeGreaterThanOrEqual(0);
        if (remaining !== undefined && cap !== undefined) expect(remaining).toBeLessThanOrEqual(cap);
        if (resetAt === undefined) continue;
        expect(resetAt).toBeGreaterThan(NOW);
        expect(resetAt - NOW).toBeLessThanOrEqual(WINDOW_MS[window] * 1.05);
      }
    }
  });
});

test("two figures that disagree leave the smaller rest", () => {
  const { usage } = providerNamed("openrouter");
  const told = (requests: object) =>
    usage &&
    providers.readUsage(usage, JSON.stringify({ data: { free_model_daily_requests: requests } }), NOW);
  expect(told({ limit: 50, used: 20, remaining: 50 })).toMatchObject([{ remaining: 30 }]);
  expect(told({ limit: 50, used: 20, remaining: 10 })).toMatchObject([{ remaining: 10 }]);
  expect(told({ limit: 50, used: 70, remaining: 0 })).toMatchObject([{ remaining: 0 }]);
  expect(told({ limit: 50 })).toMatchObject([{ cap: 50 }]);
  expect(told({ limit: 0, used: 0, remaining: 0 })).toEqual([]);
});
