/** The schema, as numbered steps of static SQL. A released step is never edited; a change is a new step. */
import type { Database } from "../ports.ts";
import { readNumber } from "./row.ts";
import { StoreError } from "./store-error.ts";

/**
 * keys, endpoints, model_overrides, settings: what the user entered; small, written durably, kept in the snapshot.
 * calls: the ledger, a row for each call sent: what it reserved, then what it used; folded into usage_slots minutes after it is settled.
 * usage_slots: use per key, model and span of time; by time first, because reading and pruning go by time.
 */
const FIRST = `
  CREATE TABLE keys (
    id TEXT PRIMARY KEY,
    provider TEXT NOT NULL,
    label TEXT,
    account TEXT NOT NULL,
    base_url TEXT,
    secret BLOB,
    last4 TEXT,
    fingerprint TEXT,
    position INTEGER NOT NULL,
    created_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE key_numbers (provider TEXT PRIMARY KEY, last INTEGER NOT NULL) STRICT;
  CREATE TABLE key_states (key_id TEXT PRIMARY KEY, state TEXT NOT NULL, detail TEXT, at INTEGER NOT NULL) STRICT;
  CREATE TABLE endpoints (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    base_url TEXT NOT NULL,
    models TEXT NOT NULL,
    position INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE model_overrides (model TEXT PRIMARY KEY, enabled INTEGER, position INTEGER) STRICT;
  CREATE TABLE settings (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT;
  CREATE TABLE calls (
    id INTEGER PRIMARY KEY,
    key_id TEXT NOT NULL,
    model TEXT NOT NULL,
    at INTEGER NOT NULL,
    settled_at INTEGER,
    requests INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE usage_slots (
    start INTEGER NOT NULL,
    key_id TEXT NOT NULL,
    model TEXT NOT NULL,
    span INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    PRIMARY KEY (start, key_id, model)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX usage_slots_fine ON usage_slots (start) WHERE span = 900000;
  CREATE TABLE rests (scope TEXT PRIMARY KEY, kind TEXT NOT NULL, until INTEGER NOT NULL, at INTEGER NOT NULL) STRICT;
  CREATE TABLE requests (
    sequence INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    at INTEGER NOT NULL,
    surface TEXT NOT NULL,
    model TEXT NOT NULL,
    stream INTEGER NOT NULL,
    status INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    served_provider TEXT,
    served_model TEXT,
    served_key TEXT,
    attempts TEXT NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    first_content_ms REAL,
    duration_ms REAL NOT NULL
  ) STRICT;
  CREATE INDEX requests_by_time ON requests (at);
  CREATE TABLE totals (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    requests INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    failovers INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL
  ) STRICT;
  INSERT INTO totals VALUES (1, 0, 0, 0, 0, 0);
  CREATE TABLE call_numbers (id INTEGER PRIMARY KEY CHECK (id = 1), last INTEGER NOT NULL) STRICT;
  INSERT INTO call_numbers VALUES (1, 0);
  CREATE TABLE digest (id INTEGER PRIMARY KEY CHECK (id = 1), value TEXT NOT NULL) STRICT;
  PRAGMA user_version = 1;
`;

/** rollups: sums over requests by slot of time (see rollups.ts), read by span and start. */
const ROLLUPS = `
  CREATE TABLE rollups (
    span INTEGER NOT NULL,
    start INTEGER NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    key_id TEXT NOT NULL,
    requests INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    durations TEXT NOT NULL,
    first_contents TEXT NOT NULL,
    PRIMARY KEY (span, start, provider, model, key_id)
  ) STRICT, WITHOUT ROWID;
  PRAGMA user_version = 2;
`;

/**
 * model_pins: models that go before all others. model_lists: what the providers' own lists said last; got again by asking,
 * so not kept in the snapshot. catalogues: the imported ones in force, oldest first; one without a document was undone.
 */
const MODELS = `
  CREATE TABLE model_pins (model TEXT PRIMARY KEY, position INTEGER NOT NULL) STRICT;
  CREATE TABLE model_lists (provider TEXT PRIMARY KEY, at INTEGER NOT NULL, whole INTEGER NOT NULL, models TEXT NOT NULL) STRICT;
  CREATE TABLE catalogues (issued INTEGER PRIMARY KEY, imported_at INTEGER NOT NULL, signer TEXT NOT NULL, document TEXT) STRICT;
  PRAGMA user_version = 3;
`;

/** key_proxies: the sealed URL of the proxy through which a key is used. */
const PROXIES = `
  CREATE TABLE key_proxies (key_id TEXT PRIMARY KEY, proxy BLOB NOT NULL) STRICT;
  PRAGMA user_version = 4;
`;

/** learnt: limits, paces, conversations and speeds, as one document (see learnt.ts). */
const LEARNT = `
  CREATE TABLE learnt (id INTEGER PRIMARY KEY, format INTEGER NOT NULL, document TEXT NOT NULL) STRICT;
  PRAGMA user_version = 5;
`;

/**
 * decisions: how the last requests were decided, a row for all that were written at once (see decisions.ts). router_log: the routing state now and then, and the events
 * since (see event-log.ts). Neither holds a prompt or a completion.
 */
const DECISIONS = `
  CREATE TABLE decisions (
    last INTEGER PRIMARY KEY,
    documents TEXT NOT NULL
  ) STRICT;
  CREATE TABLE router_log (
    number INTEGER PRIMARY KEY,
    run TEXT NOT NULL,
    kind TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    version TEXT NOT NULL,
    decisions INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    document TEXT NOT NULL
  ) STRICT;
  PRAGMA user_version = 6;
`;

/** rests: whether anybody stated how long. */
const GUESSES = `
  ALTER TABLE rests ADD COLUMN guessed INTEGER NOT NULL DEFAULT 0;
  PRAGMA user_version = 7;
`;

/**
 * request_pages: the requests of the past, many to a row (see history-page.ts). What was there moves as it is, two hundred to
 * a page. Page by page: to group them all at once, SQLite would hold them all in memory.
 */
const PAGES = `
  CREATE TABLE request_pages (
    number INTEGER PRIMARY KEY,
    count INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    first_id TEXT NOT NULL,
    last_id TEXT NOT NULL,
    records TEXT NOT NULL
  ) STRICT;
  DROP INDEX requests_by_time;
  WITH RECURSIVE pages (number, first, last, final) AS (
    SELECT 1, min(sequence), min(sequence) + 199, max(sequence) FROM requests
    UNION ALL
    SELECT number + 1, last + 1, last + 200, final FROM pages WHERE last < final
  )
  INSERT INTO request_pages (number, count, last_at, first_id, last_id, records)
  SELECT
    number,
    (SELECT count(*) FROM requests WHERE sequence BETWEEN first AND last),
    (SELECT max(at) FROM requests WHERE sequence BETWEEN first AND last),
    (SELECT min(id) FROM requests WHERE sequence BETWEEN first AND last),
    (SELECT max(id) FROM requests WHERE sequence BETWEEN first AND last),
    '[[],[0,1,' || (
      SELECT group_concat(substr(record, 2, length(record) - 2), ',') FROM (
        SELECT json_array(0, at, id, surface, model, stream, status, outcome,
          CASE WHEN served_provider IS NOT NULL THEN json_array(served_provider, served_model, served_key) || '' END,
          input_tokens, output_tokens, first_content_ms, duration_ms, attempts) AS record
        FROM requests WHERE sequence BETWEEN first AND last ORDER BY sequence
      )
    ) || ']]'
  FROM pages WHERE EXISTS (SELECT 1 FROM requests WHERE sequence BETWEEN first AND last);
  DROP TABLE requests;
  CREATE INDEX request_pages_by_time ON request_pages (last_at);
  CREATE INDEX request_pages_by_id ON request_pages (first_id, last_id);
  PRAGMA user_version = 8;
`;

/** Step n brings the database to `user_version` n; each sets it itself, because a pragma takes no parameters. */
export const MIGRATIONS: readonly string[] = [
  FIRST,
  ROLLUPS,
  MODELS,
  PROXIES,
  LEARNT,
  DECISIONS,
  GUESSES,
  PAGES,
];

export const SCHEMA_VERSION = MIGRATIONS.length;

/** The schema version of an open database; 0 is a new one. */
export function schemaVersion(database: Database): number {
  const row = database.prepare("PRAGMA user_version").get();
  return row ? readNumber(row, "user_version") : 0;
}

/** Brings the database to this program's schema, a transaction a step. Throws StoreError for one of a newer program. */
export function migrate(database: Database, migrations: readonly string[] = MIGRATIONS): void {
  const version = schemaVersion(database);
  if (version > migrations.length) {
    throw new StoreError(
      "newer_version",
      `The database was written by a newer freellm (schema ${version}, this program knows ${migrations.length}).`,
      "Update freellm; an older one would not understand what the newer one wrote.",
    );
  }
  for (const sql of migrations.slice(version)) database.transaction(() => database.execute(sql));
}
