/** Changes of keys that are there: secret, label, account, address; with a server and without. */
import { cpSync, readFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  addCustomKey,
  cli,
  ensureBinary,
  type Freellm,
  startFreellm,
  temporaryFolder,
} from "../support/binary.ts";
import { clientOf, HELLO } from "../support/stage.ts";
import { type KeyHost, startKeyHost } from "./key-host.ts";
import { KEY, onTerminal } from "./terminal.ts";

const OLD = "sk-made-up-old-1111";
const NEW = "sk-made-up-new-2222";
const BAD = "sk-made-up-bad-3333";

/** A home with two keys, made once. */
const model = temporaryFolder();
let host: KeyHost;
beforeAll(async () => {
  await ensureBinary();
  host = await startKeyHost(OLD, NEW);
  await fill(model.path);
});
afterEach(() => {
  host.broken = null;
  host.publicList = false;
});
afterAll(async () => {
  model[Symbol.dispose]();
  await host.stop();
});

async function listed(home: string): Promise<Record<string, unknown>[]> {
  return JSON.parse((await cli(home, ["keys", "list", "--json"])).stdout).keys;
}

async function fill(home: string): Promise<void> {
  await addCustomKey(home, { name: "one", baseUrl: "http://127.0.0.1:9/v1", key: null, models: ["m"] });
  await addCustomKey(home, { name: "home", baseUrl: host.baseUrl, key: OLD, models: ["m"] });
  await cli(home, ["keys", "edit", "home-1", "--label", "mine"]);
  await cli(home, ["keys", "reorder", "home-1", "one-1"]);
}

/** Such a home without the work of making it. */
function furnish(home: string): void {
  cpSync(model.path, home, { recursive: true });
}

describe("keys rotate", () => {
  it("replaces the secret by one that was accepted, and keeps id, label and order", async () => {
    using folder = temporaryFolder();
    furnish(folder.path);
    const rotated = await cli(folder.path, ["keys", "rotate", "home-1"], { stdin: `${NEW}\n` });
    expect(rotated.code).toBe(0);
    expect(rotated.stdout).toContain("home-1 has a new key (...2222), which its provider accepts.");
    expect(await listed(folder.path)).toMatchObject([
      { id: "home-1", label: "mine", order: 1, last4: "2222", state: "healthy" },
      { id: "one-1" },
    ]);
    const before = host.calls.length;
    await cli(folder.path, ["keys", "test", "home-1"]);
    expect(host.calls.slice(before)).toEqual([`GET /v1/models ${NEW}`]);
  });

  it.each<[string, string, number | null, string]>([
    ["is refused", BAD, null, "refuses this key"],
    ["cannot be tested", NEW, 500, "The old one stays"],
    ["is the old one", OLD, null, "the key that is there already"],
    ["is empty", "", null, "The new key is missing"],
  ])("keeps the old one where the new one %s", async (_why, secret, broken, message) => {
    using folder = temporaryFolder();
    furnish(folder.path);
    host.broken = broken;
    const { code, stdout, stderr } = await cli(folder.path, ["keys", "rotate", "home-1"], {
      stdin: `${secret}\n`,
    });
    expect(code).toBeGreaterThan(0);
    expect(stderr).toContain(message);
    if (secret !== "") expect(stdout + stderr).not.toContain(secret);
    expect(await listed(folder.path)).toMatchObject([{ id: "home-1", last4: "1111" }, {}]);
  });

  it("asks nobody with --no-test", async () => {
    using folder = temporaryFolder();
    furnish(folder.path);
    const before = host.calls.length;
    expect(
      (await cli(folder.path, ["keys", "rotate", "home-1", "--no-test"], { stdin: `${BAD}\n` })).code,
    ).toBe(0);
    expect(host.calls.length).toBe(before);
    expect(await listed(folder.path)).toMatchObject([{ last4: "3333", state: "unknown" }, {}]);
  });

  it("keeps the account id where only the token is new", async () => {
    using folder = temporaryFolder();
    const account = "0123456789abcdef0123456789abcdef";
    const token = `cfut_${"t".repeat(44)}`;
    await cli(folder.path, ["keys", "add", "cloudflare"], { stdin: `${account}:${token}1111\n` });
    const rotated = await cli(folder.path, ["keys", "rotate", "cloudflare-1", "--no-test"], {
      stdin: `${token}2222\n`,
    });
    expect(rotated.code).toBe(0);
    const { stdout } = await cli(folder.path, ["keys", "export", "--yes", "--reveal"]);
    expect(stdout).toContain(`CLOUDFLARE_ACCOUNT_ID=${account}\n`);
    expect(stdout).toContain(`CLOUDFLARE_API_TOKEN=${token}2222\n`);
  });
});

describe("keys edit", () => {
  it("changes label, account and address, and takes them away again", async () => {
    using folder = temporaryFolder();
    const home = folder.path;
    await cli(home, ["keys", "add", "groq"], { stdin: `gsk_${"a".repeat(48)}\n` });
    const flags = ["--label", "work", "--account", "main", "--base-url", `${host.baseUrl}/`];
    const edited = await cli(home, ["keys", "edit", "groq-1", ...flags, "--json"]);
    expect(JSON.parse(edited.stdout).keys).toMatchObject([
      { label: "work", account: "main", baseUrl: host.baseUrl },
    ]);
    await cli(home, ["keys", "edit", "groq-1", "--label", "", "--account", "", "--base-url", ""]);
    expect(await listed(home)).toMatchObject([{ label: null, account: "groq-1", baseUrl: null }]);
    const nothing = await cli(home, ["keys", "edit", "groq-1"]);
    expect(nothing.code).toBe(2);
    expect(nothing.stderr).toContain("--label");
    const metadata = await cli(home, ["keys", "edit", "groq-1", "--base-url", "http://169.254.169.254/v1"]);
    expect(metadata.code).toBe(2);
    expect((await cli(home, ["keys", "edit", "groq-9", "--label", "x"])).stderr).toContain("There is no key");
  });

  it("moves an endpoint with all its keys", async () => {
    using folder = temporaryFolder();
    const home = folder.path;
    const baseUrl = "http://127.0.0.1:9/v1";
    await addCustomKey(home, { name: "home", baseUrl, key: OLD });
    await addCustomKey(home, { name: "home", baseUrl, key: NEW });
    const moved = await cli(home, ["keys", "edit", "home-1", "--base-url", host.baseUrl]);
    expect(moved.stderr).toContain("All 2 keys of home are used at the new address");
    expect(await listed(home)).toMatchObject([{ baseUrl: host.baseUrl }, { baseUrl: host.baseUrl }]);
    const { stdout } = await cli(home, ["keys", "test", "--json"]);
    expect(JSON.parse(stdout).probes).toMatchObject([{ result: "valid" }, { result: "valid" }]);
  });
});

describe("a running server", () => {
  let freellm: Freellm;
  const folder = temporaryFolder();
  beforeAll(async () => {
    furnish(folder.path);
    freellm = await startFreellm({ home: folder.path });
  });
  afterAll(async () => {
    await freellm.stop();
    folder[Symbol.dispose]();
  });

  it("uses a rotated key at once", async () => {
    await cli(folder.path, ["keys", "rotate", "home-1", "--no-test"], { stdin: `${BAD}\n` });
    const refused = clientOf(freellm).chat.completions.create({ model: "home/m", messages: HELLO });
    await expect(refused).rejects.toMatchObject({
      message: expect.stringContaining("freellm keys rotate home-1"),
    });
    expect((await cli(folder.path, ["keys", "rotate", "home-1"], { stdin: `${NEW}\n` })).code).toBe(0);
    const { choices } = await clientOf(freellm).chat.completions.create({ model: "home/m", messages: HELLO });
    expect(choices[0]?.message.content).toBe("ok");
    expect(host.calls.at(-1)).toBe(`POST /v1/chat/completions ${NEW}`);
  });

  it("takes edits, and lists of keys", async () => {
    const edited = await cli(folder.path, ["keys", "edit", "home-1", "--label", "by server", "--json"]);
    expect(JSON.parse(edited.stdout).keys).toMatchObject([{ id: "home-1", label: "by server" }]);
    const list = `GROQ_API_KEY=gsk_${"s".repeat(48)}\n`;
    for (const action of ["added", "exists"]) {
      const { stdout } = await cli(folder.path, ["keys", "import", "-", "--yes", "--json"], { stdin: list });
      expect(JSON.parse(stdout).imports).toMatchObject([{ line: 1, action, id: "groq-1" }]);
    }
    await cli(folder.path, ["keys", "rm", "groq-1"]);
  });

  it("gives no key away: what opens the vault does", async () => {
    const session = onTerminal(folder.path, ["keys", "reveal", "home-1"]);
    await session.see("Type its last four characters");
    session.type(`2222${KEY.enter}`);
    await session.see(NEW);
    expect(await session.exited).toBe(0);
    const env = { FREELLM_ENCRYPTION_KEY: "ab".repeat(32), HOME: "/nonexistent" };
    const token = readFileSync(`${folder.path}/admin-token`, "utf8").trim();
    using foreign = temporaryFolder();
    const thief = await cli(foreign.path, ["keys", "export", "--yes", "--reveal", "--url", freellm.url], {
      env: { ...env, FREELLM_ADMIN_TOKEN: token },
    });
    expect(thief.code).toBe(1);
    expect(thief.stdout).not.toContain(NEW);
  });
});
