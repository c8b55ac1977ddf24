/**
 * A backup as a file: one line that says what it is, the header of the vault that seals it, then one sealed record. In it
 * lies a SQLite file with what the user entered, its secrets sealed by the same vault, and config.toml. Only SQLite as
 * WebAssembly ever opens it, and what is read is copied as values, so that a file made by somebody else can do no harm.
 */
import * as v from "valibot";
import type { Database, Timers } from "../ports.ts";
import { openSqljsDatabase } from "../store/driver-sqljs.ts";
import { migrate, SCHEMA_VERSION, schemaVersion } from "../store/migrations.ts";
import {
  digestHolds,
  isSnapshot,
  recordDigest,
  restoreSnapshot,
  type SnapshotContent,
  takeSnapshot,
} from "../store/snapshot.ts";
import { openStore } from "../store/store.ts";
import { isCorruption, StoreError } from "../store/store-error.ts";
import { type Header, parseHeader } from "../vault/header.ts";
import type { Vault } from "../vault/vault.ts";

const NAME = "freellm-backup";
const FORMAT = 1;
/** Far more than any set of keys and catalogues. */
const MOST_BYTES = 64 * 1024 * 1024;
/** The longest header of a vault has a third of this. */
const MOST_HEADER_BYTES = 2048;
const PLACE = { table: "backup", row: "", provider: "", field: "content" };

const Inside = v.object({
  format: v.literal(1),
  createdAt: v.string(),
  version: v.string(),
  schema: v.pipe(v.number(), v.integer(), v.minValue(1)),
  database: v.string(),
  config: v.nullable(v.string()),
});

export interface Backup {
  /** Sealed by the vault of the backup. */
  content: SnapshotContent;
  /** Text of config.toml; null where there was none. */
  config: string | null;
  /** ISO time. */
  createdAt: string;
  /** Of the program that made it. */
  version: string;
}

/** The bytes of a backup. `content` is sealed by `vault`, whose header is `header`. */
export async function sealBackup(backup: Backup, vault: Vault, header: string): Promise<Buffer> {
  const database = await openSqljsDatabase();
  try {
    migrate(database);
    database.transaction(() => {
      restoreSnapshot(database, backup.content);
      recordDigest(database);
    });
    const { createdAt, version, config } = backup;
    const inside: v.InferOutput<typeof Inside> = {
      ...{ format: 1, createdAt, version, schema: SCHEMA_VERSION },
      database: Buffer.from(database.serialize()).toString("base64"),
      config,
    };
    const sealed = vault.seal(PLACE, JSON.stringify(inside));
    return Buffer.concat([Buffer.from(`${NAME} ${FORMAT}\n${header}\n`, "utf8"), sealed]);
  } finally {
    database.close();
  }
}

/** The header of the vault that opens a backup, and its text. Throws StoreError for a file that is none, VaultError. */
export function backupHeader(file: Uint8Array): { header: Header; text: string } {
  const { text } = parts(file);
  return { header: parseHeader(text), text };
}

/** Throws StoreError when it is damaged or of a newer program, VaultError when it was changed. */
export async function openBackup(file: Uint8Array, vault: Vault, timers: Timers): Promise<Backup> {
  const parsed = v.safeParse(Inside, parsedJson(vault.open(PLACE, parts(file).sealed)));
  if (!parsed.success) throw damaged();
  const { createdAt, version, schema, config, database } = parsed.output;
  if (schema > SCHEMA_VERSION) throw newer(version);
  const content = await contentOf(Buffer.from(database, "base64"), timers, version);
  return { content, config, createdAt, version };
}

function parts(file: Uint8Array): { text: string; sealed: Uint8Array } {
  const start = Buffer.from(file.buffer, file.byteOffset, Math.min(file.length, MOST_HEADER_BYTES));
  const [, format, text] = /^freellm-backup (\d{1,6})\n([^\n]+)\n/.exec(start.toString("latin1")) ?? [];
  if (format !== undefined && Number(format) > FORMAT) throw newer(`that writes format ${format}`);
  if (text === undefined || file.length > MOST_BYTES) {
    throw new StoreError(
      "corrupt",
      "The file is no backup of freellm.",
      "Give a file that `freellm backup` made. Keys in other files: freellm keys import FILE",
    );
  }
  return { text, sealed: file.subarray(`${NAME} ${format}\n${text}\n`.length) };
}

/** What a SQLite file holds, checked before anything of it is used. */
async function contentOf(bytes: Uint8Array, timers: Timers, version: string): Promise<SnapshotContent> {
  let database: Database | undefined;
  try {
    database = await openSqljsDatabase(bytes);
    if (schemaVersion(database) > SCHEMA_VERSION) throw newer(version);
    refuseForeignParts(database);
    const [check] = database.prepare("PRAGMA quick_check").all();
    if (check?.quick_check !== "ok") throw damaged();
    migrate(database);
    const content = takeSnapshot(database);
    if (!isSnapshot(content) || !digestHolds(database)) throw damaged();
    await tryOut(content, timers);
    return content;
  } catch (error) {
    if (error instanceof StoreError && error.code === "newer_version") throw error;
    throw isCorruption(error) || error instanceof Error ? damaged() : error;
  } finally {
    database?.close();
  }
}

/** Views and triggers are none of ours: they would be code. */
function refuseForeignParts(database: Database): void {
  const foreign = database
    .prepare("SELECT name FROM sqlite_schema WHERE type NOT IN ('table', 'index')")
    .all();
  if (foreign.length > 0) throw damaged();
}

/** Puts it into a store of ours and reads it as a start would. */
async function tryOut(content: SnapshotContent, timers: Timers): Promise<void> {
  const database = await openSqljsDatabase();
  migrate(database);
  database.transaction(() => {
    restoreSnapshot(database, content);
    recordDigest(database);
  });
  const store = openStore({ database, timers });
  try {
    for (const part of [store.keys, store.endpoints, store.models]) part.list();
  } finally {
    store.close();
  }
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function damaged(): StoreError {
  return new StoreError("corrupt", "The backup is damaged.", "Use another backup. Nothing was changed.");
}

function newer(version: string): StoreError {
  return new StoreError(
    "newer_version",
    `The backup was made by a newer freellm (${version}).`,
    "Update freellm, then restore it. Nothing was changed.",
  );
}
