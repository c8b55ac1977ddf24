/** The one door to what lasts: opens a database of either driver and gives its repositories. */
import type { Database, Journal, Timers } from "../ports.ts";
import type { Learnt, RouterEvent } from "../route/event.ts";
import type { CallLog } from "./call-log.ts";
import { type Catalogues, createCatalogues } from "./catalogues.ts";
import { compactionSteps } from "./compaction.ts";
import { createDecisions, type Decisions } from "./decisions.ts";
import { createDurable } from "./durable.ts";
import { createEndOfTurn } from "./end-of-turn.ts";
import { createEndpoints, type Endpoints } from "./endpoints.ts";
import { createEventLog, type EventLog } from "./event-log.ts";
import { createHistory, type History, type Totals } from "./history.ts";
import { createJournal } from "./journal.ts";
import { createKeys, type Keys } from "./keys.ts";
import { createLearnt } from "./learnt.ts";
import { migrate } from "./migrations.ts";
import { createModelLists, type ModelLists } from "./model-lists.ts";
import { createModels, type Models } from "./models.ts";
import { restoreEvents } from "./restore.ts";
import { readNumber } from "./row.ts";
import { createSettings, type Settings } from "./settings.ts";
import { recordDigest, type SnapshotContent } from "./snapshot.ts";

export interface StoreOptions {
  database: Database;
  timers: Timers;
  /** Makes reservations durable faster than the database; absent for a store that nothing outlives. */
  log?: CallLog;
  /** Told what could not be written behind the scenes; the store goes on. Absent: ignored. */
  onError?: (error: unknown) => void;
  /** Gets what the user entered, after each change of it. Its own errors go to `onError`: the change itself is safe. */
  saveSnapshot?: (content: SnapshotContent) => void;
}

export interface Store {
  readonly keys: Keys;
  readonly endpoints: Endpoints;
  readonly models: Models;
  readonly modelLists: ModelLists;
  readonly catalogues: Catalogues;
  readonly settings: Settings;
  /** Also takes `request-finished` into the history. */
  readonly journal: Journal;
  readonly history: Pick<History, "byId" | "find" | "recent" | "rollups">;
  readonly decisions: Decisions;
  readonly eventLog: EventLog;
  /** The first free call id: larger than every one ever used. */
  readonly nextCallId: number;
  /** Runs several changes of keys, endpoints, models and settings as one: all or none. Durable once it returns. */
  change<T>(work: () => T): T;
  /** What rebuilds windows and rests; once, before the first call is reserved. `now` in epoch milliseconds. */
  restore(now: number): RouterEvent[];
  /** Replaces what was saved before. */
  saveLearnt(learnt: Learnt): void;
  /** Folds and prunes in bounded steps; to be called every minute. One at a time: a second call waits for the first. */
  compact(now: number): Promise<void>;
  totals(): Totals;
  /** Writes what is queued and closes the database. */
  close(): void;
}

/** Brings the database to this program's schema and opens it. Throws StoreError, or the engine's error on damage. */
export function openStore(options: StoreOptions): Store {
  const { database, timers, onError = () => {}, saveSnapshot, log = null } = options;
  migrate(database);
  const durable = createDurable(
    database,
    () => recordDigest(database),
    (content) => {
      try {
        saveSnapshot?.(content);
      } catch (error) {
        onError(error);
      }
    },
  );
  adoptCalls(database, log);
  const ledger = createJournal({ database, timers, onError, log });
  const behind = { timers, endOfTurn: createEndOfTurn(), onError };
  const history = createHistory(database, behind);
  const decisions = createDecisions(database, behind);
  const learnt = createLearnt(database);
  let compacting: Promise<void> = Promise.resolve();
  let closed = false;

  async function compactNow(now: number): Promise<void> {
    if (closed) return;
    history.complete();
    const steps = compactionSteps(database, now);
    while (!closed && !steps.next().done) await new Promise((resolve) => setImmediate(resolve));
  }

  return {
    keys: createKeys(database, durable),
    endpoints: createEndpoints(database, durable),
    models: createModels(database, durable),
    modelLists: createModelLists(database, durable),
    catalogues: createCatalogues(database, durable),
    settings: createSettings(database, durable),
    journal: {
      append(event) {
        if (event.type === "request-finished") history.add(event.record);
        else ledger.append(event);
      },
      committed: () => ledger.committed(),
    },
    history: {
      recent: (limit) => history.recent(limit),
      find: (wanted, limit) => history.find(wanted, limit),
      byId: (id) => history.byId(id),
      rollups: (span, from, to) => history.rollups(span, from, to),
    },
    decisions,
    eventLog: createEventLog(database),
    nextCallId: lastCallId(database) + 1,
    change: (work) => durable.change(work),
    restore(now) {
      const events = restoreEvents(database, now);
      const known = learnt.load();
      return known === null ? events : [{ type: "learnt-restored", learnt: known, at: now }, ...events];
    },
    saveLearnt: (value) => learnt.save(value),
    compact(now) {
      const run = compacting.then(() => compactNow(now));
      compacting = run.catch(() => {});
      return run;
    },
    totals: () => history.totals(),
    close() {
      ledger.flush();
      history.flush();
      decisions.flush();
      closed = true;
      log?.close();
      database.close();
    },
  };
}

/** What a process that died had reserved and not yet given to the database. It may have died before it cleared the log. */
function adoptCalls(database: Database, log: CallLog | null): void {
  const known = lastCallId(database);
  const calls = (log?.read() ?? []).filter(({ callId }) => callId > known);
  if (calls.length > 0) {
    const insert = database.prepare(`
      INSERT OR IGNORE INTO calls (id, key_id, model, at, requests, input_tokens, output_tokens)
      VALUES (?, ?, ?, ?, 1, ?, ?)`);
    database.transaction(() => {
      for (const { callId, keyId, model, at, tokens, inputTokens } of calls) {
        insert.run(callId, keyId, model, at, inputTokens, tokens - inputTokens);
      }
    });
  }
  log?.clear();
}

function lastCallId(database: Database): number {
  const row = database
    .prepare("SELECT max(last, coalesce((SELECT max(id) FROM calls), 0)) AS last FROM call_numbers")
    .get();
  return row ? readNumber(row, "last") : 0;
}
