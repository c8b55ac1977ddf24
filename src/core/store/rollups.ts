/**
 * Sums over the requests of the past, so that looking back costs the same however long the history is. Each flush of the
 * history adds its records to slots of five minutes, an hour and a day; a reader takes the coarsest slots that show enough.
 */
import type { Database, SqlRow } from "../ports.ts";
import type { RequestRecord } from "../route/event.ts";
import { addDuration, addHistogram, type Histogram, newHistogram } from "./histogram.ts";
import { readJson, readNumber, readText } from "./row.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export type RollupSpan = 300_000 | 3_600_000 | 86_400_000;

/** Length of a slot -> how long it is kept, in milliseconds. Days are those of UTC. */
const ROLLUP_KEPT_MS: Readonly<Record<RollupSpan, number>> = {
  300000: 2 * HOUR,
  3600000: 8 * DAY,
  86400000: 91 * DAY,
};

const FINEST: RollupSpan = 300_000;
const SPANS: readonly RollupSpan[] = [FINEST, 3_600_000, 86_400_000];

/** What happened to some calls. */
export interface RollupSum {
  /** Calls of the target; requests of clients where it stands for all. */
  requests: number;
  failed: number;
  inputTokens: number;
  outputTokens: number;
  /** Of what succeeded: until the end, and until the first content. */
  durations: Histogram;
  firstContents: Histogram;
}

/** What happened in one slot: to one model on one key, or, where these are "", to all requests of clients. */
export interface Rollup extends RollupSum {
  /** Epoch milliseconds. */
  start: number;
  provider: string;
  model: string;
  keyId: string;
}

export interface Rollups {
  /** Adds to sums that wait for the next write; nothing of the record is kept. */
  add(record: RequestRecord): void;
  /** To be called within the transaction that writes the records. */
  write(): void;
  /** That transaction failed: its records are given up. */
  giveUp(): void;
  /** The slots of one length that start within [from, to]; without what waits. */
  read(span: RollupSpan, from: number, to: number): Rollup[];
}

export function createRollups(database: Database): Rollups {
  const find = database.prepare(
    "SELECT * FROM rollups WHERE span = ? AND start = ? AND provider = ? AND model = ? AND key_id = ?",
  );
  const put = database.prepare(`
    INSERT OR REPLACE INTO rollups (span, start, provider, model, key_id, requests, failed, input_tokens,
      output_tokens, durations, first_contents) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const select = database.prepare("SELECT * FROM rollups WHERE span = ? AND start >= ? AND start <= ?");
  /** Since the last write, in the finest slots. */
  let fresh = new Slots();
  /** What the last write wrote: mostly the next one adds to the same slots, and need not read them again. */
  let written = new Map<RollupSpan, Slots>();

  function stored(span: RollupSpan, { start, provider, model, keyId }: Rollup): Rollup | undefined {
    const row = find.get(span, start, provider, model, keyId);
    return row && toRollup(row);
  }

  return {
    add: (record) => addRecord(fresh, record),
    write() {
      const before = written;
      let sums = fresh.all;
      fresh = new Slots();
      written = new Map();
      for (const span of SPANS) {
        if (span !== FINEST) sums = coarser(sums, span);
        const slots = new Slots();
        written.set(span, slots);
        for (const sum of sums) {
          const { start, provider, model, keyId } = sum;
          const known = before.get(span)?.find(start, provider, model, keyId) ?? stored(span, sum);
          const total = known ?? emptyRollup(start, provider, model, keyId);
          slots.add(addSum(total, sum));
          put.run(span, ...toValues(total));
        }
      }
    },
    giveUp() {
      fresh = new Slots();
      written = new Map();
    },
    read: (span, from, to) => select.all(span, from, to).map(toRollup),
  };
}

/** Drops the slots that nobody asks for any more, a start at a time. */
export function* pruneRollups(database: Database, now: number): Generator<void> {
  const oldest = database.prepare("SELECT start FROM rollups WHERE span = ? ORDER BY start LIMIT 1");
  const remove = database.prepare("DELETE FROM rollups WHERE span = ? AND start = ?");
  for (const span of SPANS) {
    for (;;) {
      const row = oldest.get(span);
      if (!row || readNumber(row, "start") >= now - ROLLUP_KEPT_MS[span]) break;
      remove.run(span, readNumber(row, "start"));
      yield;
    }
  }
}

/** Sums by slot. */
class Slots {
  readonly #sums = new Map<string, Rollup[]>();
  readonly all: Rollup[] = [];

  /** Those of one key are few: looking through them is faster than making a name of all. */
  find(start: number, provider: string, model: string, keyId: string): Rollup | undefined {
    const sums = this.#sums.get(keyId);
    if (sums === undefined) return undefined;
    for (const sum of sums) {
      if (sum.model === model && sum.start === start && sum.provider === provider) return sum;
    }
    return undefined;
  }

  add(sum: Rollup): Rollup {
    const sums = this.#sums.get(sum.keyId);
    if (sums === undefined) this.#sums.set(sum.keyId, [sum]);
    else sums.push(sum);
    this.all.push(sum);
    return sum;
  }

  of(start: number, provider: string, model: string, keyId: string): Rollup {
    return this.find(start, provider, model, keyId) ?? this.add(emptyRollup(start, provider, model, keyId));
  }
}

/**
 * The request as its client saw it, then each call that it took, in the finest slots. A client that left is no failure of
 * anybody's.
 */
function addRecord(slots: Slots, record: RequestRecord): void {
  const { inputTokens, outputTokens, outcome, attempts, servedBy, durationMs } = record;
  const start = startOf(record.at, FINEST);
  const whole = slots.of(start, "", "", "");
  addCall(whole, outcome === "failed" || outcome === "broken", inputTokens, outputTokens);
  if (outcome === "ok") addTimes(whole, durationMs, record.firstContentMs);
  let before = 0;
  for (let index = 0; index < attempts.length; index++) {
    const attempt = attempts[index];
    if (attempt === undefined) continue;
    const sum = slots.of(start, attempt.provider, attempt.model, attempt.keyId);
    const served = servedBy !== null && index === attempts.length - 1;
    const failed = attempt.outcome !== "ok" && attempt.outcome !== "aborted";
    addCall(sum, failed, served ? inputTokens : 0, served ? outputTokens : 0);
    if (served && outcome === "ok") {
      // What came before is not the doing of this target.
      const first = record.firstContentMs;
      addTimes(sum, Math.max(0, durationMs - before), first === null ? null : Math.max(0, first - before));
    }
    before += attempt.durationMs;
  }
}

/** The same in slots of a longer span, of which the finer ones are parts. */
function coarser(sums: readonly Rollup[], span: RollupSpan): Rollup[] {
  const slots = new Slots();
  for (const sum of sums) {
    addSum(slots.of(startOf(sum.start, span), sum.provider, sum.model, sum.keyId), sum);
  }
  return slots.all;
}

function startOf(at: number, span: RollupSpan): number {
  return at - (at % span);
}

/** Adds `more` to `sum`, in place. */
export function addSum<Sum extends RollupSum>(sum: Sum, more: RollupSum): Sum {
  sum.requests += more.requests;
  sum.failed += more.failed;
  sum.inputTokens += more.inputTokens;
  sum.outputTokens += more.outputTokens;
  addHistogram(sum.durations, more.durations);
  addHistogram(sum.firstContents, more.firstContents);
  return sum;
}

function addCall(sum: Rollup, failed: boolean, inputTokens: number, outputTokens: number): void {
  sum.requests++;
  if (failed) sum.failed++;
  sum.inputTokens += inputTokens;
  sum.outputTokens += outputTokens;
}

/** Of what succeeded. */
function addTimes(sum: Rollup, durationMs: number, firstContentMs: number | null): void {
  addDuration(sum.durations, durationMs);
  if (firstContentMs !== null) addDuration(sum.firstContents, firstContentMs);
}

function emptyRollup(start: number, provider: string, model: string, keyId: string): Rollup {
  const names = { start, provider, model, keyId };
  const counts = { requests: 0, failed: 0, inputTokens: 0, outputTokens: 0 };
  return { ...names, ...counts, durations: newHistogram(), firstContents: newHistogram() };
}

function toValues(rollup: Rollup) {
  return [
    rollup.start,
    rollup.provider,
    rollup.model,
    rollup.keyId,
    rollup.requests,
    rollup.failed,
    rollup.inputTokens,
    rollup.outputTokens,
    JSON.stringify([...rollup.durations]),
    JSON.stringify([...rollup.firstContents]),
  ];
}

function toRollup(row: SqlRow): Rollup {
  return {
    start: readNumber(row, "start"),
    provider: readText(row, "provider"),
    model: readText(row, "model"),
    keyId: readText(row, "key_id"),
    requests: readNumber(row, "requests"),
    failed: readNumber(row, "failed"),
    inputTokens: readNumber(row, "input_tokens"),
    outputTokens: readNumber(row, "output_tokens"),
    durations: new Map(readJson<[number, number][]>(row, "durations")),
    firstContents: new Map(readJson<[number, number][]>(row, "first_contents")),
  };
}
