/** `freellm doctor`: finds what is wrong, says what to do, and makes nothing. */
import { chmodSync, readdirSync, statfsSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { keyChecks } from "../../src/commands/doctor/keys.ts";
import type { Snapshot } from "../../src/core/command.ts";
import { addCustomKey, cli, ensureBinary, startFreellm, temporaryFolder } from "../support/binary.ts";

beforeAll(ensureBinary);

interface Check {
  id: string;
  result: string;
  message: string;
  remedy: string | null;
}

async function checksOf(home: string, args: string[] = [], env: Record<string, string> = {}) {
  const { code, stdout } = await cli(home, ["doctor", "--json", ...args], {
    env: { FREELLM_PORT: "0", ...env },
  });
  const { schema, checks } = JSON.parse(stdout) as { schema: number; checks: Check[] };
  expect(schema).toBe(1);
  expect(code).toBe(checks.some(({ result }) => result === "fail") ? 1 : 0);
  for (const { result, remedy } of checks) expect(remedy === null).toBe(result === "ok");
  return { of: (id: string) => checks.filter((check) => check.id === id), checks };
}

describe("doctor", () => {
  it("says where to begin, and makes nothing", async () => {
    using folder = temporaryFolder();
    const { of } = await checksOf(folder.path);
    expect(of("keys")).toMatchObject([{ result: "warn", remedy: "Begin with: freellm init" }]);
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it("finds all well with a server and a key", async () => {
    using folder = temporaryFolder();
    const home = folder.path;
    await addCustomKey(home, { name: "home", baseUrl: "http://127.0.0.1:9/v1", key: null });
    const server = await startFreellm({ home });
    try {
      const { checks, of } = await checksOf(home);
      expect(checks.filter(({ result }) => result !== "ok")).toEqual([]);
      expect(of("server")[0]?.message).toContain(`${server.url}, process ${server.pid}`);
      expect(of("vault")[0]?.message).toContain("the key file");
      const { bavail, bsize } = statfsSync(home);
      expect(of("disk_space")[0]?.message).toMatch(/^\d+(?:\.\d)? [MGT]B are free where /);
      const unit = bavail * bsize >= 1e9 ? /^[\d.]+ [GT]B/ : /^[\d.]+ MB/;
      expect(of("disk_space")[0]?.message).toMatch(unit);
      const text = await cli(home, ["doctor"]);
      expect(text.stdout).toMatch(/All is well\.\n$/);
    } finally {
      await server.stop();
    }
  });

  it("finds files that others can read, with the command that mends them", async () => {
    using folder = temporaryFolder();
    const home = folder.path;
    await addCustomKey(home, { name: "home", baseUrl: "http://127.0.0.1:9/v1", key: "sk-made-up-one" });
    const key = join(home, "secret/vault.key");
    chmodSync(key, 0o644);
    chmodSync(join(home, "data"), 0o755);
    const { of } = await checksOf(home);
    expect(of("file_modes")).toMatchObject([
      { result: "warn", remedy: `chmod 700 ${join(home, "data")}` },
      { result: "fail", remedy: `chmod 600 ${key}` },
    ]);
    expect(of("vault")).toMatchObject([{ result: "fail" }]);
    expect(of("keys")).toMatchObject([{ result: "fail" }]);
  });

  it("finds wrong settings and variables that mislead, and never shows a value", async () => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, "config.toml"), "\nprot = 1\n");
    const { of, checks } = await checksOf(folder.path, [], {
      HTTPS_PROXY: "http://user:made-up-password@proxy:1",
      NODE_TLS_REJECT_UNAUTHORIZED: "0",
      NODE_OPTIONS: "--no-warnings",
    });
    expect(of("settings")[0]).toMatchObject({ result: "fail" });
    expect(of("settings")[0]?.message).toContain("config.toml:2: ");
    expect(of("environment_proxy")).toMatchObject([{ result: "warn" }]);
    expect(of("environment_tls")).toMatchObject([{ result: "warn" }]);
    expect(of("environment_runtime")).toMatchObject([{ result: "warn" }]);
    expect(JSON.stringify(checks)).not.toContain("made-up-password");
  });

  it("finds a port that another program holds", async () => {
    using folder = temporaryFolder();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const port = String((other.address() as AddressInfo).port);
    try {
      const { of } = await checksOf(folder.path, [], { FREELLM_PORT: port });
      expect(of("server")).toMatchObject([{ result: "fail" }]);
      expect(of("server")[0]?.message).toContain(`port ${port}`);
    } finally {
      other.close();
    }
  });

  it("finds a damaged database", async () => {
    using folder = temporaryFolder();
    const home = folder.path;
    await addCustomKey(home, { name: "home", baseUrl: "http://127.0.0.1:9/v1", key: null });
    writeFileSync(join(home, "data/freellm.db"), "no database");
    const { of } = await checksOf(home);
    expect(of("database")).toMatchObject([{ result: "warn" }]);
  });
});

describe("doctor --online", () => {
  it.each([
    [0, "ok", "right"],
    [600_000, "warn", "600 s behind"],
    [-120_000, "warn", "120 s ahead"],
  ])("a provider whose clock is %i ms off", async (skew, result, words) => {
    const asked: string[] = [];
    const host = createServer((request, response) => {
      asked.push(JSON.stringify(request.headers));
      response.setHeader("date", new Date(Date.now() + skew).toUTCString());
      response.end("{}");
    });
    await new Promise<void>((resolve) => host.listen(0, "127.0.0.1", resolve));
    using folder = temporaryFolder();
    try {
      const baseUrl = `http://127.0.0.1:${(host.address() as AddressInfo).port}/v1`;
      await addCustomKey(folder.path, { name: "home", baseUrl, key: "sk-made-up-one" });
      asked.length = 0;
      const { of } = await checksOf(folder.path, ["--online"]);
      expect(of("reach")).toMatchObject([{ result: "ok", message: "home can be reached." }]);
      expect(of("clock")).toMatchObject([{ result }]);
      expect(of("clock")[0]?.message).toMatch(new RegExp(words.replace(/\d\d(?= s)/, "\\d\\d")));
      expect(asked).toHaveLength(1);
      expect(asked.join("")).not.toContain("sk-made-up");
    } finally {
      host.closeAllConnections();
      host.close();
    }
  });
});

it("doctor --online tells of an endpoint that refuses in words", async () => {
  using folder = temporaryFolder();
  const baseUrl = "http://127.0.0.1:9/v1";
  await addCustomKey(folder.path, { name: "home", baseUrl, key: null, models: ["m"] });
  const { of } = await checksOf(folder.path, ["--online"]);
  expect(of("reach")).toMatchObject([
    { result: "fail", message: "home cannot be reached: the connection was refused." },
  ]);
  const { stderr } = await cli(folder.path, ["models", "refresh", "home", "--dry-run"]);
  expect(stderr).toContain("warning: home could not be asked: the connection was refused.\n");
});

describe("what the state tells", () => {
  const key = {
    ...{ provider: "groq", label: null, account: "a", detail: null, until: null, last4: "1234", order: 1 },
    ...{ baseUrl: null, proxy: null },
  };
  const quota = {
    ...({ provider: "groq", model: null, owner: "groq-1", metric: "requests", window: "day" } as const),
    ...({ left: 0, ratePerHour: 0, runsDryAt: null, confidence: "low" } as const),
  };
  const snapshot: Snapshot = {
    ...{ schema: 1, seq: 0, version: "0", startedAt: 0, now: 1_000, address: null, requests: [] },
    keys: [
      { ...key, id: "groq-1", state: "healthy" },
      { ...key, id: "groq-2", state: "rate_limited", until: 61_000, detail: "too many requests" },
      { ...key, id: "mistral-1", provider: "mistral", state: "invalid" },
    ],
    models: [],
    quotas: [
      { ...quota, used: 10, cap: 10, resetsAt: null, source: "documented" },
      { ...quota, used: 11, cap: 10, resetsAt: null, source: "documented" },
    ],
    drains: [{ provider: "groq", keys: ["groq-1", "groq-2"], until: 5 }],
    totals: { requests: 0, failed: 0, failovers: 0, inputTokens: 0, outputTokens: 0 },
  };

  it("is told with what to do", () => {
    const found = keyChecks(snapshot).map(({ id, result, message }) => [id, result, message]);
    expect(found).toEqual([
      ["keys", "fail", "mistral-1: mistral refuses the key."],
      ["keys", "warn", "groq-2 rests for 1 min: too many requests."],
      ["keys", "ok", "1 of 3 keys can be used."],
      ["models", "fail", "No model is ready."],
      ["limits", "warn", "groq-1 used 11 of 10 requests a day."],
      ["keys_together", "warn", expect.stringMatching(/^groq-1 and groq-2: they drain together/)],
    ]);
  });
});
