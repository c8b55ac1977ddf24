/** Lists of keys in, lists of keys out. */
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addCustomKey, cli, ensureBinary, temporaryFolder } from "../support/binary.ts";
import { type KeyHost, startKeyHost } from "./key-host.ts";

const GROQ = `gsk_${"a".repeat(44)}1111`;
const OTHER_GROQ = `gsk_${"b".repeat(44)}2222`;
const SHAPELESS = "z".repeat(28).concat("3333");
const ACCOUNT = "0123456789abcdef0123456789abcdef";
const TOKEN = `cfut_${"t".repeat(44)}4444`;

let host: KeyHost;
beforeAll(async () => {
  await ensureBinary();
  host = await startKeyHost();
});
afterAll(() => host.stop());

/** The rows of an import, by line. */
async function imported(home: string, text: string, ...flags: string[]): Promise<Record<number, unknown>> {
  const { stdout } = await cli(home, ["keys", "import", "-", "--json", ...flags], { stdin: text });
  const rows: { line: number }[] = JSON.parse(stdout).imports;
  return Object.fromEntries(rows.map((row) => [row.line, row]));
}

async function listed(home: string): Promise<Record<string, unknown>[]> {
  return JSON.parse((await cli(home, ["keys", "list", "--json"])).stdout).keys;
}

describe("keys import", () => {
  const MIXED = [
    "# my keys",
    "",
    `export GROQ_API_KEY="${GROQ}"`,
    `GROQ_API_KEY_2='${OTHER_GROQ}' # work`,
    `MY_COPY=${GROQ}`,
    SHAPELESS,
    "PORT=3000",
    "SENTRY_TOKEN=whatever-this-is",
    `GITHUB_TOKEN=ghp_${"g".repeat(36)}`,
    `CLOUDFLARE_ACCOUNT_ID=${ACCOUNT}`,
    `CLOUDFLARE_API_TOKEN=${TOKEN}`,
    'MISTRAL_API_KEY="not closed',
    "NVIDIA_API_KEY=",
  ].join("\r\n");

  it("goes by its short name, too", async () => {
    using folder = temporaryFolder();
    await cli(folder.path, ["import", "-", "--yes"], { stdin: `GROQ_API_KEY=${GROQ}` });
    expect(await listed(folder.path)).toMatchObject([{ provider: "groq", last4: "1111" }]);
    expect((await cli(folder.path, ["import", "--help"])).stdout).toContain(
      "$ freellm import .env --dry-run",
    );
  });

  it("says what takes a backup or a catalogue", async () => {
    using folder = temporaryFolder();
    const backup = join(folder.path, "mine.backup");
    await cli(folder.path, ["import", "-", "--yes"], { stdin: `GROQ_API_KEY=${GROQ}` });
    await cli(folder.path, ["backup", backup, "--no-passphrase"]);
    const refused = await cli(folder.path, ["import", backup]);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining(`freellm restore ${backup}`) });
    const signed = "freellm-catalogue 1 ed25519:abc def\n{}";
    const other = await cli(folder.path, ["import", "-"], { stdin: signed });
    expect(other.stderr).toContain("freellm models import FILE");
  });

  it("shows line by line what it would do, and does nothing on a dry run", async () => {
    using folder = temporaryFolder();
    const rows = await imported(folder.path, MIXED, "--dry-run");
    expect(rows).toMatchObject({
      3: { action: "add", provider: "groq", last4: "1111", name: "GROQ_API_KEY" },
      4: { action: "add", provider: "groq", last4: "2222" },
      5: { action: "exists", detail: "the same as line 3" },
      6: { action: "ambiguous", candidates: expect.arrayContaining(["mistral"]), last4: "3333" },
      8: { action: "unknown", provider: null },
      9: { action: "refused", provider: "github", detail: expect.stringContaining("GitHub Models") },
      11: { action: "add", provider: "cloudflare", last4: "4444" },
      12: { action: "refused", provider: "mistral", detail: "the quotes are not closed" },
    });
    expect(Object.keys(rows)).toEqual(["3", "4", "5", "6", "8", "9", "11", "12"]);
    expect(await listed(folder.path)).toEqual([]);
  });

  it("adds what it can after a word, and nothing twice", async () => {
    using folder = temporaryFolder();
    const unconfirmed = await cli(folder.path, ["keys", "import", "-"], { stdin: MIXED });
    expect(unconfirmed.code).toBe(2);
    expect(unconfirmed.stderr).toContain("--yes");
    expect(await listed(folder.path)).toEqual([]);
    const rows = await imported(folder.path, MIXED, "--yes");
    expect(rows).toMatchObject({
      3: { action: "added", id: "groq-1" },
      4: { action: "added", id: "groq-2" },
      11: { action: "added", id: "cloudflare-1" },
    });
    const again = await imported(folder.path, MIXED, "--yes");
    expect(again).toMatchObject({
      3: { action: "exists", id: "groq-1" },
      4: { action: "exists", id: "groq-2" },
      11: { action: "exists", id: "cloudflare-1" },
    });
    await cli(folder.path, ["keys", "add", "mistral"], { stdin: `${SHAPELESS}\n` });
    expect(await imported(folder.path, MIXED, "--dry-run")).toMatchObject({
      6: { action: "exists", id: "mistral-1" },
    });
    await cli(folder.path, ["keys", "rm", "mistral-1", "--yes"]);
    expect((await listed(folder.path)).map(({ id }) => id)).toEqual(["groq-1", "groq-2", "cloudflare-1"]);
  });

  it("shows people a table without a key in it", async () => {
    using folder = temporaryFolder();
    const { stdout, stderr } = await cli(folder.path, ["keys", "import", "-", "--yes"], { stdin: MIXED });
    expect(stdout).toMatch(/^LINE\s+PROVIDER\s+LABEL\s+KEY\s+ACTION\s+WHY$/m);
    expect(stdout).toMatch(/^3\s+groq\s+GROQ_API_KEY\s+\.\.\.1111\s+added\s+groq-1/m);
    for (const part of ["aaaa", "bbbb", "zzzz", "tttt"]) expect(stdout + stderr).not.toContain(part);
  });

  it("goes on where one line fails, and says which", async () => {
    using folder = temporaryFolder();
    host.accepted.add(OTHER_GROQ);
    const text = [
      `GROQ_API_KEY=${GROQ}`,
      `GROQ_API_KEY_BASE_URL=${host.baseUrl}`,
      `GROQ_API_KEY_2=${OTHER_GROQ}`,
      `GROQ_API_KEY_2_BASE_URL=${host.baseUrl}`,
    ].join("\n");
    const args = ["keys", "import", "-", "--yes", "--test"];
    const { code, stdout } = await cli(folder.path, args, { stdin: text });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^1\s+groq\s.*failed\s+Groq refuses this key/m);
    expect(stdout).toMatch(/^3\s+groq\s.*added\s+groq-1/m);
    expect(await listed(folder.path)).toMatchObject([
      { last4: "2222", baseUrl: host.baseUrl, state: "healthy" },
    ]);
  });

  it("takes no stand-in for a key", async () => {
    using folder = temporaryFolder();
    const text = [
      "GROQ_API_KEY=your-key-here",
      "MISTRAL_API_KEY=$OTHER",
      "NVIDIA_API_KEY=<paste it>",
      `OPENROUTER_API_KEY=sk-or-v1-${"0".repeat(64)}`,
    ].join("\n");
    expect(await imported(folder.path, text, "--dry-run")).toMatchObject({
      1: { action: "refused", detail: expect.stringContaining("placeholder") },
      2: { action: "refused", detail: expect.stringContaining("another variable") },
      3: { action: "refused" },
      4: { action: "add" },
    });
  });

  it("says what is wrong with the file", async () => {
    using folder = temporaryFolder();
    const missing = await cli(folder.path, ["keys", "import", "no-such-file"]);
    expect(missing.code).toBe(1);
    expect(missing.stderr).toContain("no-such-file cannot be read");
    const empty = await cli(folder.path, ["keys", "import", "-"], { stdin: "PORT=1\n" });
    expect(empty.stdout).toContain("No keys were found");
  });
});

describe("keys export", () => {
  async function furnish(home: string): Promise<void> {
    await cli(home, ["keys", "add", "groq", "--label", 'a "quoted" $label'], { stdin: `${GROQ}\n` });
    await cli(home, ["keys", "add", "groq", "--account", "work", "--base-url", host.baseUrl], {
      stdin: `${OTHER_GROQ}\n`,
    });
    await cli(home, ["keys", "add", "cloudflare"], { stdin: `${ACCOUNT}:${TOKEN}\n` });
    await cli(home, ["keys", "add", "mistral"], { stdin: `${SHAPELESS}\n` });
    const baseUrl = "http://127.0.0.1:9/v1";
    await addCustomKey(home, { name: "Home GPU", baseUrl, key: "sk-home-5555", models: ["a/b", "c:free"] });
    await addCustomKey(home, { name: "open", baseUrl: "http://127.0.0.1:9/open", key: null });
  }

  it("writes a private file that import reads back: the same keys in the same order", async () => {
    using one = temporaryFolder();
    using other = temporaryFolder();
    await furnish(one.path);
    const file = join(one.path, "keys.env");
    const args = ["keys", "export", "--out", file, "--yes", "--reveal"];
    expect((await cli(one.path, args)).code).toBe(0);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect((await cli(other.path, ["keys", "import", file, "--yes"])).code).toBe(0);
    expect(await listed(other.path)).toEqual(await listed(one.path));
    const { stdout } = await cli(other.path, ["models", "list", "--all", "--json"]);
    const ids = JSON.parse(stdout).models.map(({ id }: { id: string }) => id);
    expect(ids).toEqual(expect.arrayContaining(["home-gpu/a/b", "home-gpu/c:free"]));
    const copy = join(other.path, "copy.env");
    await cli(other.path, ["keys", "export", "--out", copy, "--yes", "--reveal"]);
    expect(readFileSync(copy, "utf8")).toBe(readFileSync(file, "utf8"));
  });

  it("loses nothing that was said of a key: limits, windows, proxies, accounts, what is off, what has no key", async () => {
    using one = temporaryFolder();
    using other = temporaryFolder();
    const run = (...args: string[]) => cli(one.path, args, { stdin: `${GROQ}\n` });
    // Ids are given anew at the other home: an account that is named by one must not change hands.
    await run("keys", "add", "groq");
    await run("keys", "rm", "groq-1");
    await run("keys", "add", "groq", "--proxy", "http://me:made-up-word@127.0.0.1:9");
    await cli(one.path, ["keys", "add", "groq", "--account", "groq-2", "--proxy", "direct"], {
      stdin: `${OTHER_GROQ}\n`,
    });
    await run("keys", "disable", "groq-3");
    await run("keys", "add", "llm7", "--keyless", "--label", "open");
    const baseUrl = "http://127.0.0.1:9/v1";
    const limits = { rpm: 7, tpd: 90_000, concurrency: 2 };
    await addCustomKey(one.path, { name: "home", baseUrl, key: "sk-1", models: ["a/b", "c:free"], limits });
    const big = ["--base-url", baseUrl, "--model", "big", "--context", "8192"];
    await cli(one.path, ["keys", "add", "custom", ...big], { stdin: "sk-2\n" });
    const { stdout: text } = await run("keys", "export", "--yes", "--reveal");
    const { stdout, code } = await cli(other.path, ["keys", "import", "-", "--yes"], { stdin: text });
    expect(stdout).not.toContain("made-up-word");
    expect(code).toBe(0);
    expect(await listed(other.path)).toMatchObject([
      { id: "groq-1", account: "of-groq-2", proxy: "http://127.0.0.1:9", state: "unknown" },
      { id: "groq-2", account: "of-groq-2", proxy: "direct", state: "disabled" },
      { id: "llm7-1", label: "open", last4: null },
      { id: "home-1", account: "home-1" },
      { id: "home-2", account: "home-2" },
    ]);
    const models = async (home: string): Promise<unknown> =>
      JSON.parse((await cli(home, ["models", "list", "--all", "--provider", "home", "--json"])).stdout)
        .models;
    expect(await models(other.path)).toEqual(await models(one.path));
    const again = await cli(other.path, ["keys", "export", "--yes", "--reveal"]);
    using third = temporaryFolder();
    await cli(third.path, ["keys", "import", "-", "--yes"], { stdin: again.stdout });
    expect((await cli(third.path, ["keys", "export", "--yes", "--reveal"])).stdout).toBe(again.stdout);
  });

  it("says what is wrong with what stands beside a key", async () => {
    using folder = temporaryFolder();
    const text = [
      "CUSTOM_1_BASE_URL=http://127.0.0.1:9/v1",
      "CUSTOM_1_MODELS=a",
      "CUSTOM_1_RPM=many",
      `GROQ_API_KEY=${GROQ}`,
      "GROQ_API_KEY_PROXY=ftp://proxy.example",
      "MISTRAL_API_KEY=keyless",
    ].join("\n");
    expect(await imported(folder.path, text, "--dry-run")).toMatchObject({
      1: { action: "refused", detail: "CUSTOM_1_RPM is no whole number from 1 on" },
      4: { action: "refused", detail: expect.stringContaining("proxy") },
      6: { action: "refused", detail: "Mistral needs a key" },
    });
  });

  it("gives nothing without both words, and replaces no file", async () => {
    using folder = temporaryFolder();
    await cli(folder.path, ["keys", "add", "groq"], { stdin: `${GROQ}\n` });
    const file = join(folder.path, "keys.env");
    for (const flags of [[], ["--yes"], ["--reveal"]]) {
      const { code, stdout } = await cli(folder.path, ["keys", "export", "--out", file, ...flags]);
      expect(code).toBe(2);
      expect(stdout).not.toContain("aaaa");
    }
    expect(existsSync(file)).toBe(false);
    writeFileSync(file, "precious");
    const { code } = await cli(folder.path, ["keys", "export", "--out", file, "--yes", "--reveal"]);
    expect(code).toBe(1);
    expect(readFileSync(file, "utf8")).toBe("precious");
  });

  it("goes down a pipe", async () => {
    using folder = temporaryFolder();
    await cli(folder.path, ["keys", "add", "groq"], { stdin: `${GROQ}\n` });
    const { stdout } = await cli(folder.path, ["keys", "export", "--yes", "--reveal"]);
    expect(stdout).toBe(`# groq-1\nGROQ_API_KEY=${GROQ}\n`);
  });
});
