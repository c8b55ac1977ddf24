/**
 * Sums over the requests of the past, so that looking back costs the same however long the history is. Each flush of the
 * history adds its records to slots of five minutes, an hour and a day; a reader takes the coarsest slots that show enough.
 * The finest are written with their records, the others some seconds later: after a kill they are added up anew from finer ones.
 */
import type { Database, SqlRow, Timer } from "../ports.ts";
import type { RequestRecord } from "../route/event.ts";
import {
  addRecord,
  addSum,
  coarser,
  emptyRollup,
  FINEST,
  type Rollup,
  type RollupSpan,
  Slots,
  startOf,
} from "./rollup-slots.ts";
import { readJson, readNumber, readText } from "./row.ts";
import type { Behind } from "./write-behind.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Length of a slot -> how long it is kept, in milliseconds. Days are those of UTC. */
const ROLLUP_KEPT_MS: Readonly<Record<RollupSpan, number>> = {
  300000: 2 * HOUR,
  3600000: 8 * DAY,
  86400000: 91 * DAY,
};

const COARSE: readonly RollupSpan[] = [3_600_000, 86_400_000];
const SPANS: readonly RollupSpan[] = [FINEST, ...COARSE];
/** So long the coarser slots may wait. */
const COARSE_MS = 5_000;
/**
 * Only for what began this long before the latest: of older hours the finest slots might be gone before the hour is written.
 */
const OPEN_MS = 50 * MINUTE;

export interface Rollups {
  /** Adds to sums that wait for the next write; nothing of the record is kept. */
  add(record: RequestRecord): void;
  /** To be called within the transaction that writes the records. */
  write(): void;
  /** That transaction failed: its records are given up. */
  giveUp(): void;
  /** Writes the coarser slots at once, too; to be called outside of any transaction. */
  settle(): void;
  /** To be called before finer slots go: what a kill left undone is made of them. Outside of any transaction. */
  complete(): void;
  /** The slots of one length that start within [from, to]; without what waits. */
  read(span: RollupSpan, from: number, to: number): Rollup[];
}

export function createRollups(database: Database, { timers, onError }: Behind): Rollups {
  const find = database.prepare(
    "SELECT * FROM rollups WHERE span = ? AND start = ? AND provider = ? AND model = ? AND key_id = ?",
  );
  const put = database.prepare(`
    INSERT OR REPLACE INTO rollups (span, start, provider, model, key_id, requests, failed, input_tokens,
      output_tokens, durations, first_contents) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const select = database.prepare("SELECT * FROM rollups WHERE span = ? AND start >= ? AND start <= ?");
  const newest = database.prepare("SELECT max(start) AS start FROM rollups WHERE span = ?");
  const countSince = database.prepare(`
    SELECT coalesce(sum(requests), 0) AS requests FROM rollups
    WHERE span = ? AND start >= ? AND provider = '' AND model = '' AND key_id = ''`);
  /** Since the last write, in the finest slots. */
  let fresh = new Slots();
  /** What the last write wrote: mostly the next one adds to the same slots, and need not read them again. */
  let written = new Slots();
  /** The coarser slots that the database does not have as they are. */
  let waiting = new Map<RollupSpan, Slots>();
  /** The latest of the finest slots; null while nobody has looked whether a kill left the coarser ones behind. */
  let latest: number | null = null;
  let timer: Timer | undefined;

  function stored(span: RollupSpan, { start, provider, model, keyId }: Rollup): Rollup | undefined {
    const row = find.get(span, start, provider, model, keyId);
    return row && toRollup(row);
  }

  /** Adds `sum` to what is known of its slot, and puts that into `slots`. */
  function merge(span: RollupSpan, sum: Rollup, before: Slots, slots: Slots): Rollup {
    const { start, provider, model, keyId } = sum;
    const known = before.find(start, provider, model, keyId);
    const total = known ?? stored(span, sum) ?? emptyRollup(start, provider, model, keyId);
    if (known === undefined || before !== slots) slots.add(total);
    return addSum(total, sum);
  }

  /** The start of the latest slot that is stored. */
  function caughtUp(): number {
    if (latest !== null) return latest;
    const row = newest.get(FINEST);
    latest = row?.start == null ? 0 : readNumber(row, "start");
    const from = startOf(Math.max(0, latest - OPEN_MS), 3_600_000);
    const count = (span: RollupSpan) => readNumber(countSince.get(span, from) ?? {}, "requests");
    if (count(FINEST) <= count(3_600_000)) return latest;
    let finer = FINEST;
    for (const span of COARSE) {
      const parts = select.all(finer, startOf(from, span), Number.MAX_SAFE_INTEGER).map(toRollup);
      for (const sum of coarser(parts, span)) {
        // Where finer slots are gone already, they were added before.
        if ((stored(span, sum)?.requests ?? 0) < sum.requests) put.run(span, ...toValues(sum));
      }
      finer = span;
    }
    return latest;
  }

  function writeCoarse(): void {
    for (const [span, slots] of waiting) {
      for (const sum of slots.all) put.run(span, ...toValues(sum));
    }
    waiting = new Map();
    timer?.cancel();
    timer = undefined;
  }

  function forget(): void {
    fresh = new Slots();
    written = new Slots();
    waiting = new Map();
    latest = null;
  }

  function settle(): void {
    timer?.cancel();
    timer = undefined;
    if (waiting.size > 0) transact();
  }

  function transact(): void {
    try {
      database.transaction(() => {
        caughtUp();
        writeCoarse();
      });
    } catch (error) {
      forget();
      onError(error);
    }
  }

  function complete(): void {
    if (latest === null || waiting.size > 0) transact();
  }

  return {
    add: (record) => addRecord(fresh, record),
    write() {
      let newestStart = caughtUp();
      const before = written;
      let sums: readonly Rollup[] = fresh.all;
      fresh = new Slots();
      written = new Slots();
      let isLate = false;
      for (const sum of sums) {
        put.run(FINEST, ...toValues(merge(FINEST, sum, before, written)));
        newestStart = Math.max(newestStart, sum.start);
      }
      for (const sum of sums) isLate ||= sum.start < newestStart - OPEN_MS;
      latest = newestStart;
      for (const span of COARSE) {
        const slots = waiting.get(span) ?? new Slots();
        waiting.set(span, slots);
        sums = coarser(sums, span);
        for (const sum of sums) merge(span, sum, slots, slots);
      }
      if (isLate) writeCoarse();
      else timer ??= timers.after(COARSE_MS, settle);
    },
    giveUp: forget,
    settle,
    complete,
    read(span, from, to) {
      complete();
      return select.all(span, from, to).map(toRollup);
    },
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
