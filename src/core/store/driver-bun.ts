/** The live file store: Bun's built-in SQLite in WAL mode. */
import { Database as BunSqlite, type Statement as BunStatement } from "bun:sqlite";
import type { Database, SqlRow, SqlValue, Statement } from "../ports.ts";
import { securePrivateFile } from "./private-file.ts";
import { withoutWal } from "./sqlite-file.ts";

/**
 * WAL survives `kill -9` at every point; NORMAL may lose the last commits in a power cut (`durable.ts` raises it
 * to FULL for keys). Without a busy timeout a second process fails at once instead of waiting. A checkpoint is the one
 * step that waits for the disk: at 8 MB of journal instead of 4 there are half as many.
 */
const PRAGMAS = `
  PRAGMA busy_timeout = 5000;
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA journal_mode = WAL;
  PRAGMA wal_autocheckpoint = 2000;
  PRAGMA synchronous = NORMAL;
  PRAGMA foreign_keys = ON;
  PRAGMA temp_store = MEMORY;
`;

/**
 * Opens or creates the database file, mode 0600. SQLite gives `-wal` and `-shm` the mode of the main file, so the
 * main file is made before SQLite sees it; left-over companions are tightened too.
 * Throws the engine's error when the file is no database, StoreError when it is a symbolic link.
 */
export function openBunDatabase(path: string): Database {
  securePrivateFile(path, "create");
  securePrivateFile(`${path}-wal`, "if-present");
  securePrivateFile(`${path}-shm`, "if-present");
  const sqlite = new BunSqlite(path, { readwrite: true, create: true });
  try {
    sqlite.run(PRAGMAS);
    return new BunDatabase(sqlite);
  } catch (error) {
    sqlite.close();
    throw error;
  }
}

class BunDatabase implements Database {
  readonly #sqlite: BunSqlite;
  readonly #prepared = new Map<string, BunPrepared>();
  readonly #begin: Statement;
  readonly #commit: Statement;

  constructor(sqlite: BunSqlite) {
    this.#sqlite = sqlite;
    this.#begin = this.prepare("BEGIN IMMEDIATE");
    this.#commit = this.prepare("COMMIT");
  }

  execute(sql: string): void {
    this.#sqlite.run(sql);
  }

  prepare(sql: string): Statement {
    const known = this.#prepared.get(sql);
    if (known) return known;
    const statement = new BunPrepared(this.#sqlite, sql);
    this.#prepared.set(sql, statement);
    return statement;
  }

  transaction<T>(work: () => T): T {
    this.#begin.run();
    try {
      const result = work();
      this.#commit.run();
      return result;
    } catch (error) {
      // Some errors (disk full, I/O) have rolled back already.
      if (this.#sqlite.inTransaction) this.#sqlite.run("ROLLBACK");
      throw error;
    }
  }

  serialize(): Uint8Array {
    return withoutWal(this.#sqlite.serialize());
  }

  close(): void {
    // An open statement would keep the connection alive, and with it the `-wal` file.
    for (const statement of this.#prepared.values()) statement.finalize();
    this.#prepared.clear();
    this.#sqlite.close();
  }
}

/** Compiled when it is first used: a start knows of a hundred statements and needs a few. */
class BunPrepared implements Statement {
  readonly #sqlite: BunSqlite;
  readonly #sql: string;
  #native: BunStatement<SqlRow, SqlValue[]> | null = null;

  constructor(sqlite: BunSqlite, sql: string) {
    this.#sqlite = sqlite;
    this.#sql = sql;
  }

  run(...parameters: SqlValue[]): void {
    (this.#native ?? this.#compile()).run(...parameters);
  }

  get(...parameters: SqlValue[]): SqlRow | undefined {
    return (this.#native ?? this.#compile()).get(...parameters) ?? undefined;
  }

  all(...parameters: SqlValue[]): SqlRow[] {
    return (this.#native ?? this.#compile()).all(...parameters);
  }

  finalize(): void {
    this.#native?.finalize();
  }

  #compile(): BunStatement<SqlRow, SqlValue[]> {
    this.#native = this.#sqlite.prepare<SqlRow, SqlValue[]>(this.#sql);
    return this.#native;
  }
}
