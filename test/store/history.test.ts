/** The requests of the past: kept in pages, read as if each had a row of its own. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Database } from "../../src/core/ports.ts";
import type { AttemptRecord, RequestRecord } from "../../src/core/route/event.ts";
import { openBunDatabase } from "../../src/core/store/driver-bun.ts";
import { openSqljsDatabase } from "../../src/core/store/driver-sqljs.ts";
import type { Wanted } from "../../src/core/store/history.ts";
import { MIGRATIONS, migrate } from "../../src/core/store/migrations.ts";
import { openStore } from "../../src/core/store/store.ts";
import { ManualTimers } from "./ports.ts";
import { random, records } from "./records.ts";
import { temporaryDirectory } from "./temporary.ts";

const NOW = Date.UTC(2026, 10, 24, 12);
const ANY: Wanted = { failed: false, model: null, provider: null };

async function newStore(opened?: Database) {
  const database = opened ?? (await openSqljsDatabase());
  const errors: unknown[] = [];
  /** The texts of pages that were read. */
  const read: string[] = [];
  const watched: Database = {
    execute: (sql) => database.execute(sql),
    serialize: () => database.serialize(),
    close: () => database.close(),
    transaction: (work) => database.transaction(work),
    prepare(sql) {
      const statement = database.prepare(sql);
      return {
        run: (...values) => statement.run(...values),
        all: (...values) => statement.all(...values),
        get(...values) {
          const row = statement.get(...values);
          if (typeof row?.records === "string") read.push(row.records);
          return row;
        },
      };
    },
  };
  const manual = new ManualTimers();
  const store = openStore({ database: watched, timers: manual, onError: (error) => errors.push(error) });
  const add = (record: RequestRecord) => store.journal.append({ type: "request-finished", record });
  const pages = () => Number(database.prepare("SELECT count(*) AS n FROM request_pages").get()?.n);
  return { store, database, manual, errors, read, add, pages };
}

/** What the history promises, said simply. */
function latestFirst(all: readonly RequestRecord[]): RequestRecord[] {
  return all
    .map((record, sequence) => ({ record, sequence }))
    .sort((one, other) => other.record.at - one.record.at || other.sequence - one.sequence)
    .map(({ record }) => record);
}

function fitting(all: readonly RequestRecord[], { failed, model, provider }: Wanted): RequestRecord[] {
  return latestFirst(all).filter(
    (record) =>
      (!failed || ["failed", "broken"].includes(record.outcome)) &&
      (provider === null || record.attempts.some((attempt) => attempt.provider === provider)) &&
      (model === null ||
        record.model === model ||
        record.attempts.some((one) => [one.model, `${one.provider}/${one.model}`].includes(model))),
  );
}

describe("the history", () => {
  it.each([1, 2, 3, 4])("gives the latest to arrive first, however late they ended (%i)", async (seed) => {
    const { store, add, manual, errors, pages } = await newStore();
    const dice = random(seed);
    // Streams of minutes end among requests that came long after them; many come in the same millisecond.
    const all = records(seed, 4_000, NOW, 600_000);
    for (const record of all) {
      add(record);
      if (dice() < 0.01) manual.ring();
    }
    expect(store.history.recent(1)).toEqual(latestFirst(all).slice(0, 1));
    expect(pages()).toBeGreaterThan(20);
    for (const limit of [0, 7, 50, 333, 5_000]) {
      expect(store.history.recent(limit)).toEqual(latestFirst(all).slice(0, limit));
    }
    for (const wanted of [
      { ...ANY, failed: true },
      { ...ANY, model: "auto" },
      { ...ANY, model: "groq/openai/gpt-oss-120b" },
      { ...ANY, model: "openai/gpt-oss-120b" },
      { ...ANY, model: "nothing" },
      { ...ANY, provider: "mistral" },
      { failed: true, model: 'an "odd" one', provider: null },
      { failed: true, model: "auto", provider: "cerebras" },
    ]) {
      const expected = fitting(all, wanted);
      expect(store.history.find(wanted, 10)).toEqual(expected.slice(0, 10));
      expect(store.history.find(wanted, 9_999)).toEqual(expected);
    }
    expect(errors).toEqual([]);
  });

  it("reads no more pages than it must", async () => {
    const { store, add, read, pages } = await newStore();
    const all = records(5, 6_000, NOW, 0);
    for (const record of all) add(record);
    expect(store.history.recent(20)).toHaveLength(20);
    expect(pages()).toBe(12);
    // The page before might hold one that came as late.
    expect(read.length).toBeLessThanOrEqual(2);
  });

  it("looks for the failed and others among the latest 50,000", async () => {
    const { store, add } = await newStore();
    const [plain] = records(6, 1, NOW, 0);
    if (plain === undefined) throw new Error("no record");
    for (let index = 0; index < 50_001; index++) {
      add({ ...plain, id: `r${index}`, at: NOW + index, model: index < 2 ? "old" : "new" });
    }
    expect(store.history.find({ ...ANY, model: "old" }, 5).map(({ id }) => id)).toEqual(["r1"]);
  });

  it("goes on with a page that is not full, within a run", async () => {
    const { store, database, add, manual, pages } = await newStore();
    const all = records(7, 70, NOW, 0);
    for (const record of all.slice(0, 66)) {
      add(record);
      manual.ring();
    }
    expect(pages()).toBe(2);
    const again = await newStore(database);
    for (const record of all.slice(66)) again.add(record);
    again.manual.ring();
    expect(again.pages()).toBe(3);
    expect(again.store.history.recent(100)).toEqual(latestFirst(all));
    expect(store.history.recent(3)).toEqual(latestFirst(all).slice(0, 3));
  });

  it("keeps what was written before when a later write fails", async () => {
    const { store, database, add, manual, errors } = await newStore();
    const all = records(8, 30, NOW, 0);
    for (const record of all.slice(0, 10)) add(record);
    manual.ring();
    database.execute("ALTER TABLE totals RENAME TO elsewhere");
    for (const record of all.slice(10, 20)) add(record);
    manual.ring();
    expect(errors).toHaveLength(1);
    database.execute("ALTER TABLE elsewhere RENAME TO totals");
    for (const record of all.slice(20)) add(record);
    manual.ring();
    expect(errors).toHaveLength(1);
    expect(store.history.recent(100)).toEqual(latestFirst([...all.slice(0, 10), ...all.slice(20)]));
    const whole = store.history.rollups(86_400_000, 0, NOW * 2).filter(({ provider }) => provider === "");
    expect(whole.reduce((sum, { requests }) => sum + requests, 0)).toBe(20);
  });

  it("keeps nothing of a request but what it writes", async () => {
    const { store, add } = await newStore();
    const kept: WeakRef<RequestRecord>[] = [];
    const fill = (): void => {
      for (const record of records(9, 200, NOW, 0)) {
        add(record);
        kept.push(new WeakRef(record));
      }
    };
    fill();
    // A reference that was made in this turn, and what lies about on the stack, may outlive a turn or two.
    for (let turn = 0; turn < 50 && alive(kept) > 20; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      Bun.gc(true);
    }
    expect(alive(kept)).toBeLessThanOrEqual(20);
    expect(store.history.recent(500)).toHaveLength(200);
  });
});

function alive(references: readonly WeakRef<object>[]): number {
  return references.filter((reference) => reference.deref() !== undefined).length;
}

describe("a request by its id", () => {
  it("is found, the last one of two; one that nobody knows is not, and few pages are read", async () => {
    const { store, database, add, manual, read, errors } = await newStore();
    const all: RequestRecord[] = [];
    // Several runs, each with ids of its own.
    for (const run of ["c0ffee", "0badcafe", "5eed"]) {
      for (const [index, record] of records(10, 5_000, NOW, 60_000).entries()) {
        all.push({ ...record, id: `req_${run}${index.toString(16).padStart(8, "0")}` });
      }
      for (const record of all.slice(-5_000)) add(record);
      manual.ring();
    }
    const [first] = all;
    const known = all[7_777];
    if (first === undefined || known === undefined) throw new Error("no record");
    expect(store.history.byId(known.id)).toEqual(known);
    expect(read.length).toBeLessThanOrEqual(2);
    const twice = { ...first, model: "twice" };
    add(twice);
    expect(store.history.byId(first.id)).toEqual(twice);
    read.length = 0;
    for (const id of ["req_c0ffee99999999", "req_ffff00000000", "", "a", 'req_"', "zzz"]) {
      expect(store.history.byId(id)).toBeNull();
    }
    expect(read.length).toBeLessThanOrEqual(3);
    const plan = database
      .prepare(`
        EXPLAIN QUERY PLAN
        SELECT number FROM request_pages INDEXED BY request_pages_by_id WHERE first_id <= ? AND last_id >= ?`)
      .all("a", "a");
    expect(plan.map(({ detail }) => detail).join()).toMatch(/COVERING INDEX request_pages_by_id \(first_id</);
    expect(errors).toEqual([]);
  });
});

const drivers: Record<string, () => Promise<Database>> = {
  "bun:sqlite": async () => openBunDatabase(join(temporaryDirectory(), "test.db")),
  "sql.js": () => openSqljsDatabase(),
};

/** As the program before pages kept a request. */
function insertOld(database: Database, record: RequestRecord): void {
  const packed = record.attempts.map((attempt: AttemptRecord) => {
    const { provider, model, keyId, outcome, status, rule, message, durationMs } = attempt;
    return [provider, model, keyId, outcome, status, rule, message, durationMs];
  });
  database
    .prepare(`
      INSERT INTO requests (id, at, surface, model, stream, status, outcome, served_provider, served_model,
        served_key, attempts, input_tokens, output_tokens, first_content_ms, duration_ms)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
    .run(
      ...[record.id, record.at, record.surface, record.model, record.stream ? 1 : 0, record.status],
      record.outcome,
      ...[record.servedBy?.provider ?? null, record.servedBy?.model ?? null, record.servedBy?.keyId ?? null],
      ...[JSON.stringify(packed), record.inputTokens, record.outputTokens],
      ...[record.firstContentMs, record.durationMs],
    );
}

describe.each(Object.entries(drivers))("the history of an older program, by %s", (_, open) => {
  it("moves into pages: the same requests, in the same order", async () => {
    const database = await open();
    migrate(database, MIGRATIONS.slice(0, 7));
    const all = records(11, 1_234, NOW, 600_000);
    database.transaction(() => {
      for (const record of all) insertOld(database, record);
    });
    // The oldest were pruned, and some between.
    database.execute("DELETE FROM requests WHERE sequence <= 450 OR sequence BETWEEN 700 AND 1100");
    const left = all.filter((_, index) => index >= 450 && !(index >= 699 && index < 1_100));
    const { store, pages, errors, add } = await newStore(database);
    expect(pages()).toBe(3);
    expect(store.history.recent(5_000)).toEqual(latestFirst(left));
    for (const wanted of [
      { ...ANY, failed: true },
      { ...ANY, model: 'an "odd" one' },
    ]) {
      expect(store.history.find(wanted, 2_000)).toEqual(fitting(left, wanted));
    }
    for (const record of left.slice(0, 30)) expect(store.history.byId(record.id)).toEqual(record);
    expect(store.history.byId(all[3]?.id ?? "")).toBeNull();
    const further = records(12, 5, NOW, 0);
    for (const record of further) add(record);
    expect(store.history.recent(5_000)).toEqual(latestFirst([...left, ...further]));
    expect(database.prepare("SELECT name FROM sqlite_schema WHERE name = 'requests'").get()).toBeUndefined();
    expect(errors).toEqual([]);
    database.close();
  });

  it("is nothing where there was none", async () => {
    const database = await open();
    migrate(database, MIGRATIONS.slice(0, 7));
    const { store, pages } = await newStore(database);
    expect([pages(), store.history.recent(5)]).toEqual([0, []]);
    database.close();
  });
});
