/** Keeps the store small: settled calls become slots of use, fine slots become coarse ones, the old goes. */
import type { Database, SqlRow } from "../ports.ts";
import { pruneRollups } from "./rollups.ts";
import { readNumber, readOptionalNumber, readText } from "./row.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Calls stay exact this long, for windows of a second and a minute. */
const CALL_KEPT_MS = 2 * MINUTE;
/** 15 minutes: every time zone's midnight lies on such a boundary, so no slot straddles a reset. */
const FINE_MS = 15 * MINUTE;
/** Once every window of a day has passed them, slots become quarters of a day: a restart has to read them all. */
const FINE_KEPT_MS = 26 * HOUR;
const COARSE_MS = 6 * HOUR;
/** The longest window is 31 days. */
export const SLOT_KEPT_MS = 32 * DAY;
const HISTORY_KEPT_MS = 90 * DAY;

/** Rows in one transaction: a few milliseconds. */
const STEP_ROWS = 250;
/** The same of pages, which hold hundreds of records each. */
const STEP_PAGES = 16;

interface Use {
  keyId: string;
  model: string;
  lastAt: number;
  requests: number;
  inputTokens: number;
  outputTokens: number;
}

/** Use by slot: the sum is kept in memory for one step, then written. */
class Slots {
  readonly #uses = new Map<string, Use & { start: number }>();

  add(start: number, use: Use): void {
    const name = `${start} ${use.keyId} ${use.model}`;
    const sum = this.#uses.get(name);
    if (!sum) {
      this.#uses.set(name, { start, ...use });
      return;
    }
    sum.lastAt = Math.max(sum.lastAt, use.lastAt);
    sum.requests += use.requests;
    sum.inputTokens += use.inputTokens;
    sum.outputTokens += use.outputTokens;
  }

  write(database: Database, span: number): void {
    const upsert = database.prepare(`
      INSERT INTO usage_slots (start, key_id, model, span, last_at, requests, input_tokens, output_tokens)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (start, key_id, model) DO UPDATE SET
        last_at = max(last_at, excluded.last_at),
        requests = requests + excluded.requests,
        input_tokens = input_tokens + excluded.input_tokens,
        output_tokens = output_tokens + excluded.output_tokens`);
    for (const use of this.#uses.values()) {
      const { start, keyId, model, lastAt, requests, inputTokens, outputTokens } = use;
      upsert.run(start, keyId, model, span, lastAt, requests, inputTokens, outputTokens);
    }
  }
}

function startOf(at: number, span: number): number {
  return at - (at % span);
}

/** Does the whole compaction, a transaction of at most a few milliseconds for each value it yields. `now` in epoch ms. */
export function* compactionSteps(database: Database, now: number): Generator<void> {
  yield* foldCalls(database, now);
  yield* coarsenSlots(database, now);
  yield* pruneSlots(database, now);
  yield* pruneHistory(database, now);
  yield* pruneRollups(database, now);
  database.prepare("DELETE FROM rests WHERE until < ?").run(now);
}

/** Settled calls older than two minutes become use in slots: requests dated when they left, tokens when settled. */
function* foldCalls(database: Database, now: number): Generator<void> {
  const select = database.prepare("SELECT * FROM calls WHERE id > ? ORDER BY id LIMIT ?");
  const remove = database.prepare("DELETE FROM calls WHERE id = ?");
  // The ledger may become empty; the numbers must go on all the same.
  const remember = database.prepare("UPDATE call_numbers SET last = max(last, ?)");
  const cutoff = now - CALL_KEPT_MS;
  // A clock that was set back leaves calls in the future: they are folded too, or they would pile up.
  const recent = (at: number) => at > cutoff && at <= now;
  for (let last = 0; ; ) {
    const rows = select.all(last, STEP_ROWS);
    const final = rows.at(-1);
    if (!final) return;
    last = readNumber(final, "id");
    const folded = rows.filter((row) => {
      const settledAt = readOptionalNumber(row, "settled_at");
      return settledAt !== null && !recent(readNumber(row, "at")) && !recent(settledAt);
    });
    if (folded.length > 0) {
      const slots = new Slots();
      for (const row of folded) addCall(slots, row);
      database.transaction(() => {
        slots.write(database, FINE_MS);
        for (const row of folded) remove.run(readNumber(row, "id"));
        remember.run(last);
      });
    }
    // Numbers grow with time: behind a recent call there are only recent ones.
    if (rows.length < STEP_ROWS || recent(readNumber(final, "at"))) return;
    yield;
  }
}

function addCall(slots: Slots, row: SqlRow): void {
  const at = readNumber(row, "at");
  const settledAt = readNumber(row, "settled_at");
  const target = { keyId: readText(row, "key_id"), model: readText(row, "model") };
  const requests = readNumber(row, "requests");
  const inputTokens = readNumber(row, "input_tokens");
  const outputTokens = readNumber(row, "output_tokens");
  if (requests > 0) {
    slots.add(startOf(at, FINE_MS), { ...target, lastAt: at, requests, inputTokens: 0, outputTokens: 0 });
  }
  if (inputTokens + outputTokens > 0) {
    const use = { ...target, lastAt: settledAt, requests: 0, inputTokens, outputTokens };
    slots.add(startOf(settledAt, FINE_MS), use);
  }
}

/** The fine slots of each quarter of a day that is long past become one. */
function* coarsenSlots(database: Database, now: number): Generator<void> {
  const oldest = database.prepare("SELECT min(start) AS start FROM usage_slots WHERE span = 900000");
  const select = database.prepare("SELECT * FROM usage_slots WHERE start >= ? AND start < ?");
  const remove = database.prepare("DELETE FROM usage_slots WHERE start >= ? AND start < ?");
  for (;;) {
    const start = readOldest(oldest.get());
    if (start === null) return;
    const begin = startOf(start, COARSE_MS);
    const end = begin + COARSE_MS;
    if (end > now - FINE_KEPT_MS) return;
    const slots = new Slots();
    for (const row of select.all(begin, end)) {
      slots.add(begin, {
        keyId: readText(row, "key_id"),
        model: readText(row, "model"),
        lastAt: readNumber(row, "last_at"),
        requests: readNumber(row, "requests"),
        inputTokens: readNumber(row, "input_tokens"),
        outputTokens: readNumber(row, "output_tokens"),
      });
    }
    database.transaction(() => {
      remove.run(begin, end);
      slots.write(database, COARSE_MS);
    });
    yield;
  }
}

/** Use that no window can see any more, bit by bit. */
function* pruneSlots(database: Database, now: number): Generator<void> {
  const oldest = database.prepare("SELECT min(start) AS start FROM usage_slots");
  const remove = database.prepare("DELETE FROM usage_slots WHERE start < ?");
  for (;;) {
    const start = readOldest(oldest.get());
    if (start === null || start >= now - SLOT_KEPT_MS) return;
    remove.run(Math.min(start + COARSE_MS, now - SLOT_KEPT_MS));
    yield;
  }
}

/** A page goes when its last record is old enough. */
function* pruneHistory(database: Database, now: number): Generator<void> {
  const cutoff = now - HISTORY_KEPT_MS;
  const any = database.prepare("SELECT number FROM request_pages WHERE last_at < ? LIMIT 1");
  const remove = database.prepare(`
    DELETE FROM request_pages WHERE number IN (
      SELECT number FROM request_pages WHERE last_at < ? ORDER BY last_at LIMIT ?)`);
  while (any.get(cutoff)) {
    remove.run(cutoff, STEP_PAGES);
    yield;
  }
}

function readOldest(row: SqlRow | undefined): number | null {
  return row ? readOptionalNumber(row, "start") : null;
}
