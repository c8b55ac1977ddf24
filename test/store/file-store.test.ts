import {
  closeSync,
  existsSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { describe, expect, it } from "vitest";
import { openBunDatabase } from "../../src/core/store/driver-bun.ts";
import { type FileStore, openFileStore } from "../../src/core/store/file-store.ts";
import { type Home, prepareHome, resolveHome } from "../../src/core/store/home.ts";
import { random, timers } from "./ports.ts";
import { temporaryDirectory } from "./temporary.ts";

const NOW = Date.UTC(2026, 10, 24, 12);

function newHome(): Home {
  const environment = { FREELLM_HOME: temporaryDirectory() };
  const home = resolveHome({ environment, platform: "linux", userDirectory: "/" });
  prepareHome(home);
  return home;
}

const open = (home: Home, now = NOW): FileStore => openFileStore({ home, timers, random, now });

/** Three keys, a setting, some history; closed. Gives the keys as stored. */
function fill(home: Home) {
  const { store } = open(home);
  for (const last4 of ["aaaa", "bbbb", "cccc"]) {
    const key = { provider: "groq", label: `label ${last4}`, account: null, baseUrl: null, createdAt: NOW };
    store.keys.insert({ ...key, last4, fingerprint: last4 }, () => random.bytes(64));
  }
  store.keys.update("groq-2", { state: { state: "disabled", detail: null, at: NOW } });
  store.settings.set("vault", "header");
  for (let index = 0; index < 300; index++) {
    const record = {
      id: `r${index}`,
      at: NOW + index,
      surface: "openai-chat",
      model: "auto",
      stream: false,
      status: 200,
      outcome: "ok" as const,
      servedBy: null,
      attempts: [],
      inputTokens: 1,
      outputTokens: 1,
      firstContentMs: null,
      durationMs: 1,
    };
    store.journal.append({ type: "request-finished", record });
  }
  const keys = store.keys.list();
  store.close();
  return keys;
}

describe("the store of a home", () => {
  it("opens again with what was written", () => {
    const home = newHome();
    const keys = fill(home);
    const { store, notices } = open(home);
    expect(notices).toEqual([]);
    expect(store.keys.list()).toEqual(keys);
    expect(store.totals().requests).toBe(300);
    store.close();
  });
});

describe("a damaged store", () => {
  it("comes back from the snapshot when the database was cut to nothing", () => {
    const home = newHome();
    const keys = fill(home);
    writeFileSync(home.database, "");
    const { store, notices } = open(home);
    expect(store.keys.list()).toEqual(keys);
    expect(store.settings.text("vault")).toBe("header");
    expect(notices[0]).toMatch(/damaged.*freellm\.db\.corrupt-2026-11-24T12-00-00\.000Z; 3 keys/);
    expect(existsSync(`${home.database}.corrupt-2026-11-24T12-00-00.000Z`)).toBe(true);
    // The number of a removed key is not given again either.
    store.keys.remove("groq-3");
    const key = { provider: "groq", label: null, account: null, baseUrl: null, createdAt: NOW };
    expect(store.keys.insert({ ...key, last4: null, fingerprint: null }, () => null).id).toBe("groq-4");
    store.close();
  });

  it("is never taken for a first run", () => {
    const home = newHome();
    fill(home);
    rmSync(home.database);
    expect(() => open(home)).toThrow(expect.objectContaining({ code: "database_missing" }));
    expect(existsSync(home.database)).toBe(false);
    for (const snapshot of [home.snapshot, `${home.snapshot}.previous`])
      writeFileSync(snapshot, "garbage\nmore\n");
    expect(() => open(home)).toThrow(expect.objectContaining({ code: "database_missing" }));
    writeFileSync(home.database, "");
    expect(() => open(home)).toThrow(expect.objectContaining({ code: "corrupt" }));
    expect(statSync(home.database).size).toBe(0);
  });

  it("with no key in it starts again with its settings, when the database is gone", () => {
    const home = newHome();
    const first = open(home);
    first.store.settings.set("vault", "header");
    first.store.close();
    rmSync(home.database);
    const { store, notices } = open(home);
    expect([notices, store.settings.text("vault")]).toEqual([[], "header"]);
    store.close();
  });

  it("is recovered as well by a start after one that was killed while recovering", () => {
    const home = newHome();
    const keys = fill(home);
    // Killed after the journal was moved away and half a new database was written.
    writeFileSync(home.database, "damaged".repeat(1_000));
    writeFileSync(`${home.database}.new`, "half");
    writeFileSync(`${home.database}.new-wal`, "half");
    const { store } = open(home);
    expect(store.keys.list()).toEqual(keys);
    expect(readdirSync(home.data).filter((file) => file.includes(".new"))).toEqual([]);
    store.close();
  });

  it("falls back to the snapshot before, when the newest is damaged too", () => {
    const home = newHome();
    fill(home);
    const snapshot = readFileSync(home.snapshot, "utf8");
    writeFileSync(home.snapshot, snapshot.replace("cccc", "cccd"));
    writeFileSync(home.database, "no database at all, but long enough to look like one".repeat(100));
    const { store } = open(home);
    expect(store.keys.list()).toHaveLength(3);
    expect(store.settings.text("vault")).toBeUndefined();
    store.close();
  });

  it("is noticed when the bytes of a key changed and SQLite sees nothing", () => {
    const home = newHome();
    const keys = fill(home);
    const bytes = readFileSync(home.database);
    const at = bytes.indexOf("label bbbb");
    expect(at).toBeGreaterThan(0);
    bytes.write("lapel", at);
    writeFileSync(home.database, bytes);
    const { store, notices } = open(home);
    expect(notices).toHaveLength(2);
    expect(store.keys.list()).toEqual(keys);
    store.close();
  });

  it("of a newer program is left alone", () => {
    const home = newHome();
    fill(home);
    const database = openBunDatabase(home.database);
    database.execute("PRAGMA user_version = 99");
    database.close();
    expect(() => open(home)).toThrow(expect.objectContaining({ code: "newer_version" }));
    expect(readdirSync(home.data).some((file) => file.includes("corrupt"))).toBe(false);
  });

  it("gives back every key after any of 100 random kinds of damage", () => {
    const home = newHome();
    const keys = fill(home);
    const sound = readFileSync(home.database);
    // A fixed sequence (a linear congruential generator), so that a failure can be looked at again.
    let seed = 20_261_124;
    const below = (limit: number) => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((seed / 2 ** 32) * limit);
    };
    let recovered = 0;
    for (let round = 0; round < 100; round++) {
      writeFileSync(home.database, sound);
      const file = openSync(home.database, "r+");
      if (round % 5 === 0) {
        ftruncateSync(file, below(sound.length));
      } else {
        const length = 1 + below(round % 2 ? 4_096 : 64);
        const noise = Buffer.from(Array.from({ length }, () => below(256)));
        writeSync(file, noise, 0, length, below(sound.length - length));
      }
      closeSync(file);
      const start = performance.now();
      const { store, notices } = open(home, NOW + round * 1_000);
      expect(performance.now() - start, `round ${round}`).toBeLessThan(2_000);
      expect(store.keys.list(), `round ${round}`).toEqual(keys);
      store.restore(NOW);
      store.history.recent(1_000);
      if (notices.length > 0) recovered++;
      store.close();
    }
    expect(recovered).toBeGreaterThan(20);
  }, 60_000);
});
