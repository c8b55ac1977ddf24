import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { systemKeychain } from "../../src/core/vault/keychain.ts";
import { readPassphrase } from "../../src/core/vault/passphrase.ts";
import { openVault } from "../../src/core/vault/vault.ts";
import { timers } from "../store/ports.ts";
import { temporaryDirectory } from "../store/temporary.ts";
import { MemoryKeychain, vaultOptions } from "./setup.ts";

const KEY = "0123456789abcdef".repeat(4);
const CONTEXT = { table: "keys", row: "groq-1", provider: "groq", field: "secret" };

describe("a first run", () => {
  it("takes the environment's key, else the keychain, else a key file, and says so", async () => {
    const keychain = new MemoryKeychain();
    const environment = await openVault(vaultOptions({ encryptionKey: KEY, keychain }));
    expect([environment.opener, environment.created]).toEqual(["environment", true]);
    expect(environment.describe()).toBe("the key in FREELLM_ENCRYPTION_KEY");
    expect(keychain.calls).toBe(0);

    const inKeychain = await openVault(vaultOptions({ encryptionKey: "", keychain }));
    expect(inKeychain.describe()).toBe("a key in the system's keychain");
    expect(keychain.entries.size).toBe(1);

    keychain.locked = true;
    const options = vaultOptions({ keychain });
    const file = await openVault(options);
    expect(file.describe()).toBe(`the key file ${options.keyFile}`);
    expect(readFileSync(options.keyFile, "utf8")).toMatch(/^[0-9a-f]{64}\n$/);
    expect(statSync(options.keyFile).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(options.keyFile)).mode & 0o777).toBe(0o700);
  });

  it("does not wait for ever for a keychain that asks somebody who is not there", async () => {
    const keychain = new MemoryKeychain();
    keychain.set = () => new Promise(() => {});
    const impatient = { after: (_ms: number, callback: () => void) => timers.after(1, callback) };
    expect((await openVault(vaultOptions({ keychain, timers: impatient }))).opener).toBe("key-file");
  });

  it("works with whatever keychain this machine has", async () => {
    const keychain = systemKeychain();
    const options = vaultOptions({ keychain });
    const vault = await openVault(options);
    expect(["keychain", "key-file"]).toContain(vault.opener);
    const sealed = vault.seal(CONTEXT, "secret");
    expect((await openVault(options)).open(CONTEXT, sealed)).toBe("secret");
    if (vault.opener === "keychain") await keychain?.delete(JSON.parse(options.header.text ?? "").vault);
  });

  it("refuses an environment key of the wrong shape without repeating it", async () => {
    const error = await openVault(vaultOptions({ encryptionKey: `${KEY}zz` })).catch(
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code: "bad_key" });
    expect(JSON.stringify(error) + String(error)).not.toContain(KEY);
  });

  it("never makes a new key where there are sealed records without a header", async () => {
    const options = vaultOptions({ sealedRecords: true });
    await expect(openVault(options)).rejects.toMatchObject({ code: "header_missing" });
    expect(options.header.text).toBeUndefined();
  });
});

describe("later runs", () => {
  it("use the recorded opener, whatever else is there, and stop when it is not", async () => {
    const keychain = new MemoryKeychain();
    const options = vaultOptions({ encryptionKey: KEY });
    const sealed = (await openVault(options)).seal(CONTEXT, "secret");
    const again = await openVault({ ...options, encryptionKey: KEY.toUpperCase(), keychain });
    expect([again.opener, again.created, again.open(CONTEXT, sealed)]).toEqual([
      "environment",
      false,
      "secret",
    ]);
    await expect(openVault({ ...options, encryptionKey: undefined, keychain })).rejects.toMatchObject({
      code: "opener_missing",
      hint: expect.stringContaining("FREELLM_ENCRYPTION_KEY"),
    });
    await expect(openVault({ ...options, encryptionKey: "f".repeat(64) })).rejects.toMatchObject({
      code: "cannot_open",
    });
    expect(keychain.calls).toBe(0);
  });

  it("stop when the keychain is locked, empty or missing", async () => {
    const keychain = new MemoryKeychain();
    const options = vaultOptions({ keychain });
    await openVault(options);
    keychain.locked = true;
    await expect(openVault(options)).rejects.toMatchObject({ code: "opener_missing" });
    await expect(openVault({ ...options, keychain: null })).rejects.toMatchObject({ code: "opener_missing" });
    keychain.locked = false;
    keychain.entries.clear();
    await expect(openVault({ ...options, encryptionKey: KEY })).rejects.toMatchObject({
      code: "opener_missing",
    });
  });

  it("stop when the key file is gone, and do not make another", async () => {
    const options = vaultOptions();
    await openVault(options);
    rmSync(options.keyFile);
    await expect(openVault(options)).rejects.toMatchObject({ code: "opener_missing" });
    expect(statSync(options.keyFile, { throwIfNoEntry: false })).toBeUndefined();
  });

  it("refuse a key file that others can read or write, a link, and a file without a key", async () => {
    const options = vaultOptions();
    await openVault(options);
    for (const mode of [0o640, 0o604, 0o666, 0o620]) {
      chmodSync(options.keyFile, mode);
      await expect(openVault(options)).rejects.toMatchObject({ code: "unsafe_file" });
    }
    const elsewhere = join(temporaryDirectory(), "key");
    writeFileSync(elsewhere, readFileSync(options.keyFile), { mode: 0o600 });
    rmSync(options.keyFile);
    symlinkSync(elsewhere, options.keyFile);
    await expect(openVault(options)).rejects.toMatchObject({ code: "unsafe_file" });
    rmSync(options.keyFile);
    mkdirSync(options.keyFile);
    await expect(openVault(options)).rejects.toMatchObject({ code: "unsafe_file" });
    rmSync(options.keyFile, { recursive: true });
    for (const content of ["", "0123", `${KEY}\n${KEY}`, KEY.replace("0", "g")]) {
      writeFileSync(options.keyFile, content, { mode: 0o600 });
      await expect(openVault(options)).rejects.toMatchObject({ code: "bad_key" });
    }
  });

  it("refuse a key file planted before the first run, unless it is private", async () => {
    const planted = vaultOptions();
    mkdirSync(dirname(planted.keyFile));
    writeFileSync(planted.keyFile, `${KEY}\n`);
    chmodSync(planted.keyFile, 0o666);
    await expect(openVault(planted)).rejects.toMatchObject({ code: "unsafe_file" });
    expect(planted.header.text).toBeUndefined();
    chmodSync(planted.keyFile, 0o600);
    expect((await openVault(planted)).created).toBe(true);
    expect(readFileSync(planted.keyFile, "utf8")).toBe(`${KEY}\n`);
  });
});

describe("a passphrase from a file", () => {
  it("is its first line", () => {
    const path = join(temporaryDirectory(), "passphrase");
    for (const content of ["correct horse", "correct horse\n", "correct horse\r\nand more\n"]) {
      writeFileSync(path, content);
      expect(readPassphrase(path)).toBe("correct horse");
    }
    writeFileSync(path, "\n");
    expect(() => readPassphrase(path)).toThrow(expect.objectContaining({ code: "bad_key" }));
    expect(() => readPassphrase(`${path}-not-there`)).toThrow(expect.objectContaining({ code: "bad_key" }));
  });

  it("may come through a descriptor", () => {
    const path = join(temporaryDirectory(), "passphrase");
    writeFileSync(path, "correct horse\n");
    const descriptor = openSync(path, "r");
    try {
      expect(readPassphrase(descriptor)).toBe("correct horse");
    } finally {
      closeSync(descriptor);
    }
  });
});
