/** What `keys add` makes of the keys that scripts give it. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cli, ensureBinary, temporaryFolder } from "../support/binary.ts";
import { type KeyHost, startKeyHost } from "./key-host.ts";

const GROQ = `gsk_${"a".repeat(44)}1111`;
const ACCOUNT = "0123456789abcdef0123456789abcdef";
const TOKEN = `cfut_${"t".repeat(44)}2222`;
/** The shape that keys of Mistral have, and those of many others. */
const SHAPELESS = "z".repeat(28).concat("3333");

let host: KeyHost;
beforeAll(async () => {
  await ensureBinary();
  host = await startKeyHost(GROQ);
});
afterAll(() => host.stop());

async function listed(home: string): Promise<Record<string, unknown>[]> {
  return JSON.parse((await cli(home, ["keys", "list", "--json"])).stdout).keys;
}

describe("whose key it is", () => {
  it.each([
    `GROQ_API_KEY=${GROQ}`,
    `export GROQ_API_KEY="${GROQ}"  # mine`,
    `$env:GROQ_API_KEY='${GROQ}'`,
    `SOMETHING=${GROQ}`,
  ])("is told by a line such as %s", async (line) => {
    using folder = temporaryFolder();
    const { code, stdout } = await cli(folder.path, ["keys", "add", "--json"], { stdin: `${line}\n` });
    expect(code).toBe(0);
    expect(JSON.parse(stdout).keys).toMatchObject([{ id: "groq-1", last4: "1111" }]);
  });

  it("is told by the name where the shape does not tell, pasted or in the environment", async () => {
    using folder = temporaryFolder();
    const pasted = await cli(folder.path, ["keys", "add"], { stdin: `MISTRAL_API_KEY=${SHAPELESS}\n` });
    expect(pasted.stdout).toContain("Added mistral-1");
    const env = { MISTRAL_API_KEY: `y${SHAPELESS.slice(1)}` };
    const named = await cli(folder.path, ["keys", "add", "--from-env", "MISTRAL_API_KEY"], { env });
    expect(named.stdout).toContain("Added mistral-2");
  });

  it("is asked where it may be several, with the commands to say it; nobody is told the key", async () => {
    using folder = temporaryFolder();
    const { code, stdout, stderr } = await cli(folder.path, ["keys", "add", "--from-env", "MINE"], {
      env: { MINE: SHAPELESS },
    });
    expect(code).toBe(2);
    expect(stderr).toContain("...3333 may belong to");
    expect(stderr).toContain("sent to nobody");
    expect(stderr).toMatch(/^freellm: hint: +freellm keys add mistral --from-env MINE$/m);
    expect(stdout + stderr).not.toContain("zzzz");
    expect(await listed(folder.path)).toEqual([]);
  });

  it("is asked where nobody is known for such keys", async () => {
    using folder = temporaryFolder();
    const { code, stderr } = await cli(folder.path, ["keys", "add"], { stdin: "what-is-this\n" });
    expect(code).toBe(2);
    expect(stderr).toContain("No provider is known whose keys look like this one.");
    expect(stderr).toContain("freellm keys add PROVIDER");
  });
});

describe("providers with a catch", () => {
  it("refuses keys of a provider that is gone, and says why", async () => {
    using folder = temporaryFolder();
    const token = `ghp_${"g".repeat(36)}`;
    for (const args of [
      ["keys", "add"],
      ["keys", "add", "github"],
    ]) {
      const { code, stderr } = await cli(folder.path, args, { stdin: `${token}\n` });
      expect(code).toBe(1);
      expect(stderr).toMatch(/^freellm: error: .*GitHub Models/m);
      expect(stderr).toContain("Nothing was added");
    }
    expect(await listed(folder.path)).toEqual([]);
  });

  it("adds a provider without free models with its models off, and says so", async () => {
    using folder = temporaryFolder();
    const args = ["keys", "add", "--json"];
    const { stdout } = await cli(folder.path, args, { stdin: `CEREBRAS_API_KEY=csk-${"c".repeat(48)}\n` });
    const { keys, notes } = JSON.parse(stdout);
    expect(keys).toMatchObject([{ id: "cerebras-1" }]);
    expect(notes.join(" ")).toContain(
      "Its models stay off until you enable one: freellm models enable cerebras/",
    );
    const { models } = JSON.parse((await cli(folder.path, ["models", "list", "--all", "--json"])).stdout);
    const own = models.filter((model: { provider: string }) => model.provider === "cerebras");
    expect(own.some((model: { enabled: boolean }) => model.enabled)).toBe(false);
  });

  it("tells catch and terms with the first key alone", async () => {
    using folder = temporaryFolder();
    const add = (letter: string) =>
      cli(folder.path, ["keys", "add", "nvidia"], { stdin: `nvapi-${letter.repeat(64)}\n` });
    const first = await add("a");
    expect(first.stderr).toContain("freellm: note: For evaluation only");
    const second = await add("b");
    expect(second.stdout).toContain("Added nvidia-2");
    expect(second.stderr).not.toContain("For evaluation only");
  });

  it("refuses a Global API Key of Cloudflare", async () => {
    using folder = temporaryFolder();
    const { code, stderr } = await cli(folder.path, ["keys", "add", "cloudflare", "--account-id", ACCOUNT], {
      stdin: `cfk_${"k".repeat(40)}\n`,
    });
    expect(code).toBe(1);
    expect(stderr).toContain("Global API Key");
  });
});

describe("a key of two parts", () => {
  it.each<[string, string[], string, Record<string, string>]>([
    ["an option", ["cloudflare", "--account-id", ACCOUNT], `${TOKEN}\n`, {}],
    ["one pasted text", ["cloudflare"], `${ACCOUNT}:${TOKEN}\n`, {}],
    ["one pasted text without a provider", [], `${ACCOUNT}:${TOKEN}\n`, {}],
    [
      "the environment",
      ["--from-env", "CLOUDFLARE_API_TOKEN"],
      "",
      { CLOUDFLARE_API_TOKEN: TOKEN, CLOUDFLARE_ACCOUNT_ID: ACCOUNT },
    ],
  ])("is complete by %s", async (_how, args, stdin, env) => {
    using folder = temporaryFolder();
    const added = await cli(folder.path, ["keys", "add", ...args, "--json"], { stdin, env });
    expect(added.stderr).not.toContain("error");
    expect(JSON.parse(added.stdout).keys).toMatchObject([{ id: "cloudflare-1", last4: "2222" }]);
    // The same parts are the same key, however they came in.
    const again = await cli(folder.path, ["keys", "add", "cloudflare"], { stdin: `${ACCOUNT}:${TOKEN}\n` });
    expect(again.code).toBe(1);
    expect(again.stderr).toContain("there already, as cloudflare-1");
  });

  it("is refused while one part is missing or wrong", async () => {
    using folder = temporaryFolder();
    const bare = await cli(folder.path, ["keys", "add", "cloudflare"], { stdin: `${TOKEN}\n` });
    expect(bare.code).toBe(2);
    expect(bare.stderr).toContain("--account-id");
    const wrong = await cli(folder.path, ["keys", "add", "cloudflare", "--account-id", "me"], {
      stdin: `${TOKEN}\n`,
    });
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain("32 hexadecimal digits");
    const foreign = await cli(folder.path, ["keys", "add", "groq", "--account-id", ACCOUNT], {
      stdin: `${GROQ}\n`,
    });
    expect(foreign.code).toBe(2);
  });
});

describe("--test", () => {
  const args = (url: string) => ["keys", "add", "groq", "--base-url", url, "--test"];

  it("keeps a key that the provider accepts, as healthy", async () => {
    using folder = temporaryFolder();
    expect((await cli(folder.path, args(host.baseUrl), { stdin: `${GROQ}\n` })).code).toBe(0);
    expect(await listed(folder.path)).toMatchObject([{ id: "groq-1", state: "healthy" }]);
  });

  it("keeps no mistyped key, says what to do, and does not repeat it", async () => {
    using folder = temporaryFolder();
    const mistyped = `${GROQ.slice(0, -1)}2`;
    const { code, stderr } = await cli(folder.path, args(host.baseUrl), { stdin: `${mistyped}\n` });
    expect(code).toBe(1);
    expect(stderr).toContain("Groq refuses this key (HTTP 401");
    expect(stderr).toContain("mistyped, incomplete, revoked or expired; nothing was changed");
    expect(stderr).toContain("https://console.groq.com/keys");
    expect(stderr).not.toContain("aaaa");
    expect(await listed(folder.path)).toEqual([]);
  });

  it("keeps a key that could not be tested, and says so", async () => {
    using folder = temporaryFolder();
    host.broken = 503;
    try {
      const { code, stderr } = await cli(folder.path, args(host.baseUrl), { stdin: `${GROQ}\n` });
      expect(code).toBe(0);
      expect(stderr).toContain("freellm: note: It could not be tested: HTTP 503");
    } finally {
      host.broken = null;
    }
    expect(await listed(folder.path)).toMatchObject([{ id: "groq-1", state: "unknown" }]);
  });
});

describe("--keyless without a provider", () => {
  it("wants a word in scripts, then adds all that need no key, once", async () => {
    using folder = temporaryFolder();
    const home = folder.path;
    const unconfirmed = await cli(home, ["keys", "add", "--keyless"]);
    expect(unconfirmed.code).toBe(2);
    expect(unconfirmed.stderr).toContain("--yes");
    expect(unconfirmed.stdout).toContain("knows you by your IP address");
    expect(await listed(home)).toEqual([]);
    const added = await cli(home, ["keys", "add", "--keyless", "--yes", "--json"]);
    expect(added.code).toBe(0);
    const { keys, failures } = JSON.parse(added.stdout);
    expect(failures).toEqual([]);
    const ids = keys.map(({ id }: { id: string }) => id);
    expect(ids).toEqual(expect.arrayContaining(["kilo-1", "llm7-1", "ovh-1"]));
    expect(keys.every(({ last4 }: { last4: unknown }) => last4 === null)).toBe(true);
    const again = await cli(home, ["keys", "add", "--keyless", "--yes"]);
    expect(again.stdout).toContain("there already");
    expect((await listed(home)).map(({ id }) => id)).toEqual(ids);
  });
});
