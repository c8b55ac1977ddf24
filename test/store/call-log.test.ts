import { appendFileSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { RouterEvent } from "../../src/core/route/event.ts";
import { openCallLog } from "../../src/core/store/call-log.ts";
import { openSqljsDatabase } from "../../src/core/store/driver-sqljs.ts";
import { openStore } from "../../src/core/store/store.ts";
import { ManualTimers } from "./ports.ts";
import { temporaryDirectory } from "./temporary.ts";

const NOW = Date.UTC(2026, 10, 24, 12);
const target = { keyId: "groq-1", model: "groq/llama 3" };
const reserved = (callId: number): RouterEvent & { type: "call-reserved" } => ({
  ...{ type: "call-reserved", callId, ...target, at: NOW, tokens: 100, inputTokens: 60, estimate: 60 },
});
const settled = (callId: number): RouterEvent => ({
  ...{ type: "call-settled", callId, at: NOW + 900, requests: 1, inputTokens: 40, outputTokens: 2 },
  counted: true,
});

async function setup() {
  const path = join(temporaryDirectory(), "calls.log");
  const database = await openSqljsDatabase();
  const timers = new ManualTimers();
  const open = () => openStore({ database, timers, log: openCallLog(path) });
  return { path, database, timers, open };
}

const lines = (path: string) => readFileSync(path, "utf8").split("\n").filter(Boolean).length;

describe("the log of calls", () => {
  it("has a call before it leaves; the database gets it later, with its end", async () => {
    const { path, database, timers, open } = await setup();
    const store = open();
    store.journal.append(reserved(1));
    await store.journal.committed();
    expect(lines(path)).toBe(1);
    expect(database.prepare("SELECT * FROM calls").all()).toEqual([]);
    store.journal.append(settled(1));
    timers.ring();
    expect(lines(path)).toBe(0);
    expect(database.prepare("SELECT settled_at, input_tokens FROM calls").all()).toEqual([
      { settled_at: NOW + 900, input_tokens: 40 },
    ]);
  });

  it("writes the calls of one turn at once, and is private", async () => {
    const { path, open } = await setup();
    const store = open();
    for (let callId = 1; callId <= 5; callId++) store.journal.append(reserved(callId));
    await Promise.all([store.journal.committed(), store.journal.committed()]);
    expect(lines(path)).toBe(5);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("gives what a killed process had reserved to the next one, and counts it as used", async () => {
    const { path, database, open } = await setup();
    const killed = open();
    killed.journal.append(reserved(7));
    await killed.journal.committed();
    appendFileSync(path, '[8,"groq-1","groq/ll');
    const store = open();
    expect(lines(path)).toBe(0);
    expect(store.nextCallId).toBe(8);
    expect(database.prepare("SELECT id, settled_at FROM calls").all()).toEqual([{ id: 7, settled_at: null }]);
    const usage = store.restore(NOW + 1).filter((event) => event.type === "usage-restored");
    expect(usage.map((event) => event.requests)).toEqual([1, 0]);
    expect(usage.map((event) => event.inputTokens)).toEqual([0, 60]);
  });

  it("does not count twice what the database has already", async () => {
    const { path, database, timers, open } = await setup();
    const store = open();
    store.journal.append(reserved(1));
    await store.journal.committed();
    const before = readFileSync(path);
    store.journal.append(settled(1));
    timers.ring();
    writeFileSync(path, before);
    open();
    expect(database.prepare("SELECT id, settled_at FROM calls").all()).toEqual([
      { id: 1, settled_at: NOW + 900 },
    ]);
  });

  it("does not count twice either where many calls have become one row", async () => {
    const { path, database, timers, open } = await setup();
    const store = open();
    for (let callId = 1; callId <= 5; callId++) store.journal.append(reserved(callId));
    await store.journal.committed();
    const before = readFileSync(path);
    for (let callId = 1; callId <= 5; callId++) store.journal.append(settled(callId));
    timers.ring();
    writeFileSync(path, before);
    const next = open();
    expect(next.nextCallId).toBe(6);
    expect(database.prepare("SELECT count(*) AS n, sum(requests) AS requests FROM calls").get()).toEqual({
      n: 1,
      requests: 5,
    });
  });

  it("takes no harm from lines that say nothing", async () => {
    const { path, database, open } = await setup();
    writeFileSync(path, 'rubbish\n[1,2]\n{"a":1}\n[1,"k","m",null,2,3]\n\n');
    open();
    expect(database.prepare("SELECT * FROM calls").all()).toEqual([]);
    expect(lines(path)).toBe(0);
  });

  it("tells those who wait when it cannot be written", async () => {
    const database = await openSqljsDatabase();
    const errors: unknown[] = [];
    const full = () => {
      throw new Error("the disk is full");
    };
    const log = { read: () => [], append: full, clear() {}, close() {} };
    const store = openStore({
      database,
      timers: new ManualTimers(),
      log,
      onError: (error) => errors.push(error),
    });
    store.journal.append(reserved(1));
    await expect(store.journal.committed()).rejects.toThrow("the disk is full");
    expect(errors).toHaveLength(1);
  });
});
