/** Sums are kept between writes: whatever happens in between, they are what adding up all records anew gives. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { RequestRecord } from "../../src/core/route/event.ts";
import { openBunDatabase } from "../../src/core/store/driver-bun.ts";
import { openSqljsDatabase } from "../../src/core/store/driver-sqljs.ts";
import type { Rollup, RollupSpan } from "../../src/core/store/rollup-slots.ts";
import { openStore, type Store } from "../../src/core/store/store.ts";
import { ManualTimers } from "./ports.ts";
import { random, records } from "./records.ts";
import { temporaryDirectory } from "./temporary.ts";

const SPANS: readonly RollupSpan[] = [300_000, 3_600_000, 86_400_000];
/** Shortly before midnight, so that slots of every span change on the way. */
const NOW = Date.UTC(2026, 10, 24, 23, 40);

/** Bins of durations, as the store numbers them. */
function binOf(milliseconds: number): number {
  if (milliseconds <= 10) return 0;
  return Math.min(60, Math.ceil(Math.log(milliseconds / 10) / Math.log(1.25)));
}

type Simple = [requests: number, failed: number, input: number, output: number, string, string];

function expectedSums(all: readonly RequestRecord[], span: number): Map<string, Simple> {
  const sums = new Map<
    string,
    { counts: number[]; whole: Map<number, number>; first: Map<number, number> }
  >();
  const add = (
    name: string,
    counts: readonly number[],
    times: readonly [whole: number, first: number | null] | null,
  ): void => {
    const sum = sums.get(name) ?? { counts: [0, 0, 0, 0], whole: new Map(), first: new Map() };
    sums.set(name, sum);
    sum.counts = sum.counts.map((count, index) => count + (counts[index] ?? 0));
    const count = (bins: Map<number, number>, ms: number) =>
      bins.set(binOf(ms), (bins.get(binOf(ms)) ?? 0) + 1);
    if (times === null) return;
    count(sum.whole, times[0]);
    if (times[1] !== null) count(sum.first, times[1]);
  };
  for (const { at, outcome, attempts, servedBy, ...record } of all) {
    const start = Math.floor(at / span) * span;
    const used = [record.inputTokens, record.outputTokens];
    const isOk = outcome === "ok";
    const failed = ["failed", "broken"].includes(outcome) ? 1 : 0;
    add(`${start}///`, [1, failed, ...used], isOk ? [record.durationMs, record.firstContentMs] : null);
    let before = 0;
    for (const [index, { provider, model, keyId, outcome: ended, durationMs }] of attempts.entries()) {
      const served = servedBy !== null && index === attempts.length - 1;
      const own = (ms: number) => Math.max(0, ms - before);
      const first = record.firstContentMs === null ? null : own(record.firstContentMs);
      add(
        `${start}/${provider}/${model}/${keyId}`,
        [1, ["ok", "aborted"].includes(ended) ? 0 : 1, ...(served ? used : [0, 0])],
        served && isOk ? [own(record.durationMs), first] : null,
      );
      before += durationMs;
    }
  }
  const text = (bins: Map<number, number>) => JSON.stringify([...bins].sort(([one], [other]) => one - other));
  return new Map(
    [...sums].map(([name, { counts, whole, first }]) => {
      const [requests = 0, failed = 0, input = 0, output = 0] = counts;
      return [name, [requests, failed, input, output, text(whole), text(first)]];
    }),
  );
}

function simple(rollups: readonly Rollup[]): Map<string, Simple> {
  const text = (bins: Map<number, number>) => JSON.stringify([...bins].sort(([one], [other]) => one - other));
  return new Map(
    rollups.map((one) => [
      `${one.start}/${one.provider}/${one.model}/${one.keyId}`,
      [
        ...([one.requests, one.failed, one.inputTokens, one.outputTokens] as const),
        ...([text(one.durations), text(one.firstContents)] as const),
      ],
    ]),
  );
}

const drivers = {
  "bun:sqlite": async () => {
    const path = join(temporaryDirectory(), "test.db");
    return () => openBunDatabase(path);
  },
  "sql.js": async () => {
    const database = await openSqljsDatabase();
    return () => ({ ...bound(database), close() {} });
  },
};

function bound(database: Awaited<ReturnType<typeof openSqljsDatabase>>) {
  return {
    execute: (sql: string) => database.execute(sql),
    prepare: (sql: string) => database.prepare(sql),
    serialize: () => database.serialize(),
    transaction: <T>(work: () => T) => database.transaction(work),
  };
}

describe.each(Object.entries(drivers))("sums by slot, %s", (name, prepare) => {
  it.each([1, 2, 3, 4])("are those of all records, through flushes and restarts (%i)", async (seed) => {
    const open = await prepare();
    const dice = random(seed);
    const all = records(seed, 3_000, NOW, seed === 4 ? 9_000_000 : 900_000);
    const errors: unknown[] = [];
    let manual = new ManualTimers();
    const start = (): Store => {
      manual = new ManualTimers();
      return openStore({ database: open(), timers: manual, onError: (error) => errors.push(error) });
    };
    let store = start();
    for (const record of all) {
      store.journal.append({ type: "request-finished", record });
      const chance = dice();
      if (chance < 0.02) manual.ring();
      else if (chance < 0.03) await new Promise((resolve) => setImmediate(resolve));
      else if (chance < 0.033) {
        store.close();
        store = start();
      } else if (chance < 0.036 && name === "sql.js") {
        // Killed: what was written with the records is there.
        store.history.recent(1);
        store = start();
      } else if (chance < 0.037) store.history.rollups(3_600_000, 0, 0);
    }
    for (const span of SPANS) {
      const sums = simple(store.history.rollups(span, 0, Number.MAX_SAFE_INTEGER));
      expect(sums).toEqual(expectedSums(all, span));
      expect(sums.size).toBeGreaterThan(5);
    }
    expect(errors).toEqual([]);
    store.close();
  });
});
