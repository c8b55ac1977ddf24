import { describe, expect, it } from "vitest";
import type { RouterEvent } from "../../src/core/route/event.ts";
import { compactionSteps } from "../../src/core/store/compaction.ts";
import { openSqljsDatabase } from "../../src/core/store/driver-sqljs.ts";
import { openStore } from "../../src/core/store/store.ts";
import { ManualTimers } from "./ports.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Not at the start of a slot. */
const NOW = Date.UTC(2026, 10, 24, 12, 7);

type Restored = Extract<RouterEvent, { type: "usage-restored" }>;

async function newStore() {
  const database = await openSqljsDatabase();
  const store = openStore({ database, timers: new ManualTimers() });
  let nextId = store.nextCallId;

  /** One call: 1 request when it left, 10 + 5 tokens when it was settled; `settledAt` null leaves it open. */
  function call(
    at: number,
    settledAt: number | null = at + SECOND,
    keyId = "groq-1",
    model = "groq/a",
  ): number {
    const callId = nextId++;
    store.journal.append({
      type: "call-reserved",
      callId,
      keyId,
      model,
      at,
      tokens: 90,
      inputTokens: 70,
      estimate: 70,
    });
    if (settledAt !== null) {
      const tokens = { inputTokens: 10, outputTokens: 5, counted: true };
      store.journal.append({ type: "call-settled", callId, at: settledAt, requests: 1, ...tokens });
    }
    return callId;
  }

  const count = (sql: string) => Number(database.prepare(sql).get()?.n);
  const restored = (now: number) =>
    store.restore(now).filter((event): event is Restored => event.type === "usage-restored");
  return { store, database, call, count, restored };
}

function sum(events: Restored[]) {
  const total = { requests: 0, inputTokens: 0, outputTokens: 0 };
  for (const event of events) {
    total.requests += event.requests;
    total.inputTokens += event.inputTokens;
    total.outputTokens += event.outputTokens;
  }
  return total;
}

const CALLS = "SELECT count(*) AS n FROM calls";
const SLOTS = "SELECT count(*) AS n FROM usage_slots";

describe("compaction", () => {
  it("folds settled calls older than two minutes and keeps every sum", async () => {
    const { store, call, count, restored } = await newStore();
    for (let index = 0; index < 3_000; index++) {
      call(NOW - 30 * MINUTE + index * 500, NOW - 30 * MINUTE + index * 700, `groq-${index % 3}`);
    }
    const open = call(NOW - 20 * MINUTE, null);
    const recent = call(NOW - MINUTE);
    await store.journal.committed();
    await store.compact(NOW);
    const kept = count(CALLS);
    expect(kept).toBeLessThan(700);
    expect(count(`SELECT count(*) AS n FROM calls WHERE id IN (${open}, ${recent})`)).toBe(2);
    expect(count(SLOTS)).toBeLessThan(20);
    // The open call counts with what it reserved.
    expect(sum(restored(NOW))).toEqual({
      requests: 3_002,
      inputTokens: 3_001 * 10 + 70,
      outputTokens: 3_001 * 5 + 20,
    });
    await store.compact(NOW + DAY);
    expect(count(CALLS)).toBe(0);
    expect(sum(restored(NOW + DAY)).requests).toBe(3_002);
  });

  it("dates requests when they left and tokens when they were settled, never across a quarter of an hour", async () => {
    const { store, call, restored } = await newStore();
    const left = Date.UTC(2026, 10, 24, 11, 59, 50);
    const settled = Date.UTC(2026, 10, 24, 12, 0, 20);
    call(left, settled);
    await store.journal.committed();
    for (const compacted of [false, true]) {
      if (compacted) await store.compact(NOW);
      expect(restored(NOW)).toMatchObject([
        { to: left, requests: 1, inputTokens: 0, outputTokens: 0 },
        { to: settled, requests: 0, inputTokens: 10, outputTokens: 5 },
      ]);
    }
  });

  it("works in small steps", async () => {
    const { store, database, call, count } = await newStore();
    for (let second = 0; second < 1_000; second++) call(NOW - HOUR + second * 1_000);
    await store.journal.committed();
    const left: number[] = [];
    for (const _ of compactionSteps(database, NOW)) left.push(count(CALLS));
    expect(left).toEqual([750, 500, 250, 0]);
  });

  it("turns slots into quarters of a day when a day is past, and drops them after 32 days", async () => {
    const { store, call, count, restored } = await newStore();
    for (let at = NOW - 3 * DAY; at < NOW - HOUR; at += 5 * MINUTE) call(at);
    await store.journal.committed();
    await store.compact(NOW);
    // The oldest call is of 12:07 three days ago; the last quarter that is past for 26 hours ended yesterday at 6:00.
    expect(count("SELECT count(*) AS n FROM usage_slots WHERE span = 21600000")).toBe(7);
    const fine = count("SELECT count(*) AS n FROM usage_slots WHERE span = 900000");
    expect(fine).toBeLessThanOrEqual((26 + 6) * 4);
    expect(sum(restored(NOW)).requests).toBe((71 * HOUR) / (5 * MINUTE));
    await store.compact(NOW + 31 * DAY);
    const lastDay = sum(restored(NOW + 31 * DAY)).requests;
    expect(lastDay).toBeGreaterThanOrEqual(17 * 12);
    expect(lastDay).toBeLessThanOrEqual(23 * 12);
    await store.compact(NOW + 34 * DAY);
    expect(count(SLOTS)).toBe(0);
  });

  it("prunes the history after 90 days, page by page", async () => {
    const { store, count } = await newStore();
    const record = {
      surface: "openai-chat",
      model: "auto",
      stream: false,
      status: 200,
      outcome: "ok" as const,
      servedBy: null,
      attempts: [],
      inputTokens: 1,
      outputTokens: 1,
      firstContentMs: null,
      durationMs: 1,
    };
    for (let index = 0; index < 12_000; index++) {
      const at = index < 10_000 ? NOW - 91 * DAY : NOW - (12_000 - index);
      store.journal.append({ type: "request-finished", record: { ...record, id: `r${index}`, at } });
    }
    expect(store.history.recent(20_000)).toHaveLength(12_000);
    expect(count("SELECT count(*) AS n FROM request_pages")).toBe(24);
    await store.compact(NOW);
    expect(count("SELECT count(*) AS n FROM request_pages")).toBe(4);
    expect(store.history.recent(20_000)).toHaveLength(2_000);
    expect(store.history.byId("r9999")).toBeNull();
    expect(store.totals().requests).toBe(12_000);
  });

  it("survives a clock that was set back: nothing piles up, nothing is dated into the future", async () => {
    const { store, call, count, restored } = await newStore();
    call(NOW + DAY);
    call(NOW - HOUR);
    await store.journal.committed();
    await store.compact(NOW);
    expect(count(CALLS)).toBe(0);
    const events = restored(NOW);
    expect(sum(events).requests).toBe(2);
    expect(Math.max(...events.map((event) => event.to))).toBe(NOW);
  });
});

describe("a restart", () => {
  it("goes on counting calls from where it was, also when the ledger is empty", async () => {
    const { store, database, call } = await newStore();
    for (let index = 0; index < 5; index++) call(NOW - HOUR);
    await store.journal.committed();
    expect(openStore({ database, timers: new ManualTimers() }).nextCallId).toBe(6);
    await store.compact(NOW);
    expect(openStore({ database, timers: new ManualTimers() }).nextCallId).toBe(6);
  });

  it("counts what was open as used, as late as the call can have lasted", async () => {
    const { store, call, restored } = await newStore();
    call(NOW - 3 * MINUTE, null);
    await store.journal.committed();
    const events = restored(NOW);
    expect(events).toMatchObject([
      { to: NOW - 3 * MINUTE, requests: 1, inputTokens: 0, outputTokens: 0 },
      { to: NOW, requests: 0, inputTokens: 70, outputTokens: 20 },
    ]);
    expect(restored(NOW + HOUR)).toEqual(events);
  });
});
