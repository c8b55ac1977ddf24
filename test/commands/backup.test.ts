/** `freellm backup` and `freellm restore`: there and back, on the same machine and on another, whatever happens in between. */
import { spawn } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { addCustomKey, BINARY, cli, ensureBinary, startFreellm, temporaryFolder } from "../support/binary.ts";
import { KEY, onTerminal } from "./terminal.ts";

const model = temporaryFolder();
beforeAll(async () => {
  await ensureBinary();
  await fill(model.path);
});
afterAll(() => model[Symbol.dispose]());

// A passphrase costs work on purpose, and each of these uses several.
vi.setConfig({ testTimeout: 90_000 });

const SECRET = `gsk_${"canary".repeat(8)}`;
const OTHER = `gsk_${"second".repeat(8)}`;

/** A home with two keys, a switched model and a config.toml; the passphrase lies in `pass`. */
async function fill(home: string): Promise<void> {
  await cli(home, ["keys", "add", "groq", "--label", "mine", "--account", "me"], { stdin: `${SECRET}\n` });
  await addCustomKey(home, { name: "home", baseUrl: "http://127.0.0.1:9/v1", key: "sk-made-up-home" });
  await cli(home, ["models", "disable", "home/test-model"]);
  writeFileSync(join(home, "config.toml"), "max_attempts = 7\n");
  writeFileSync(join(home, "pass"), "correct horse\n");
}

/** Such a home without the work of making it. */
function furnish(home: string): void {
  cpSync(model.path, home, { recursive: true });
}

async function keysOf(home: string): Promise<Record<string, unknown>[]> {
  return JSON.parse((await cli(home, ["keys", "list", "--json"])).stdout).keys;
}

async function exported(home: string): Promise<string> {
  return (await cli(home, ["keys", "export", "--yes", "--reveal", "--out", "-"])).stdout;
}

const withPassphrase = (home: string) => ["--passphrase-file", join(home, "pass")];

describe("by passphrase", () => {
  it("brings everything to another machine, the token for clients included", async () => {
    using from = temporaryFolder();
    using to = temporaryFolder();
    furnish(from.path);
    const laptop = (await cli(from.path, ["token", "add", "laptop"])).stdout.trim();
    await cli(from.path, ["keys", "edit", "groq-1", "--proxy", "http://me:made-up-secret@127.0.0.1:9"]);
    const file = join(from.path, "all.backup");
    const made = await cli(from.path, ["backup", file, ...withPassphrase(from.path), "--json"]);
    expect(made.code).toBe(0);
    expect(JSON.parse(made.stdout).backups).toMatchObject([
      { file, keys: 2, endpoints: 1, config: true, sealedBy: "passphrase" },
    ]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const restored = await cli(to.path, ["restore", file, ...withPassphrase(from.path), "--yes"]);
    expect(restored).toMatchObject({ code: 0 });
    expect(restored.stdout).toMatch(/^groq-1 +\.\.\.nary +comes back$/m);
    expect(await keysOf(to.path)).toEqual(await keysOf(from.path));
    expect(await exported(to.path)).toBe(await exported(from.path));
    const token = await cli(from.path, ["token"]);
    expect(await cli(to.path, ["token"])).toEqual(token);
    const server = await startFreellm({ home: to.path });
    try {
      const headers = { authorization: `Bearer ${laptop}` };
      expect((await fetch(`${server.baseUrl}/models`, { headers })).status).toBe(200);
    } finally {
      await server.stop();
    }
    const models = JSON.parse((await cli(to.path, ["models", "list", "--json"])).stdout).models;
    expect(models.find(({ id }: { id: string }) => id === "home/test-model")).toMatchObject({
      enabled: false,
    });
    expect(readFileSync(join(to.path, "config.toml"), "utf8")).toBe("max_attempts = 7\n");
    // A number that was given is not given again, there neither.
    await cli(to.path, ["keys", "rm", "groq-1", "--yes"]);
    await cli(to.path, ["keys", "add", "groq"], { stdin: `${OTHER}\n` });
    expect((await keysOf(to.path)).map(({ id }) => id)).toEqual(["home-1", "groq-2"]);
  });

  it("leaves nothing readable in the file or beside it", async () => {
    using folder = temporaryFolder();
    furnish(folder.path);
    await cli(folder.path, ["backup", "all.backup", ...withPassphrase(folder.path)]);
    expect(readdirSync(folder.path).filter((name) => /tmp|\.db$/.test(name))).toEqual([]);
    const text = readFileSync(join(folder.path, "all.backup"), "latin1");
    for (const word of [SECRET, "sk-made-up-home", "max_attempts", "127.0.0.1", "SQLite format"]) {
      for (const spelling of [word, Buffer.from(word).toString("base64").slice(0, -4)]) {
        expect(text.includes(spelling), spelling).toBe(false);
      }
    }
  });

  it("refuses another passphrase, in the words for every other damage", async () => {
    using folder = temporaryFolder();
    const home = folder.path;
    furnish(home);
    await cli(home, ["backup", "all.backup", ...withPassphrase(home)]);
    writeFileSync(join(home, "wrong"), "incorrect horse\n");
    const args = ["restore", "all.backup", "--yes", "--passphrase-file", join(home, "wrong")];
    const { code, stdout, stderr } = await cli(home, args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("the key or passphrase is wrong, or the data was changed");
  });

  it("asks for it on a terminal, twice when it is new, and shows it never", async () => {
    using folder = temporaryFolder();
    furnish(folder.path);
    const session = onTerminal(folder.path, ["backup", "asked.backup"]);
    await session.see("Passphrase for this backup");
    session.type(`short${KEY.enter}`);
    await session.see("at least 8");
    session.type(` but now long${KEY.enter}`);
    await session.see("The same again");
    session.type(`short but now long${KEY.enter}`);
    await session.see("Wrote 2 keys");
    expect(await session.exited).toBe(0);
    expect(session.shown()).not.toContain("but now long");
    const back = onTerminal(folder.path, ["restore", "asked.backup"]);
    await back.see("Passphrase of the backup");
    back.type(`short but now long${KEY.enter}`);
    await back.see("stays");
    await back.see("Nothing else changes");
    await back.see("in the place of what is there?");
    back.type(`n${KEY.enter}`);
    await back.see("Nothing was changed");
    expect(await back.exited).toBe(0);
  });
});

describe("by what opens the vault", () => {
  it("goes without a passphrase, and back where the opener is", async () => {
    using folder = temporaryFolder();
    const home = folder.path;
    furnish(home);
    const before = await exported(home);
    expect(await cli(home, ["backup", "own.backup", "--no-passphrase"])).toMatchObject({ code: 0 });
    rmSync(join(home, "data"), { recursive: true });
    expect(await cli(home, ["restore", "own.backup", "--yes"])).toMatchObject({ code: 0 });
    expect(await exported(home)).toBe(before);
    using other = temporaryFolder();
    const elsewhere = await cli(other.path, ["restore", join(home, "own.backup"), "--yes"]);
    expect(elsewhere.code).toBe(1);
    expect(elsewhere.stderr).toContain("key file");
    expect(existsSync(join(other.path, "data"))).toBe(false);
  });
});

describe("what is there", () => {
  it("is told apart, kept as a backup, and can be had back", async () => {
    using folder = temporaryFolder();
    using other = temporaryFolder();
    const [home, elsewhere] = [folder.path, other.path];
    furnish(home);
    await cli(elsewhere, ["keys", "add", "groq"], { stdin: `${OTHER}\n` });
    const file = join(elsewhere, "other.backup");
    await cli(elsewhere, ["backup", file, ...withPassphrase(home)]);
    const before = await exported(home);
    const args = ["restore", file, ...withPassphrase(home)];
    const look = await cli(home, [...args, "--dry-run", "--json"]);
    expect(JSON.parse(look.stdout).restores).toMatchObject([
      {
        done: false,
        copy: null,
        keys: [
          // The id is taken by another key, for which things were counted.
          { id: "groq-1", newId: "groq-2", change: "other_id", last4: "cond" },
          { id: "groq-1", newId: null, change: "goes", last4: "nary" },
          { id: "home-1", newId: null, change: "goes", last4: "home" },
        ],
      },
    ]);
    expect(await exported(home)).toBe(before);
    const done = JSON.parse((await cli(home, [...args, "--yes", "--json"])).stdout).restores[0];
    expect((await keysOf(home)).map(({ id, account }) => [id, account])).toEqual([["groq-2", "groq-2"]]);
    expect(await exported(home)).toContain(OTHER);
    // No config.toml was in the backup: the one that is there stays.
    expect(readFileSync(join(home, "config.toml"), "utf8")).toBe("max_attempts = 7\n");
    expect(await cli(home, ["restore", done.copy, "--yes"])).toMatchObject({ code: 0 });
    expect(await exported(home)).toBe(before);
  });

  it("is not given a token for a client without a word", async () => {
    using folder = temporaryFolder();
    const home = folder.path;
    furnish(home);
    await cli(home, ["token", "add", "guest"]);
    await cli(home, ["backup", "all.backup", "--no-passphrase"]);
    const look = ["restore", "all.backup", "--dry-run", "--json"];
    expect(JSON.parse((await cli(home, look)).stdout).restores[0].parts).toEqual([]);
    await cli(home, ["token", "revoke", "guest"]);
    expect(JSON.parse((await cli(home, look)).stdout).restores[0].parts).toEqual(["the tokens for clients"]);
  });

  it("keeps a config.toml that is replaced", async () => {
    using folder = temporaryFolder();
    const home = folder.path;
    furnish(home);
    await cli(home, ["backup", "all.backup", ...withPassphrase(home)]);
    writeFileSync(join(home, "config.toml"), "max_attempts = 9\n");
    await cli(home, ["restore", "all.backup", ...withPassphrase(home), "--yes"]);
    expect(readFileSync(join(home, "config.toml"), "utf8")).toBe("max_attempts = 7\n");
    const kept = readdirSync(home).find((name) => name.startsWith("config.toml.before-restore-"));
    expect(readFileSync(join(home, kept ?? ""), "utf8")).toBe("max_attempts = 9\n");
  });

  it("is not touched while a server runs, which can be backed up", async () => {
    using folder = temporaryFolder();
    const home = folder.path;
    furnish(home);
    const server = await startFreellm({ home });
    try {
      expect(await cli(home, ["backup", "live.backup", ...withPassphrase(home)])).toMatchObject({ code: 0 });
      const refused = await cli(home, ["restore", "live.backup", ...withPassphrase(home), "--yes"]);
      expect(refused.code).toBe(1);
      expect(refused.stderr).toContain(`kill ${server.pid}`);
    } finally {
      await server.stop();
    }
  });

  it("is old or new after kill -9, never between", async () => {
    using folder = temporaryFolder();
    const home = folder.path;
    furnish(home);
    await cli(home, ["backup", "old.backup", "--no-passphrase"]);
    const old = await exported(home);
    await cli(home, ["keys", "rm", "groq-1", "--yes"]);
    await cli(home, ["keys", "rm", "home-1", "--yes"]);
    await cli(home, ["keys", "add", "groq"], { stdin: `${OTHER}\n` });
    await cli(home, ["backup", "new.backup", "--no-passphrase"]);
    await cli(home, ["restore", "old.backup", "--yes"]);
    const start = performance.now();
    await cli(home, ["restore", "new.backup", "--yes"]);
    const wholeMs = performance.now() - start;
    const fresh = await exported(home);
    expect(fresh).not.toBe(old);
    let killed = 0;
    for (let round = 0; round < 6; round++) {
      const back = await cli(home, ["restore", "old.backup", "--yes"]);
      expect(back.code).toBe(0);
      const child = spawn(BINARY, ["restore", "new.backup", "--yes"], {
        cwd: home,
        env: { PATH: process.env.PATH ?? "", HOME: home, FREELLM_HOME: home },
        stdio: "ignore",
      });
      const gone = new Promise<string | null>((resolve) => {
        child.once("exit", (_, signal) => resolve(signal));
      });
      setTimeout(() => child.kill("SIGKILL"), wholeMs * (0.2 + round / 8));
      if ((await gone) === "SIGKILL") killed++;
      const now = (await exported(home)).replaceAll(/groq-\d+/g, "groq");
      expect([old, fresh].map((text) => text.replaceAll(/groq-\d+/g, "groq"))).toContain(now);
    }
    expect(killed).toBeGreaterThan(0);
  });
});

describe("usage", () => {
  it.each([
    [["backup"], "needs a passphrase"],
    [["backup", "x", "--no-passphrase", "--passphrase-file", "y"], "Only one"],
    [["restore", "nowhere.backup", "--yes"], "There is no file"],
    [["restore", "nowhere.backup"], "has to be confirmed"],
  ])("%j exits with 2", async (args, reason) => {
    using folder = temporaryFolder();
    const { code, stdout, stderr } = await cli(folder.path, args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(reason);
    expect(stderr).toContain("hint: ");
  });

  it("nothing is overwritten, and where nothing is there is nothing to back up", async () => {
    using folder = temporaryFolder();
    const home = folder.path;
    const empty = await cli(home, ["backup", "x.backup", "--no-passphrase"]);
    expect(empty.code).toBe(1);
    expect(empty.stderr).toContain("nothing to back up");
    furnish(home);
    writeFileSync(join(home, "x.backup"), "mine");
    expect(await cli(home, ["backup", "x.backup", "--no-passphrase"])).toMatchObject({ code: 1 });
    expect(readFileSync(join(home, "x.backup"), "utf8")).toBe("mine");
  });
});
