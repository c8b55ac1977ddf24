/** What the past adds up to: slots of time, targets and clients told apart, bounded however long the history is. */
import { describe, expect, it } from "vitest";
import { analyticsView } from "../../src/core/app/analytics.ts";
import type { RequestRecord } from "../../src/core/route/event.ts";
import { openSqljsDatabase } from "../../src/core/store/driver-sqljs.ts";
import { openStore } from "../../src/core/store/store.ts";
import { ManualTimers } from "./ports.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 10, 24, 12, 7);

function record(at: number, more: Partial<RequestRecord> = {}): RequestRecord {
  const attempt = { provider: "groq", model: "llama", keyId: "groq-1", rule: null, message: null };
  return {
    ...{ id: `req_${at}`, at, surface: "openai", model: "auto", stream: true, status: 200, outcome: "ok" },
    servedBy: { provider: "groq", model: "llama", keyId: "groq-1" },
    attempts: [{ ...attempt, outcome: "ok", status: null, durationMs: 300 }],
    ...{ inputTokens: 100, outputTokens: 20, firstContentMs: 300, durationMs: 1_000 },
    ...more,
  };
}

/** groq-1 refused it, mistral-1 answered. */
function failedOver(at: number): RequestRecord {
  const empty = { rule: null, message: null, status: null };
  return record(at, {
    servedBy: { provider: "mistral", model: "small", keyId: "mistral-1" },
    attempts: [
      {
        ...empty,
        provider: "groq",
        model: "llama",
        keyId: "groq-1",
        outcome: "rate_minute",
        durationMs: 400,
      },
      { ...empty, provider: "mistral", model: "small", keyId: "mistral-1", outcome: "ok", durationMs: 900 },
    ],
    firstContentMs: 900,
    durationMs: 1_400,
  });
}

async function newStore() {
  const database = await openSqljsDatabase();
  const errors: unknown[] = [];
  const store = openStore({ database, timers: new ManualTimers(), onError: (error) => errors.push(error) });
  const add = (one: RequestRecord) => store.journal.append({ type: "request-finished", record: one });
  const count = () => Number(database.prepare("SELECT count(*) AS n FROM rollups").get()?.n);
  return { store, add, count, errors };
}

describe("analytics", () => {
  it("tell what clients saw from what each target did", async () => {
    const { store, add, errors } = await newStore();
    add(record(NOW - MINUTE));
    add(failedOver(NOW - MINUTE));
    const view = analyticsView(store.history, "1h", NOW);
    expect(view.total).toMatchObject({ requests: 2, failed: 0, inputTokens: 200, outputTokens: 40 });
    expect(view.providers).toMatchObject([
      { name: "groq", requests: 2, failed: 1, inputTokens: 100 },
      { name: "mistral", requests: 1, failed: 0, inputTokens: 100 },
    ]);
    expect(view.models.map(({ name }) => name)).toEqual(["groq/llama", "mistral/small"]);
    expect(view.keys.map(({ name }) => name)).toEqual(["groq-1", "mistral-1"]);
    // mistral took 1.0 s to the end and 0.5 s to the first content: the time before was not its doing.
    const [, mistral] = view.keys;
    expect(Math.abs((mistral?.p50Ms ?? 0) - 1_000)).toBeLessThan(130);
    expect(Math.abs((mistral?.firstContentMs ?? 0) - 500)).toBeLessThan(65);
    expect(errors).toEqual([]);
  });

  it("a client that left is no failure, a broken answer is one", async () => {
    const { store, add } = await newStore();
    add(record(NOW, { outcome: "client_gone", status: 499 }));
    add(record(NOW, { outcome: "broken" }));
    expect(analyticsView(store.history, "1h", NOW).total).toMatchObject({ requests: 2, failed: 1 });
  });

  it.each([
    ["1h", 12, 5 * MINUTE],
    ["24h", 24, HOUR],
    ["7d", 28, 6 * HOUR],
    ["30d", 30, DAY],
    ["90d", 90, DAY],
  ] as const)(
    "%s has %i slots, and each request lies in the slot of its time",
    async (range, slots, slotMs) => {
      const { store, add } = await newStore();
      for (const age of [0, 1, slots - 1, slots + 1]) add(record(NOW - age * slotMs));
      const view = analyticsView(store.history, range, NOW);
      const counts = view.slots.map(({ requests }) => requests);
      expect(counts).toHaveLength(slots);
      expect(counts.slice(-2)).toEqual([1, 1]);
      expect(counts[0]).toBe(1);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(3);
      expect(view.slots.at(-1)?.at).toBe(NOW - (NOW % slotMs));
      expect(view.slots.map(({ tokens }) => tokens).at(-1)).toBe(120);
    },
  );

  it("sums survive several flushes", async () => {
    const { store, add } = await newStore();
    for (let index = 0; index < 450; index++) add(record(NOW));
    expect(analyticsView(store.history, "24h", NOW).total.requests).toBe(450);
    add(record(NOW));
    expect(analyticsView(store.history, "24h", NOW).total.requests).toBe(451);
  });

  it("quantiles tell the slow from the usual", async () => {
    const { store, add } = await newStore();
    for (let index = 0; index < 100; index++) {
      add(record(NOW, { durationMs: index < 90 ? 200 : 8_000 }));
    }
    const { total } = analyticsView(store.history, "1h", NOW);
    expect(Math.abs((total.p50Ms ?? 0) - 200)).toBeLessThan(26);
    expect(Math.abs((total.p95Ms ?? 0) - 8_000)).toBeLessThan(1_000);
  });

  it("what was killed before its hour was written is added up before its slots go", async () => {
    const database = await openSqljsDatabase();
    const timers = new ManualTimers();
    const killed = openStore({ database, timers });
    killed.journal.append({ type: "request-finished", record: record(NOW) });
    timers.ring();
    const store = openStore({ database, timers: new ManualTimers() });
    await store.compact(NOW + 4 * HOUR);
    for (const span of [3_600_000, 86_400_000] as const) {
      const sums = store.history.rollups(span, 0, NOW);
      expect(sums.filter(({ provider }) => provider === "").map(({ requests }) => requests)).toEqual([1]);
    }
  });

  it("old slots go, so that the table has an end", async () => {
    const { store, add, count } = await newStore();
    for (let age = 0; age < 200; age++) add(record(NOW - age * DAY));
    store.history.rollups(86_400_000, 0, 0);
    expect(count()).toBe(200 * 2 * 3);
    await store.compact(NOW);
    // Days of the last 91, hours of the last 8 days, five minutes of the last 2 hours; two rows each.
    expect(count()).toBe((91 + 8 + 1) * 2);
    expect(analyticsView(store.history, "90d", NOW).total.requests).toBe(90);
  });
});
