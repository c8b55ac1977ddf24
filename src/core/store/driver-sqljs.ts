/** SQLite as WebAssembly, wholly in memory: for ephemeral use, sealed exports, and files of unknown origin. */
import { readFileSync } from "node:fs";
import type {
  BindParams,
  Database as SqljsNative,
  Statement as SqljsStatement,
  SqlValue as SqljsValue,
} from "sql.js";
import type { Database, SqlRow, SqlValue, Statement } from "../ports.ts";
import { withoutWal } from "./sqlite-file.ts";

/**
 * A database in memory, new or from the bytes of a SQLite file (copied). The engine is loaded on first use. The
 * `file` import keeps the WebAssembly inside the compiled binary, where the engine's own search for it would fail.
 */
export async function openSqljsDatabase(bytes?: Uint8Array): Promise<Database> {
  const [{ default: initialise }, { default: wasmPath }] = await Promise.all([
    import("sql.js"),
    import("sql.js/dist/sql-wasm.wasm", { with: { type: "file" } }),
  ]);
  const engine = await initialise({ wasmBinary: Uint8Array.from(readFileSync(wasmPath)).buffer });
  const native = new engine.Database(bytes ? withoutWal(Uint8Array.from(bytes)) : null);
  const database = new SqljsDatabase(native);
  database.execute("PRAGMA foreign_keys = ON");
  return database;
}

class SqljsDatabase implements Database {
  readonly #native: SqljsNative;
  readonly #prepared = new Map<string, Statement>();

  constructor(native: SqljsNative) {
    this.#native = native;
  }

  execute(sql: string): void {
    this.#native.exec(sql);
  }

  prepare(sql: string): Statement {
    const known = this.#prepared.get(sql);
    if (known) return known;
    const statement = new SqljsPrepared(this.#native.prepare(sql));
    this.#prepared.set(sql, statement);
    return statement;
  }

  transaction<T>(work: () => T): T {
    this.execute("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.execute("COMMIT");
      return result;
    } catch (error) {
      try {
        this.execute("ROLLBACK");
      } catch {
        // Rolled back already; the first error is the one that matters.
      }
      throw error;
    }
  }

  serialize(): Uint8Array {
    return this.#native.export();
  }

  close(): void {
    this.#prepared.clear();
    this.#native.close();
  }
}

class SqljsPrepared implements Statement {
  readonly #native: SqljsStatement;

  constructor(native: SqljsStatement) {
    this.#native = native;
  }

  run(...parameters: SqlValue[]): void {
    this.#native.run(bindable(parameters));
  }

  get(...parameters: SqlValue[]): SqlRow | undefined {
    return this.#rows(parameters, 1)[0];
  }

  all(...parameters: SqlValue[]): SqlRow[] {
    return this.#rows(parameters, Number.POSITIVE_INFINITY);
  }

  #rows(parameters: SqlValue[], limit: number): SqlRow[] {
    const rows: SqlRow[] = [];
    try {
      this.#native.bind(bindable(parameters));
      while (rows.length < limit && this.#native.step()) rows.push(this.#native.getAsObject());
      return rows;
    } finally {
      this.#native.reset();
    }
  }
}

/** The engine takes bigint parameters though its types leave them out. */
function bindable(parameters: SqlValue[]): BindParams {
  return parameters as SqljsValue[];
}
