import { describe, expect, it } from "vitest";
import { openSqljsDatabase } from "../../src/core/store/driver-sqljs.ts";
import type { NewKey } from "../../src/core/store/keys.ts";
import type { SnapshotContent } from "../../src/core/store/snapshot.ts";
import { openStore } from "../../src/core/store/store.ts";
import { timers } from "./ports.ts";

async function newStore(saveSnapshot?: (content: SnapshotContent) => void) {
  const database = await openSqljsDatabase();
  const errors: unknown[] = [];
  const store = openStore({
    database,
    timers,
    onError: (error) => errors.push(error),
    ...(saveSnapshot && { saveSnapshot }),
  });
  return { store, database, errors };
}

function newKey(provider: string, more: Partial<NewKey> = {}): NewKey {
  return {
    provider,
    label: null,
    account: null,
    baseUrl: null,
    last4: "abcd",
    fingerprint: null,
    createdAt: 1_000,
    ...more,
  };
}

const sealed = () => new Uint8Array([1, 2, 3]);

describe("keys", () => {
  it("get ids that are never used again, and are an account of their own unless told otherwise", async () => {
    const { store } = await newStore();
    const ids = ["groq", "groq", "mistral"].map((provider) => store.keys.insert(newKey(provider), sealed).id);
    expect(ids).toEqual(["groq-1", "groq-2", "mistral-1"]);
    expect(store.keys.remove("groq-2")).toBe(true);
    expect(store.keys.remove("groq-2")).toBe(false);
    const key = store.keys.insert(newKey("groq", { account: "team" }), () => null);
    expect(key).toMatchObject({ id: "groq-3", account: "team", secret: null, state: "unknown" });
    expect(store.keys.find("groq-1")).toMatchObject({ account: "groq-1", secret: sealed() });
  });

  it("are sealed under the id they get, and not inserted when sealing fails", async () => {
    const { store } = await newStore();
    const seen: string[] = [];
    store.keys.insert(newKey("groq"), (id) => {
      seen.push(id);
      return null;
    });
    expect(seen).toEqual(["groq-1"]);
    const failing = () => {
      throw new Error("sealing failed");
    };
    expect(() => store.keys.insert(newKey("groq"), failing)).toThrow("sealing failed");
    expect(store.keys.list().map((key) => key.id)).toEqual(["groq-1"]);
  });

  it("keep the user's order; those left out follow in their old order", async () => {
    const { store } = await newStore();
    for (const provider of ["a", "b", "c", "d"]) store.keys.insert(newKey(provider), sealed);
    const order = store.keys.reorder(["c-1", "nobody-1", "a-1", "c-1"]);
    expect(order).toEqual(["c-1", "a-1", "b-1", "d-1"]);
    expect(store.keys.list().map((key) => key.id)).toEqual(order);
    store.keys.insert(newKey("a"), sealed);
    expect(store.keys.list().at(-1)?.id).toBe("a-2");
  });

  it("change what is asked for and nothing else", async () => {
    const { store } = await newStore();
    store.keys.insert(newKey("groq", { label: "old", baseUrl: "http://localhost:1" }), sealed);
    store.keys.update("groq-1", { label: null, state: { state: "disabled", detail: "by you", at: 5 } });
    expect(store.keys.find("groq-1")).toMatchObject({
      label: null,
      baseUrl: "http://localhost:1",
      state: "disabled",
      stateDetail: "by you",
    });
    expect(() => store.keys.update("groq-9", { label: "x" })).toThrow(/no key groq-9/);
  });

  it("are found by fingerprint within a provider", async () => {
    const { store } = await newStore();
    store.keys.insert(newKey("groq", { fingerprint: "f1" }), sealed);
    expect(store.keys.findDuplicate("groq", "f1")?.id).toBe("groq-1");
    expect(store.keys.findDuplicate("mistral", "f1")).toBeUndefined();
    expect(store.keys.findDuplicate("groq", "f2")).toBeUndefined();
  });
});

describe("endpoints, models, settings", () => {
  it("come back as they were set", async () => {
    const { store } = await newStore();
    const endpoint = {
      id: "lan",
      name: "LAN",
      baseUrl: "http://10.0.0.2:8080/v1",
      models: [{ id: "qwen", contextWindow: 8192, limits: [] }],
    };
    store.endpoints.set(endpoint);
    store.endpoints.set({ ...endpoint, id: "other" });
    store.endpoints.set({ ...endpoint, name: "Renamed" });
    expect(store.endpoints.list()).toEqual([
      { ...endpoint, name: "Renamed" },
      { ...endpoint, id: "other" },
    ]);
    expect(store.endpoints.remove("lan")).toBe(true);
    expect(store.endpoints.find("lan")).toBeUndefined();

    store.models.setEnabled("groq/a", false);
    store.models.reorder(["groq/b", "groq/a"]);
    store.models.reorder(["groq/a"]);
    expect(store.models.list()).toEqual([{ model: "groq/a", enabled: false, position: 1 }]);

    store.settings.set("name", "value");
    store.settings.set("sealed", sealed());
    expect(store.settings.text("name")).toBe("value");
    expect(store.settings.sealed("sealed")).toEqual(sealed());
    expect(() => store.settings.text("sealed")).toThrow(/wrong kind/);
    store.settings.remove("name");
    expect(store.settings.text("name")).toBeUndefined();
  });
});

describe("changes", () => {
  it("join into one, all or none, with one snapshot, written durably", async () => {
    const snapshots: SnapshotContent[] = [];
    const { store, database } = await newStore((content) => snapshots.push(content));
    store.change(() => {
      store.keys.insert(newKey("groq"), sealed);
      store.settings.set("a", "1");
      expect(database.prepare("PRAGMA synchronous").get()).toEqual({ synchronous: 2 });
    });
    expect(snapshots).toHaveLength(1);
    expect(database.prepare("PRAGMA synchronous").get()).toEqual({ synchronous: 1 });
    expect(() =>
      store.change(() => {
        store.keys.insert(newKey("groq"), sealed);
        throw new Error("changed my mind");
      }),
    ).toThrow("changed my mind");
    expect(store.keys.list()).toHaveLength(1);
    expect(snapshots).toHaveLength(1);
  });

  it("stand even when the snapshot cannot be written, which is told", async () => {
    const { store, errors } = await newStore(() => {
      throw new Error("disk full");
    });
    store.settings.set("a", "1");
    expect(store.settings.text("a")).toBe("1");
    expect(errors).toEqual([new Error("disk full")]);
  });
});
