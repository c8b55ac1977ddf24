/** Pins, lists of models and imported catalogues: kept, and kept in the snapshot where nobody else has them. */
import { describe, expect, it } from "vitest";
import { openSqljsDatabase } from "../../src/core/store/driver-sqljs.ts";
import { migrate } from "../../src/core/store/migrations.ts";
import {
  digestHolds,
  recordDigest,
  restoreSnapshot,
  type SnapshotContent,
} from "../../src/core/store/snapshot.ts";
import { openStore } from "../../src/core/store/store.ts";
import { timers } from "./ports.ts";

async function newStore() {
  const database = await openSqljsDatabase();
  let snapshot: SnapshotContent | undefined;
  const store = openStore({
    database,
    timers,
    saveSnapshot: (content) => {
      snapshot = content;
    },
  });
  return { store, database, snapshot: () => snapshot };
}

const issue = (issued: number) => ({
  issued,
  importedAt: issued + 1,
  signer: "ed25519:AAAA",
  document: `{"n":${issued}}`,
});

describe("pins", () => {
  it("keep their order and replace those before", async () => {
    const { store } = await newStore();
    store.models.setPins(["b/y", "a/x", "b/y"]);
    expect(store.models.pins()).toEqual(["b/y", "a/x"]);
    store.models.setPins([]);
    expect(store.models.pins()).toEqual([]);
  });
});

describe("a change of a model", () => {
  it("that is taken back leaves nothing behind, but its place in the order", async () => {
    const { store } = await newStore();
    store.models.setEnabled("a/x", true);
    store.models.setEnabled("a/x", null);
    expect(store.models.list()).toEqual([]);
    store.models.reorder(["a/x"]);
    store.models.setEnabled("a/x", false);
    store.models.setEnabled("a/x", null);
    expect(store.models.list()).toEqual([{ model: "a/x", enabled: null, position: 1 }]);
  });
});

describe("lists of models", () => {
  it("come back as they were read, and go with their endpoint", async () => {
    const { store } = await newStore();
    const model = {
      id: "x",
      contextWindow: 8,
      maxOutputTokens: null,
      price: "free" as const,
      capabilities: null,
    };
    const list = { provider: "lan", at: 5, whole: true, models: [model] };
    store.endpoints.set({ id: "lan", name: "LAN", baseUrl: "http://127.0.0.1:9", models: [] });
    store.modelLists.set({ ...list, models: [] });
    store.modelLists.set(list);
    expect(store.modelLists.list()).toEqual([list]);
    store.endpoints.remove("lan");
    expect(store.modelLists.find("lan")).toBeUndefined();
  });
});

describe("catalogues", () => {
  it("go back one step and remember how new the newest was", async () => {
    const { store } = await newStore();
    expect(store.catalogues.undo()).toBe(false);
    expect(store.catalogues.newestIssue()).toBeNull();
    for (const issued of [10, 20, 30]) store.catalogues.add(issue(issued));
    expect(store.catalogues.current()).toEqual(issue(30));
    expect(store.catalogues.undo()).toBe(true);
    expect(store.catalogues.current()).toEqual(issue(20));
    expect(store.catalogues.undo()).toBe(true);
    expect(store.catalogues.current()).toBeUndefined();
    expect(store.catalogues.newestIssue()).toBe(30);
    store.catalogues.add(issue(30));
    expect(store.catalogues.current()).toEqual(issue(30));
  });
});

describe("the snapshot", () => {
  it("holds pins and catalogues", async () => {
    const { store, snapshot } = await newStore();
    store.models.setPins(["a/x"]);
    store.catalogues.add(issue(10));
    const content = snapshot();
    if (!content) throw new Error("no snapshot");
    const other = await openSqljsDatabase();
    migrate(other);
    restoreSnapshot(other, content);
    recordDigest(other);
    const restored = openStore({ database: other, timers });
    expect(restored.models.pins()).toEqual(["a/x"]);
    expect(restored.catalogues.current()).toEqual(issue(10));
  });

  it("of a database from before these tables still holds after the update", async () => {
    const { store, database } = await newStore();
    store.settings.set("a", "1");
    const { tables } = recordDigest(database);
    expect(Object.keys(tables)).toEqual(["keys", "key_numbers", "endpoints", "model_overrides", "settings"]);
    expect(digestHolds(database)).toBe(true);
    store.models.setPins(["a/x"]);
    database.execute("DELETE FROM model_pins");
    expect(digestHolds(database)).toBe(false);
  });
});
