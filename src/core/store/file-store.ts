/** The store of a home: opened, checked, and where it is damaged set aside and rebuilt from the snapshot. */
import { chmodSync, copyFileSync, linkSync, renameSync, rmSync, statSync } from "node:fs";
import type { Database, Random, Timers } from "../ports.ts";
import { openCallLog } from "./call-log.ts";
import { openBunDatabase } from "./driver-bun.ts";
import type { Home } from "./home.ts";
import { migrate } from "./migrations.ts";
import {
  digestHolds,
  keyCount,
  readSnapshot,
  recordDigest,
  restoreSnapshot,
  type SnapshotContent,
  writeSnapshot,
} from "./snapshot.ts";
import { glanceAtDatabase } from "./sqlite-file.ts";
import { openStore, type Store } from "./store.ts";
import { isCorruption, StoreError } from "./store-error.ts";

/** Up to this size a whole quick_check fits into the time a start may take (2.5 ms a megabyte). */
const WHOLE_CHECK_BYTES = 8 * 1024 * 1024;

export interface FileStoreOptions {
  /** Prepared by `prepareHome`; the caller holds its lock. */
  home: Home;
  timers: Timers;
  random: Random;
  /** Epoch milliseconds, for the name of a damaged file. */
  now: number;
  onError?: (error: unknown) => void;
}

export interface FileStore {
  store: Store;
  /** What happened at opening that the user should know, in sentences; usually none. */
  notices: string[];
}

/** Throws StoreError when there is no way to go on that loses nothing unsaid; see its hint. */
export function openFileStore(options: FileStoreOptions): FileStore {
  const { home, now } = options;
  switch (glanceAtDatabase(home.database)) {
    case "missing":
      return create(options);
    case "empty":
      // Whoever made an empty file here: with a snapshot beside it this was no first run.
      return readSnapshot(home.snapshot) === undefined ? create(options) : recover(options);
    case "damaged":
      return recover(options);
    case "plausible": {
      let database: Database | undefined;
      try {
        const killed = sizeOf(`${home.database}-wal`) > 0;
        database = openBunDatabase(home.database);
        check(database, killed && sizeOf(home.database) <= WHOLE_CHECK_BYTES, now);
        return { store: serve(database, options), notices: [] };
      } catch (error) {
        database?.close();
        if (isCorruption(error)) return recover(options);
        throw error;
      }
    }
  }
}

/** The whole file after a kill when it is small; always the small tables, which hold what must be right. */
const CHECKS = [
  "PRAGMA quick_check(keys)",
  "PRAGMA quick_check(key_numbers)",
  "PRAGMA quick_check(key_states)",
  "PRAGMA quick_check(endpoints)",
  "PRAGMA quick_check(model_overrides)",
  "PRAGMA quick_check(settings)",
  "PRAGMA quick_check(model_pins)",
  "PRAGMA quick_check(model_lists)",
  "PRAGMA quick_check(catalogues)",
  "PRAGMA quick_check(calls)",
  "PRAGMA quick_check(usage_slots)",
  "PRAGMA quick_check(rests)",
  "PRAGMA quick_check(totals)",
];

function check(database: Database, whole: boolean, now: number): void {
  migrate(database);
  for (const sql of whole ? ["PRAGMA quick_check"] : CHECKS) {
    const [row] = database.prepare(sql).all();
    if (row?.quick_check !== "ok") throw new StoreError("corrupt", "The database is damaged.");
  }
  if (!digestHolds(database))
    throw new StoreError("corrupt", "The database holds other keys than were entered.");
  // Where the history grows, a damaged page would break every write to come. Further back it breaks old pages only.
  database.prepare("SELECT * FROM request_pages WHERE last_at <= ? ORDER BY last_at DESC LIMIT 2").all(now);
  database.prepare("SELECT * FROM request_pages ORDER BY number DESC LIMIT 1").all();
}

function create(options: FileStoreOptions): FileStore {
  const { home } = options;
  const snapshot = readSnapshot(home.snapshot);
  if (snapshot === "damaged" || (snapshot && keyCount(snapshot) > 0)) {
    throw new StoreError(
      "database_missing",
      `The database ${home.database} is gone, but it held keys before.`,
      `Put it back, or remove ${home.snapshot} and ${home.snapshot}.previous to start without keys.`,
    );
  }
  return { store: replace(snapshot, options), notices: [] };
}

function recover(options: FileStoreOptions): FileStore {
  const { home } = options;
  const snapshot = readSnapshot(home.snapshot);
  if (snapshot === undefined || snapshot === "damaged") {
    throw new StoreError(
      "corrupt",
      `The database ${home.database} is damaged and there is no good snapshot of its keys beside it.`,
      "Put back a copy of the data directory, or move the database away to start without keys.",
    );
  }
  const aside = setAside(home.database, options.now);
  const store = replace(snapshot, options);
  const keys = keyCount(snapshot);
  return {
    store,
    notices: [
      `The database was damaged. It was moved to ${aside}; ${keys} ${keys === 1 ? "key" : "keys"} and the settings came back from the snapshot.`,
      "Past requests and what is used up of the quotas were lost with it: until the providers' windows have passed, freellm may count too little.",
    ],
  };
}

/**
 * Keeps the damaged file and its journal under another name, so that SQLite could still open them together. The file
 * itself stays in its place until a whole one replaces it: a kill in between leads here again, not to an empty store.
 */
function setAside(path: string, now: number): string {
  const aside = `${path}.corrupt-${new Date(now).toISOString().replaceAll(":", "-")}`;
  if (sizeOf(`${path}-wal`) > 0) renameSync(`${path}-wal`, `${aside}-wal`);
  removeCompanions(path);
  try {
    linkSync(path, aside);
  } catch {
    // A file system without hard links, or a second start within the same millisecond.
    copyFileSync(path, aside);
    chmodSync(aside, 0o600);
  }
  return aside;
}

function removeCompanions(path: string): void {
  rmSync(`${path}-wal`, { force: true });
  rmSync(`${path}-shm`, { force: true });
}

/**
 * Makes a new database beside, with what the snapshot holds, and puts it in place when it is whole. Writes the snapshot,
 * which from now on says that this was no first run.
 */
function replace(snapshot: SnapshotContent | undefined, options: FileStoreOptions): Store {
  const { home, random } = options;
  const beside = `${home.database}.new`;
  rmSync(beside, { force: true });
  removeCompanions(beside);
  removeCompanions(home.database);
  const database = openBunDatabase(beside);
  migrate(database);
  const content = database.transaction(() => {
    if (snapshot) restoreSnapshot(database, snapshot);
    return recordDigest(database);
  });
  database.close();
  renameSync(beside, home.database);
  writeSnapshot(home.snapshot, content, random);
  return serve(openBunDatabase(home.database), options);
}

function serve(database: Database, { home, timers, random, onError }: FileStoreOptions): Store {
  const saveSnapshot = (content: SnapshotContent) => writeSnapshot(home.snapshot, content, random);
  const log = openCallLog(home.callLog);
  return openStore({ database, timers, saveSnapshot, log, ...(onError && { onError }) });
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
