import { describe, expect, it } from "vitest";
import type { Database } from "../../src/core/ports.ts";
import type { RequestRecord, RouterEvent } from "../../src/core/route/event.ts";
import { openSqljsDatabase } from "../../src/core/store/driver-sqljs.ts";
import { readPage } from "../../src/core/store/history-page.ts";
import { readText } from "../../src/core/store/row.ts";
import { openStore } from "../../src/core/store/store.ts";
import { ManualTimers } from "./ports.ts";

const NOW = Date.UTC(2026, 10, 24, 12);

function reserved(callId: number): RouterEvent {
  const target = { keyId: "groq-1", model: "groq/llama" };
  return { type: "call-reserved", callId, ...target, at: NOW, tokens: 100, inputTokens: 60, estimate: 60 };
}

function settled(callId: number): RouterEvent {
  return {
    type: "call-settled",
    callId,
    at: NOW + 900,
    requests: 1,
    inputTokens: 40,
    outputTokens: 2,
    counted: true,
  };
}

function finished(id: number, more: Partial<RequestRecord> = {}): RouterEvent {
  return {
    type: "request-finished",
    record: {
      id: `r${id}`,
      at: NOW + id,
      surface: "openai-chat",
      model: "auto",
      stream: true,
      status: 200,
      outcome: "ok",
      servedBy: { provider: "groq", model: "llama", keyId: "groq-1" },
      attempts: [
        {
          provider: "groq",
          model: "llama",
          keyId: "groq-1",
          outcome: "ok",
          status: 200,
          rule: null,
          message: null,
          durationMs: 12.5,
        },
      ],
      inputTokens: 40,
      outputTokens: 2,
      firstContentMs: 80.25,
      durationMs: 900.5,
      ...more,
    },
  };
}

/** Counts transactions, and fails those it is told to. */
function watched(database: Database) {
  const watch = { transactions: 0, failNext: false };
  const wrapped: Database = {
    execute: (sql) => database.execute(sql),
    prepare: (sql) => database.prepare(sql),
    serialize: () => database.serialize(),
    close: () => database.close(),
    transaction(work) {
      watch.transactions++;
      return database.transaction(() => {
        const result = work();
        if (!watch.failNext) return result;
        watch.failNext = false;
        throw new Error("disk full");
      });
    },
  };
  return { watch, database: wrapped };
}

async function newStore() {
  const { watch, database } = watched(await openSqljsDatabase());
  const manual = new ManualTimers();
  const errors: unknown[] = [];
  const store = openStore({ database, timers: manual, onError: (error) => errors.push(error) });
  watch.transactions = 0;
  const calls = () => database.prepare("SELECT id, settled_at FROM calls ORDER BY id").all();
  return { store, database, watch, manual, errors, calls };
}

describe("the journal", () => {
  it("writes what one turn of the event loop appends in one transaction", async () => {
    const { store, watch, calls } = await newStore();
    const waits = Array.from({ length: 10 }, (_, index) => {
      store.journal.append(reserved(index + 1));
      return store.journal.committed();
    });
    expect(calls()).toEqual([]);
    await Promise.all(waits);
    expect(calls()).toHaveLength(10);
    expect(watch.transactions).toBe(1);
  });

  it("lets settlements wait for the next reservation, or for their timer", async () => {
    const { store, watch, manual, calls } = await newStore();
    store.journal.append(reserved(1));
    await store.journal.committed();
    store.journal.append(settled(1));
    expect(manual.count).toBe(1);
    store.journal.append(reserved(2));
    await store.journal.committed();
    expect(watch.transactions).toBe(2);
    expect(calls()).toEqual([
      { id: 1, settled_at: NOW + 900 },
      { id: 2, settled_at: null },
    ]);
    expect(manual.count).toBe(0);
    store.journal.append(settled(2));
    manual.ring();
    expect(calls()[1]).toEqual({ id: 2, settled_at: NOW + 900 });
  });

  it("makes one row of the calls of one target and second, and a restart counts every one of them", async () => {
    const { store, database, calls } = await newStore();
    const target = { keyId: "groq-2", model: "groq/llama" };
    for (let callId = 1; callId <= 64; callId++) store.journal.append(reserved(callId));
    store.journal.append({ ...reserved(65), ...target } as RouterEvent);
    store.journal.append({ ...reserved(66), at: NOW + 1_000 } as RouterEvent);
    for (let callId = 66; callId >= 1; callId--) {
      // One of them took longer, one is still open.
      if (callId === 10) store.journal.append({ ...settled(10), at: NOW + 1_900 } as RouterEvent);
      else if (callId !== 20) store.journal.append(settled(callId));
    }
    await store.journal.committed();
    expect(calls()).toEqual([
      { id: 10, settled_at: NOW + 1_900 },
      { id: 20, settled_at: null },
      { id: 64, settled_at: NOW + 900 },
      { id: 65, settled_at: NOW + 900 },
      { id: 66, settled_at: NOW + 900 },
    ]);
    const next = openStore({ database, timers: new ManualTimers() });
    expect(next.nextCallId).toBe(67);
    const used = next.restore(NOW + 2_000).filter((event) => event.type === "usage-restored");
    const of = (keyId: string) => used.filter((event) => event.keyId === keyId);
    const sum = (keyId: string, what: "requests" | "inputTokens" | "outputTokens") =>
      of(keyId).reduce((total, event) => total + event[what], 0);
    // The open one counts with what it had reserved.
    expect(
      ["requests", "inputTokens", "outputTokens"].map((what) => sum("groq-1", what as "requests")),
    ).toEqual([65, 64 * 40 + 60, 64 * 2 + 40]);
    expect(sum("groq-2", "requests")).toBe(1);
    expect(
      of("groq-1")
        .filter((event) => event.requests > 0)
        .map((event) => [event.from, event.requests]),
    ).toEqual([
      [NOW, 64],
      [NOW + 1_000, 1],
    ]);
  });

  it("writes a settlement at once for whoever waits for it", async () => {
    const { store, calls } = await newStore();
    store.journal.append(reserved(1));
    store.journal.append(settled(1));
    await store.journal.committed();
    expect(calls()).toEqual([{ id: 1, settled_at: NOW + 900 }]);
    await store.journal.committed();
  });

  it("rejects those who wait when a group cannot be written, and serves on", async () => {
    const { store, watch, errors, calls } = await newStore();
    watch.failNext = true;
    store.journal.append(reserved(1));
    await expect(store.journal.committed()).rejects.toThrow("disk full");
    expect(errors).toHaveLength(1);
    store.journal.append(reserved(2));
    await store.journal.committed();
    expect(calls()).toEqual([{ id: 2, settled_at: null }]);
  });

  it("remembers the states of keys that exist, and rests that outlast a restart", async () => {
    const { store } = await newStore();
    const key = { label: null, account: null, baseUrl: null, last4: null, fingerprint: null, createdAt: 0 };
    store.keys.insert({ provider: "groq", ...key }, () => null);
    for (const keyId of ["groq-1", "gone-1"]) {
      store.journal.append({ type: "key-state-changed", keyId, state: "invalid", detail: "401", at: NOW });
    }
    const rest = { type: "rest-set", kind: "quota_day", at: NOW } as const;
    store.journal.append({ ...rest, scope: "key:groq-1", until: NOW + 120_000 });
    store.journal.append({ ...rest, scope: "account:groq/x", until: NOW + 120_001 });
    const guess = { ...rest, scope: "model:groq/m", until: NOW + 120_001, guessed: true } as const;
    store.journal.append(guess);
    store.journal.append({ ...rest, scope: "provider:groq", until: NOW + 500_000 });
    store.journal.append({ type: "rest-cleared", scope: "provider:groq" });
    await store.journal.committed();
    expect(store.keys.list()).toMatchObject([{ id: "groq-1", state: "invalid", stateDetail: "401" }]);
    expect(store.restore(NOW)).toEqual([{ ...rest, scope: "account:groq/x", until: NOW + 120_001 }, guess]);
    expect(store.restore(NOW + 120_001)).toEqual([]);
  });
});

describe("the history", () => {
  it("is written behind: by timer, by number of rows, by reading, and by closing", async () => {
    const { store, database, manual } = await newStore();
    const count = () => {
      const pages = database.prepare("SELECT records FROM request_pages").all();
      return pages.flatMap((row) => readPage(readText(row, "records"))).length;
    };
    store.journal.append(finished(1));
    expect(count()).toBe(0);
    manual.ring();
    expect(count()).toBe(1);
    for (let id = 2; id <= 501; id++) store.journal.append(finished(id));
    expect(count()).toBe(501);
    for (let id = 502; id <= 1_001; id++) {
      store.journal.append(finished(id));
      if (id % 100 === 1) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(count()).toBe(1_001);
    store.journal.append(finished(1_002));
    expect(store.history.recent(1)).toHaveLength(1);
    expect(count()).toBe(1_002);
  });

  it("gives back records as they were, latest first", async () => {
    const { store } = await newStore();
    const lost = finished(2, { servedBy: null, outcome: "failed", status: 502, firstContentMs: null });
    store.journal.append(lost);
    store.journal.append(finished(1));
    expect(store.history.recent(5)).toEqual(
      [lost, finished(1)].map((event) => event.type === "request-finished" && event.record),
    );
  });

  it("keeps totals across restarts, without counting rows", async () => {
    const { store, database } = await newStore();
    const attempts = [1, 2, 3].map(() => ({
      provider: "groq",
      model: "llama",
      keyId: "groq-1",
      outcome: "timeout" as const,
      status: null,
      rule: "generic/timeout",
      message: "no answer",
      durationMs: 1,
    }));
    store.journal.append(finished(1));
    store.journal.append(finished(2, { outcome: "broken", attempts }));
    store.journal.append(finished(3, { outcome: "client_gone", attempts: [] }));
    const totals = { requests: 3, failed: 1, failovers: 2, inputTokens: 120, outputTokens: 6 };
    expect(store.totals()).toEqual(totals);
    store.history.recent(1);
    const reopened = openStore({
      database: await openSqljsDatabase(database.serialize()),
      timers: new ManualTimers(),
    });
    expect(reopened.totals()).toEqual(totals);
  });
});
