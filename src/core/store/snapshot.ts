/**
 * A copy of what the user entered (keys sealed as they are), beside the database. It brings the keys back when the
 * database is damaged, and its presence says that a missing or empty database is not a first run.
 */
import { createHash } from "node:crypto";
import { readFileSync, renameSync } from "node:fs";
import * as v from "valibot";
import type { Database, Random, SqlRow, SqlValue } from "../ports.ts";
import { writeAtomically } from "./atomic.ts";

/**
 * Each table of the user's with the statements that read and write it; the columns agree in number and order. One that
 * came `later` is left out while it is empty, so that the digest of a database from before it still holds.
 */
const TABLES = [
  {
    name: "keys",
    clear: "DELETE FROM keys",
    select: `SELECT id, provider, label, account, base_url, secret, last4, fingerprint, position, created_at
      FROM keys ORDER BY id`,
    insert: `INSERT OR REPLACE INTO keys
      (id, provider, label, account, base_url, secret, last4, fingerprint, position, created_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  },
  {
    name: "key_numbers",
    clear: "DELETE FROM key_numbers",
    select: "SELECT provider, last FROM key_numbers ORDER BY provider",
    insert: "INSERT OR REPLACE INTO key_numbers (provider, last) VALUES (?, ?)",
  },
  {
    name: "endpoints",
    clear: "DELETE FROM endpoints",
    select: "SELECT id, name, base_url, models, position FROM endpoints ORDER BY id",
    insert: "INSERT OR REPLACE INTO endpoints (id, name, base_url, models, position) VALUES (?, ?, ?, ?, ?)",
  },
  {
    name: "model_overrides",
    clear: "DELETE FROM model_overrides",
    select: "SELECT model, enabled, position FROM model_overrides ORDER BY model",
    insert: "INSERT OR REPLACE INTO model_overrides (model, enabled, position) VALUES (?, ?, ?)",
  },
  {
    name: "settings",
    clear: "DELETE FROM settings",
    select: "SELECT name, value FROM settings ORDER BY name",
    insert: "INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)",
  },
  {
    name: "model_pins",
    clear: "DELETE FROM model_pins",
    select: "SELECT model, position FROM model_pins ORDER BY model",
    insert: "INSERT OR REPLACE INTO model_pins (model, position) VALUES (?, ?)",
    later: true,
  },
  {
    name: "catalogues",
    clear: "DELETE FROM catalogues",
    select: "SELECT issued, imported_at, signer, document FROM catalogues ORDER BY issued",
    insert: `INSERT OR REPLACE INTO catalogues (issued, imported_at, signer, document) VALUES (?, ?, ?, ?)`,
    later: true,
  },
  {
    name: "key_proxies",
    clear: "DELETE FROM key_proxies",
    select: "SELECT key_id, proxy FROM key_proxies ORDER BY key_id",
    insert: "INSERT OR REPLACE INTO key_proxies (key_id, proxy) VALUES (?, ?)",
    later: true,
  },
] as const;

/** Kept in the snapshot but not under the digest: traffic changes them all the time. */
const STATES = {
  clear: "DELETE FROM key_states",
  select: "SELECT key_id, state, detail, at FROM key_states ORDER BY key_id",
  insert: "INSERT OR REPLACE INTO key_states (key_id, state, detail, at) VALUES (?, ?, ?, ?)",
};

const Cell = v.union([v.string(), v.number(), v.null(), v.strictObject({ base64: v.string() })]);
const Rows = v.array(v.array(Cell));
const Content = v.strictObject({
  format: v.literal(1),
  tables: v.record(v.string(), Rows),
  states: Rows,
});
export type SnapshotContent = v.InferOutput<typeof Content>;

function toCell(value: SqlValue): v.InferOutput<typeof Cell> {
  if (value instanceof Uint8Array) return { base64: Buffer.from(value).toString("base64") };
  return typeof value === "bigint" ? Number(value) : value;
}

function fromCell(cell: v.InferOutput<typeof Cell>): SqlValue {
  return typeof cell === "object" && cell !== null
    ? Uint8Array.from(Buffer.from(cell.base64, "base64"))
    : cell;
}

const toRow = (row: SqlRow) => Object.values(row).map(toCell);

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Everything the user entered, as it is in the database now. */
export function takeSnapshot(database: Database): SnapshotContent {
  const tables: SnapshotContent["tables"] = {};
  for (const table of TABLES) {
    const rows = database.prepare(table.select).all().map(toRow);
    if (rows.length > 0 || !("later" in table)) tables[table.name] = rows;
  }
  return { format: 1, tables, states: database.prepare(STATES.select).all().map(toRow) };
}

/** Changes with every change of what the user entered, and with nothing else. */
function digestOf(content: SnapshotContent): string {
  return sha256(JSON.stringify(content.tables));
}

/** Writes into the database what its user tables amount to, as part of the change that made them so. */
export function recordDigest(database: Database): SnapshotContent {
  const content = takeSnapshot(database);
  database.prepare("INSERT OR REPLACE INTO digest (id, value) VALUES (1, ?)").run(digestOf(content));
  return content;
}

/** Whether the user tables are what the last change made them: finds damage that SQLite, without checksums, cannot see. */
export function digestHolds(database: Database): boolean {
  const row = database.prepare("SELECT value FROM digest").get();
  return row?.value === digestOf(takeSnapshot(database));
}

/** Puts a snapshot into a new database; run it in a transaction. */
export function restoreSnapshot(database: Database, content: SnapshotContent): void {
  for (const { name, insert } of TABLES) {
    for (const row of content.tables[name] ?? []) database.prepare(insert).run(...row.map(fromCell));
  }
  for (const row of content.states) database.prepare(STATES.insert).run(...row.map(fromCell));
}

/**
 * Puts a snapshot in the place of what the user entered; all else stays. Gives what is there now, as it belongs into the
 * snapshot file. Run it in a transaction.
 */
export function replaceUserData(database: Database, content: SnapshotContent): SnapshotContent {
  for (const { clear } of TABLES) database.prepare(clear).run();
  database.prepare(STATES.clear).run();
  restoreSnapshot(database, content);
  return recordDigest(database);
}

/** Whether a value from elsewhere has the shape of a snapshot. */
export function isSnapshot(value: unknown): value is SnapshotContent {
  return v.is(Content, value);
}

/** How many keys a snapshot holds. */
export function keyCount(content: SnapshotContent): number {
  return content.tables.keys?.length ?? 0;
}

/** The generation before, should the newest be damaged. */
function previous(path: string): string {
  return `${path}.previous`;
}

/** Writes the snapshot file: its checksum, then its content, one line each. The one before is kept. */
export function writeSnapshot(path: string, content: SnapshotContent, random: Random): void {
  const text = JSON.stringify(content);
  try {
    renameSync(path, previous(path));
  } catch {
    // The first one has none before it.
  }
  writeAtomically(path, `${sha256(text)}\n${text}\n`, random);
}

/**
 * The newest good snapshot; `damaged` when there are files but none is whole, undefined when there is none at all.
 */
export function readSnapshot(path: string): SnapshotContent | "damaged" | undefined {
  let seen = false;
  for (const candidate of [path, previous(path)]) {
    let file: string;
    try {
      file = readFileSync(candidate, "utf8");
    } catch {
      continue;
    }
    seen = true;
    const [checksum, text] = file.split("\n");
    if (text === undefined || sha256(text) !== checksum) continue;
    const parsed = v.safeParse(Content, JSON.parse(text));
    if (parsed.success) return parsed.output;
  }
  return seen ? "damaged" : undefined;
}
