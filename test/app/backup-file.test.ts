/** The file of a backup: whatever is done to it, it opens as it was or not at all. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Backup, backupHeader, openBackup, sealBackup } from "../../src/core/app/backup-file.ts";
import { secretPlace } from "../../src/core/app/keyring.ts";
import type { Timers } from "../../src/core/ports.ts";
import { openSqljsDatabase } from "../../src/core/store/driver-sqljs.ts";
import { migrate, SCHEMA_VERSION } from "../../src/core/store/migrations.ts";
import { recordDigest, restoreSnapshot, type SnapshotContent } from "../../src/core/store/snapshot.ts";
import { StoreError } from "../../src/core/store/store-error.ts";
import { openVault, type Vault } from "../../src/core/vault/vault.ts";
import { VaultError } from "../../src/core/vault/vault-error.ts";

const timers: Timers = { after: () => ({ cancel() {} }) };
const random = {
  bytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)),
  fraction: () => 0,
};
let vault: Vault;
let header = "";
let backup: Backup;
let file: Buffer;

beforeAll(async () => {
  vault = await openVault({
    header: {
      read: () => undefined,
      write: (text) => {
        header = text;
      },
    },
    sealedRecords: false,
    ...{ encryptionKey: "ab".repeat(32), keyFile: "", keychain: null, random, timers },
  });
  const sealed = Buffer.from(vault.seal(secretPlace("groq", "groq-1"), "sk-made-up"));
  const key = [
    "groq-1",
    "groq",
    null,
    "groq-1",
    null,
    { base64: sealed.toString("base64") },
    "e-up",
    "f",
    1,
    5,
  ];
  const content: SnapshotContent = {
    format: 1,
    tables: {
      keys: [key],
      key_numbers: [["groq", 1]],
      endpoints: [],
      model_overrides: [["groq/a", 0, null]],
      settings: [["vault_header", header]],
    },
    states: [["groq-1", "healthy", null, 5]],
  };
  backup = { content, config: "port = 1\n", createdAt: "2026-11-01T00:00:00.000Z", version: "0.1.0" };
  file = await sealBackup(backup, vault, header);
});
afterAll(() => vault.close());

async function refusal(bytes: Uint8Array): Promise<StoreError | VaultError> {
  try {
    backupHeader(bytes);
    await openBackup(bytes, vault, timers);
  } catch (error) {
    if (error instanceof StoreError || error instanceof VaultError) return error;
    throw error;
  }
  throw new Error("it was opened");
}

/** A backup of our vault, sealed right, around a database that is not ours. */
async function around(change: (database: Awaited<ReturnType<typeof openSqljsDatabase>>) => void) {
  const database = await openSqljsDatabase();
  migrate(database);
  database.transaction(() => {
    restoreSnapshot(database, backup.content);
    recordDigest(database);
  });
  change(database);
  return wrapped({ database: Buffer.from(database.serialize()).toString("base64") });
}

function wrapped(fields: Record<string, unknown>): Buffer {
  const { createdAt, version } = backup;
  const inside = { format: 1, createdAt, version, schema: SCHEMA_VERSION, config: null, ...fields };
  const place = { table: "backup", row: "", provider: "", field: "content" };
  const sealed = vault.seal(place, JSON.stringify(inside));
  return Buffer.concat([Buffer.from(`freellm-backup 1\n${header}\n`), sealed]);
}

describe("a backup", () => {
  test("opens as it was", async () => {
    expect(backupHeader(file).text).toBe(header);
    expect(await openBackup(file, vault, timers)).toEqual(backup);
  });

  test("cut off anywhere is refused", async () => {
    const edge = file.length - 40;
    for (let length = 0; length < file.length; length += length < 500 || length > edge ? 1 : 997) {
      expect((await refusal(file.subarray(0, length))).code, String(length)).toMatch(
        /^(?:corrupt|cannot_open)$/,
      );
    }
  });

  test("with any bit changed is refused", async () => {
    const bodyAt = Buffer.from(`freellm-backup 1\n${header}\n`).length;
    for (let at = 0; at < file.length; at += at < bodyAt + 40 ? 1 : 499) {
      const changed = Buffer.from(file);
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
      // The header is whole by its own vault only; another vault's does not open the body.
      const open = openVaultOf(changed).then((other) => openBackup(changed, other, timers));
      await expect(open, String(at)).rejects.toThrow();
    }
  });

  test.each([
    ["nothing", Buffer.alloc(0)],
    ["a database", Buffer.from(`SQLite format 3\0${"x".repeat(4000)}`)],
    ["text", Buffer.from("GROQ_API_KEY=gsk_x\n")],
    ["a line without an end", Buffer.from("freellm-backup 1\n{".padEnd(5000, "x"))],
  ])("that is %s is refused with what to give instead", async (_, bytes) => {
    const error = await refusal(bytes);
    expect(error.code).toBe("corrupt");
    expect(error.hint).toContain("freellm backup");
  });

  test("of a newer format or schema is refused, and says so", async () => {
    const format = Buffer.from(
      file.toString("latin1").replace("freellm-backup 1", "freellm-backup 2"),
      "latin1",
    );
    expect((await refusal(format)).code).toBe("newer_version");
    const schema = await refusal(wrapped({ schema: SCHEMA_VERSION + 1, database: "" }));
    expect(schema.code).toBe("newer_version");
    expect(schema.hint).toContain("Update freellm");
    const inside = await around((database) => database.execute("PRAGMA user_version = 999"));
    expect((await refusal(inside)).code).toBe("newer_version");
  });

  test.each([
    ["a trigger", "CREATE TRIGGER t AFTER DELETE ON keys BEGIN DELETE FROM settings; END"],
    ["a view", "CREATE VIEW v AS SELECT 1"],
    ["another key than the digest says", "UPDATE keys SET account = 'x'"],
    ["no table of keys", "DROP TABLE keys"],
    ["models that are none", "INSERT INTO endpoints VALUES ('a', 'a', 'http://a', 'no json', 1)"],
  ])("with %s inside is refused", async (_, sql) => {
    expect((await refusal(await around((database) => database.execute(sql)))).code).toBe("corrupt");
  });

  test("around something that is no database is refused", async () => {
    for (const database of ["", "AAAA", Buffer.from("SQLite format 3\0").toString("base64")]) {
      expect((await refusal(wrapped({ database }))).code).toBe("corrupt");
    }
    expect((await refusal(wrapped({ database: 1 }))).code).toBe("corrupt");
  });

  test("whose header asks for hours of work is refused at once", async () => {
    const scrypt = { name: "scrypt", costLog2: 30, blockSize: 8, parallelism: 1 };
    const costly = JSON.stringify({ ...JSON.parse(header), opener: "passphrase", derivation: scrypt });
    const bytes = Buffer.concat([Buffer.from(`freellm-backup 1\n${costly}\n`), Buffer.alloc(100)]);
    await expect(openVaultOf(bytes)).rejects.toMatchObject({ code: "cost_refused" });
  });
});

/** The vault that the header of the file asks for. */
async function openVaultOf(bytes: Buffer): Promise<Vault> {
  const { text } = backupHeader(bytes);
  return await openVault({
    header: { read: () => text, write: () => {} },
    sealedRecords: true,
    passphrase: () => "a passphrase",
    ...{ encryptionKey: "ab".repeat(32), keyFile: "", keychain: null, random, timers },
  });
}
