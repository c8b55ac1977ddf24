import { describe, expect, it } from "vitest";
import { Keyring, proxyPlace } from "../../src/core/app/keyring.ts";
import { openSqljsDatabase } from "../../src/core/store/driver-sqljs.ts";
import type { NewKey } from "../../src/core/store/keys.ts";
import { digestHolds, restoreSnapshot, type SnapshotContent } from "../../src/core/store/snapshot.ts";
import { openStore } from "../../src/core/store/store.ts";
import { openVault } from "../../src/core/vault/vault.ts";
import { random, timers } from "./ports.ts";

const KEY: NewKey = {
  provider: "groq",
  label: null,
  account: null,
  baseUrl: null,
  last4: "abcd",
  fingerprint: null,
  createdAt: 1_000,
};
const PROXY = "http://me:made-up-word@proxy.example:3128";

async function opened() {
  const database = await openSqljsDatabase();
  const snapshots: SnapshotContent[] = [];
  const store = openStore({ database, timers, saveSnapshot: (content) => void snapshots.push(content) });
  const vault = await openVault({
    header: {
      read: () => store.settings.text("vault_header"),
      write: (text) => store.settings.set("vault_header", text),
    },
    sealedRecords: false,
    encryptionKey: Buffer.from(random.bytes(32)).toString("hex"),
    keyFile: "",
    keychain: null,
    random,
    timers,
  });
  return { database, store, vault, snapshot: () => snapshots.at(-1) };
}

describe("the proxy of a key", () => {
  it("is kept sealed, opens in its own place only, and goes with the key", async () => {
    const { database, store, vault } = await opened();
    const { id } = store.keys.insert(KEY, () => null);
    const other = store.keys.insert(KEY, () => null).id;
    const sealed = vault.seal(proxyPlace("groq", id), PROXY);
    const stored = store.keys.update(id, { proxy: sealed });
    const keyring = new Keyring(vault, timers);
    keyring.set(stored);
    expect(keyring.proxyOf(id)).toBe(PROXY);
    keyring.set(store.keys.update(other, { proxy: sealed }));
    expect(() => keyring.proxyOf(other), "a record moved to another key").toThrow();
    expect(Buffer.from(database.serialize()).includes("made-up-word")).toBe(false);
    expect(store.keys.update(id, { label: "mine" }).proxy, "other changes leave it").toEqual(stored.proxy);
    keyring.set(store.keys.update(id, { proxy: null }));
    expect(keyring.proxyOf(id)).toBeNull();
    store.keys.remove(other);
    expect(database.prepare("SELECT * FROM key_proxies").all()).toEqual([]);
  });

  it("comes back with the snapshot", async () => {
    const { store, snapshot } = await opened();
    const { id } = store.keys.insert(KEY, () => null);
    store.keys.update(id, { proxy: new Uint8Array([1, 2, 3]) });
    const content = snapshot();
    if (content === undefined) throw new Error("nothing was saved");
    const fresh = await opened();
    fresh.store.change(() => restoreSnapshot(fresh.database, content));
    expect(fresh.store.keys.find(id)?.proxy).toEqual(new Uint8Array([1, 2, 3]));
  });

  it("is under the digest, and a database from before it still holds", async () => {
    const { database, store, snapshot } = await opened();
    const { id } = store.keys.insert(KEY, () => null);
    expect(snapshot()?.tables).not.toHaveProperty("key_proxies");
    store.keys.update(id, { proxy: new Uint8Array([1, 2, 3]) });
    expect(digestHolds(database)).toBe(true);
    database.execute("UPDATE key_proxies SET proxy = x'010204'");
    expect(digestHolds(database)).toBe(false);
  });
});
