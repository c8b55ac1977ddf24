import { describe, expect, it } from "vitest";
import { openSqljsDatabase } from "../../src/core/store/driver-sqljs.ts";
import { migrate, SCHEMA_VERSION, schemaVersion } from "../../src/core/store/migrations.ts";

const steps = [
  "CREATE TABLE a (x INTEGER); PRAGMA user_version = 1;",
  "ALTER TABLE a ADD COLUMN y INTEGER; PRAGMA user_version = 2;",
];

describe("migrations", () => {
  it("brings a new database to the newest schema, and does nothing the second time", async () => {
    const database = await openSqljsDatabase();
    migrate(database);
    expect(schemaVersion(database)).toBe(SCHEMA_VERSION);
    migrate(database);
    expect(schemaVersion(database)).toBe(SCHEMA_VERSION);
  });

  it("runs only the steps that are missing, keeping the data", async () => {
    const database = await openSqljsDatabase();
    migrate(database, steps.slice(0, 1));
    database.execute("INSERT INTO a VALUES (7)");
    migrate(database, steps);
    expect(database.prepare("SELECT * FROM a").get()).toEqual({ x: 7, y: null });
  });

  it("undoes a step that fails half way, its version included", async () => {
    const database = await openSqljsDatabase();
    const broken = "CREATE TABLE b (x INTEGER); PRAGMA user_version = 2; INSERT INTO nowhere VALUES (1);";
    expect(() => migrate(database, [...steps.slice(0, 1), broken])).toThrow(/nowhere/);
    expect(schemaVersion(database)).toBe(1);
    expect(database.prepare("SELECT name FROM sqlite_schema WHERE name = 'b'").get()).toBeUndefined();
    migrate(database, steps);
    expect(schemaVersion(database)).toBe(2);
  });

  it("refuses a database of a newer program and leaves it alone", async () => {
    const database = await openSqljsDatabase();
    migrate(database, steps);
    expect(() => migrate(database, steps.slice(0, 1))).toThrow(/newer freellm/);
    expect(schemaVersion(database)).toBe(2);
  });
});
