import { statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Database } from "../../src/core/ports.ts";
import { openBunDatabase } from "../../src/core/store/driver-bun.ts";
import { openSqljsDatabase } from "../../src/core/store/driver-sqljs.ts";
import { temporaryDirectory } from "./temporary.ts";

const drivers: Record<string, () => Promise<Database>> = {
  "bun:sqlite": async () => openBunDatabase(join(temporaryDirectory(), "test.db")),
  "sql.js": () => openSqljsDatabase(),
};

describe.each(Object.entries(drivers))("the driver contract: %s", (_name, open) => {
  async function openNotes(): Promise<Database> {
    const database = await open();
    database.execute(
      "CREATE TABLE notes (id INTEGER PRIMARY KEY, body ANY); CREATE INDEX by_body ON notes (body)",
    );
    return database;
  }

  it("gives back every kind of value as it was put in", async () => {
    const database = await openNotes();
    const values = [
      "text with \u0000 and \u{1f600}",
      7,
      1.5,
      -(2 ** 53 - 1),
      null,
      new Uint8Array([0, 255, 1]),
    ];
    for (const value of values) database.prepare("INSERT INTO notes (body) VALUES (?)").run(value);
    const rows = database.prepare("SELECT body FROM notes ORDER BY id").all();
    expect(rows.map((row) => row.body)).toEqual(values);
    expect(rows[5]?.body).toBeInstanceOf(Uint8Array);
  });

  it("takes bigint parameters", async () => {
    const database = await openNotes();
    database.prepare("INSERT INTO notes (body) VALUES (?)").run(12_345_678_901n);
    expect(database.prepare("SELECT body FROM notes").get()).toEqual({ body: 12_345_678_901 });
  });

  it("answers undefined and [] where there is nothing", async () => {
    const database = await openNotes();
    expect(database.prepare("SELECT * FROM notes WHERE id = ?").get(9)).toBeUndefined();
    expect(database.prepare("SELECT * FROM notes").all()).toEqual([]);
  });

  it("keeps a prepared statement usable, also after an error in it", async () => {
    const database = await openNotes();
    const insert = database.prepare("INSERT INTO notes (id, body) VALUES (?, ?)");
    expect(database.prepare("INSERT INTO notes (id, body) VALUES (?, ?)")).toBe(insert);
    insert.run(1, "a");
    expect(() => insert.run(1, "b")).toThrow(/UNIQUE/);
    insert.run(2, "c");
    expect(database.prepare("SELECT count(*) AS n FROM notes").get()).toEqual({ n: 2 });
  });

  it("commits what a transaction did, rolls back when it throws, and goes on", async () => {
    const database = await openNotes();
    const insert = database.prepare("INSERT INTO notes (body) VALUES (?)");
    const result = database.transaction(() => {
      insert.run("kept");
      return 42;
    });
    expect(result).toBe(42);
    expect(() =>
      database.transaction(() => {
        insert.run("lost");
        throw new Error("no");
      }),
    ).toThrow("no");
    database.transaction(() => insert.run("kept too"));
    expect(database.prepare("SELECT body FROM notes ORDER BY id").all()).toEqual([
      { body: "kept" },
      { body: "kept too" },
    ]);
  });

  it("enforces foreign keys", async () => {
    const database = await open();
    database.execute("CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (a INTEGER REFERENCES a (id))");
    expect(() => database.prepare("INSERT INTO b VALUES (?)").run(1)).toThrow(/FOREIGN KEY/);
  });

  it("serializes to bytes that sql.js opens, and stays usable with its statements and pragmas", async () => {
    const database = await openNotes();
    const insert = database.prepare("INSERT INTO notes (body) VALUES (?)");
    insert.run("first");
    const copy = await openSqljsDatabase(database.serialize());
    expect(copy.prepare("SELECT body FROM notes").all()).toEqual([{ body: "first" }]);
    insert.run("second");
    expect(database.prepare("SELECT count(*) AS n FROM notes").get()).toEqual({ n: 2 });
    expect(copy.prepare("SELECT count(*) AS n FROM notes").get()).toEqual({ n: 1 });
    expect(database.prepare("PRAGMA foreign_keys").get()).toEqual({ foreign_keys: 1 });
    copy.prepare("INSERT INTO notes (body) VALUES (?)").run("third");
  });

  it("refuses to work once closed", async () => {
    const database = await openNotes();
    const insert = database.prepare("INSERT INTO notes (body) VALUES (?)");
    database.close();
    expect(() => insert.run("late")).toThrow();
  });
});

describe("the file behind bun:sqlite", () => {
  it("keeps what was written, leaves no -wal after closing, and runs in WAL with a busy timeout", () => {
    const path = join(temporaryDirectory(), "test.db");
    const database = openBunDatabase(path);
    database.execute("CREATE TABLE notes (body TEXT); INSERT INTO notes VALUES ('x')");
    expect(database.prepare("PRAGMA journal_mode").get()).toEqual({ journal_mode: "wal" });
    expect(database.prepare("PRAGMA busy_timeout").get()).toEqual({ timeout: 5000 });
    expect(database.prepare("PRAGMA synchronous").get()).toEqual({ synchronous: 1 });
    expect(statSync(`${path}-wal`).size).toBeGreaterThan(0);
    database.close();
    expect(statSync(`${path}-wal`, { throwIfNoEntry: false })).toBeUndefined();
    expect(openBunDatabase(path).prepare("SELECT body FROM notes").all()).toEqual([{ body: "x" }]);
  });
});
