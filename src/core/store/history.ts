/** The requests of the past, written behind the answers, and their totals. No prompt, no completion. */
import type { Database, SqlRow, Timers } from "../ports.ts";
import type { AttemptRecord, RequestOutcome, RequestRecord } from "../route/event.ts";
import { createRollups, type Rollup, type RollupSpan } from "./rollups.ts";
import { readJson, readNumber, readOptionalNumber, readOptionalText, readText } from "./row.ts";
import { createWriteBehind } from "./write-behind.ts";

export interface Totals {
  requests: number;
  /** Requests that got no answer, or a broken one. */
  failed: number;
  /** Attempts beyond the first of each request. */
  failovers: number;
  inputTokens: number;
  outputTokens: number;
}

/** Which requests are looked for; null: whatever it is. */
export interface Wanted {
  /** Only those that got no answer, or a broken one. */
  failed: boolean;
  /** As asked for, or as it was served or tried: `id` or `provider/id`. */
  model: string | null;
  provider: string | null;
}

export interface History {
  /** Queues a record: a kill loses those of the last quarter of a second, closing loses none. */
  add(record: RequestRecord): void;
  /** Latest first; none where the history cannot be read, which `onError` is told: nothing else depends on it. */
  recent(limit: number): RequestRecord[];
  /** The same of those that fit, among the latest 50,000. */
  find(wanted: Wanted, limit: number): RequestRecord[];
  /** null for one that is not in the history. */
  byId(id: string): RequestRecord | null;
  /** Sums over the slots of one length that start within [from, to]; none where they cannot be read. */
  rollups(span: RollupSpan, from: number, to: number): Rollup[];
  /** Of all requests ever, also of those no longer in the history. */
  totals(): Totals;
  /** Writes what is queued at once. */
  flush(): void;
}

export function createHistory(
  database: Database,
  timers: Timers,
  onError: (error: unknown) => void,
): History {
  const insert = database.prepare(`
    INSERT INTO requests (id, at, surface, model, stream, status, outcome, served_provider, served_model,
      served_key, attempts, input_tokens, output_tokens, first_content_ms, duration_ms)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const selectRecent = database.prepare("SELECT * FROM requests ORDER BY at DESC, sequence DESC LIMIT ?");
  // Attempts are [provider, model, key, ...] each: see packAttempt.
  const selectWanted = database.prepare(`
    SELECT * FROM (SELECT * FROM requests ORDER BY at DESC, sequence DESC LIMIT 50000) AS latest
    WHERE (? = 0 OR outcome IN ('failed', 'broken'))
      AND (? IS NULL OR EXISTS (SELECT 1 FROM json_each(attempts) WHERE json_extract(value, '$[0]') = ?))
      AND (? IS NULL OR model = ? OR EXISTS (
        SELECT 1 FROM json_each(attempts)
        WHERE ? IN (json_extract(value, '$[1]'), json_extract(value, '$[0]') || '/' || json_extract(value, '$[1]'))))
    ORDER BY at DESC, sequence DESC LIMIT ?`);
  const selectById = database.prepare("SELECT * FROM requests WHERE id = ? ORDER BY sequence DESC LIMIT 1");
  const updateTotals = database.prepare(
    "UPDATE totals SET requests = ?, failed = ?, failovers = ?, input_tokens = ?, output_tokens = ?",
  );
  const rollups = createRollups(database);
  const totals = readTotals(database);
  const write = (records: readonly RequestRecord[]): void => {
    const { requests, failed, failovers, inputTokens, outputTokens } = totals;
    database.transaction(() => {
      for (const record of records) insert.run(...toValues(record));
      rollups.add(records);
      updateTotals.run(requests, failed, failovers, inputTokens, outputTokens);
    });
  };
  const { add, flush } = createWriteBehind(timers, write, onError);

  return {
    add(record) {
      totals.requests++;
      if (record.outcome === "failed" || record.outcome === "broken") totals.failed++;
      totals.failovers += Math.max(0, record.attempts.length - 1);
      totals.inputTokens += record.inputTokens;
      totals.outputTokens += record.outputTokens;
      add(record);
    },
    recent(limit) {
      flush();
      try {
        return selectRecent.all(limit).map(toRecord);
      } catch (error) {
        onError(error);
        return [];
      }
    },
    find({ failed, model, provider }, limit) {
      flush();
      try {
        const values = [failed ? 1 : 0, provider, provider, model, model, model, limit];
        return selectWanted.all(...values).map(toRecord);
      } catch (error) {
        onError(error);
        return [];
      }
    },
    byId(id) {
      flush();
      try {
        const row = selectById.get(id);
        return row ? toRecord(row) : null;
      } catch (error) {
        onError(error);
        return null;
      }
    },
    rollups(span, from, to) {
      flush();
      try {
        return rollups.read(span, from, to);
      } catch (error) {
        onError(error);
        return [];
      }
    },
    totals: () => ({ ...totals }),
    flush,
  };
}

function readTotals(database: Database): Totals {
  const row = database.prepare("SELECT * FROM totals").get();
  if (!row) return { requests: 0, failed: 0, failovers: 0, inputTokens: 0, outputTokens: 0 };
  return {
    requests: readNumber(row, "requests"),
    failed: readNumber(row, "failed"),
    failovers: readNumber(row, "failovers"),
    inputTokens: readNumber(row, "input_tokens"),
    outputTokens: readNumber(row, "output_tokens"),
  };
}

/** Values without their names: the names would be a third of the file. */
type PackedAttempt = [
  AttemptRecord["provider"],
  AttemptRecord["model"],
  AttemptRecord["keyId"],
  AttemptRecord["outcome"],
  AttemptRecord["status"],
  AttemptRecord["rule"],
  AttemptRecord["message"],
  AttemptRecord["durationMs"],
];

function packAttempt(attempt: AttemptRecord): PackedAttempt {
  const { provider, model, keyId, outcome, status, rule, message, durationMs } = attempt;
  return [provider, model, keyId, outcome, status, rule, message, durationMs];
}

function unpackAttempt(packed: PackedAttempt): AttemptRecord {
  const [provider, model, keyId, outcome, status, rule, message, durationMs] = packed;
  return { provider, model, keyId, outcome, status, rule, message, durationMs };
}

function toValues(record: RequestRecord) {
  return [
    record.id,
    record.at,
    record.surface,
    record.model,
    record.stream ? 1 : 0,
    record.status,
    record.outcome,
    record.servedBy?.provider ?? null,
    record.servedBy?.model ?? null,
    record.servedBy?.keyId ?? null,
    JSON.stringify(record.attempts.map(packAttempt)),
    record.inputTokens,
    record.outputTokens,
    record.firstContentMs,
    record.durationMs,
  ];
}

function toRecord(row: SqlRow): RequestRecord {
  const provider = readOptionalText(row, "served_provider");
  return {
    id: readText(row, "id"),
    at: readNumber(row, "at"),
    surface: readText(row, "surface"),
    model: readText(row, "model"),
    stream: readNumber(row, "stream") === 1,
    status: readNumber(row, "status"),
    outcome: readText(row, "outcome") as RequestOutcome,
    servedBy:
      provider === null
        ? null
        : { provider, model: readText(row, "served_model"), keyId: readText(row, "served_key") },
    attempts: readJson<PackedAttempt[]>(row, "attempts").map(unpackAttempt),
    inputTokens: readNumber(row, "input_tokens"),
    outputTokens: readNumber(row, "output_tokens"),
    firstContentMs: readOptionalNumber(row, "first_content_ms"),
    durationMs: readNumber(row, "duration_ms"),
  };
}
