/** Keys from scripts: stdin, variables, flags and JSON, without a server. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { beforeAll, describe, expect, it } from "vitest";
import { addCustomKey, BINARY, cli, ensureBinary, temporaryFolder } from "../support/binary.ts";
import { startUpstream } from "../support/upstream.ts";

beforeAll(ensureBinary);

const SECRET = `gsk_${"m".repeat(44)}9876`;

describe("keys add", () => {
  it("takes the first line of stdin, trimmed", async () => {
    using folder = temporaryFolder();
    const added = await cli(folder.path, ["keys", "add", "groq", "--label", "work", "--json"], {
      stdin: `  ${SECRET} \r\nsecond line\n`,
    });
    expect(added.code).toBe(0);
    expect(JSON.parse(added.stdout)).toMatchObject({
      schema: 1,
      keys: [{ id: "groq-1", provider: "groq", label: "work", account: "groq-1", last4: "9876", order: 1 }],
    });
    expect(added.stdout + added.stderr).not.toContain("mmmm");
  });

  it("does not wait for the end of stdin once it has the line", async () => {
    using folder = temporaryFolder();
    const child = spawn(BINARY, ["keys", "add", "groq"], {
      env: { HOME: folder.path, FREELLM_HOME: folder.path },
      stdio: ["pipe", "ignore", "ignore"],
    });
    child.stdin.write(`${SECRET}\n`);
    const [code] = await once(child, "exit");
    expect(code).toBe(0);
  });

  it("knows the provider by the shape of the key", async () => {
    using folder = temporaryFolder();
    const { stdout } = await cli(folder.path, ["keys", "add", "--json"], { stdin: `${SECRET}\n` });
    expect(JSON.parse(stdout).keys).toMatchObject([{ provider: "groq" }]);
  });

  it("takes the key from a variable", async () => {
    using folder = temporaryFolder();
    const { code, stdout } = await cli(
      folder.path,
      ["keys", "add", "groq", "--from-env", "MY_KEY", "--json"],
      { env: { MY_KEY: SECRET } },
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout).keys).toMatchObject([{ last4: "9876" }]);
  });

  it("takes --key, and warns", async () => {
    using folder = temporaryFolder();
    const { code, stderr } = await cli(folder.path, ["keys", "add", "groq", "--key", SECRET]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^freellm: warning: .*process list/m);
    expect(stderr).not.toContain(SECRET);
  });

  it.each(["--no-key", "--keyless"])("takes an endpoint without a key (%s)", async (flag) => {
    using folder = temporaryFolder();
    const args = ["keys", "add", "custom", "--name", "Home GPU", "--base-url", "http://127.0.0.1:9/v1"];
    const { code, stdout } = await cli(folder.path, [
      ...args,
      "--model",
      "a",
      "--model",
      "b",
      flag,
      "--json",
    ]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).keys).toMatchObject([{ provider: "home-gpu", last4: null }]);
    const models = await cli(folder.path, ["models", "--json"]);
    const ids = JSON.parse(models.stdout).models.map(({ id }: { id: string }) => id);
    expect(ids).toEqual(expect.arrayContaining(["home-gpu/a", "home-gpu/b"]));
  });

  it("puts control characters of a label nowhere near the terminal", async () => {
    using folder = temporaryFolder();
    await cli(folder.path, ["keys", "add", "groq", "--label", "a\u001b[2Jb\u202e"], { stdin: `${SECRET}\n` });
    const { stdout } = await cli(folder.path, ["keys", "list"]);
    expect(stdout).toContain("ab");
    expect(stdout).not.toContain("\u001b");
    expect(stdout).not.toContain("\u202e");
  });
});

describe("the other commands", () => {
  it("list keys as a table and as JSON", async () => {
    using folder = temporaryFolder();
    expect((await cli(folder.path, ["keys", "list"])).stdout).toContain("There are no keys yet");
    await cli(folder.path, ["keys", "add", "groq"], { stdin: `${SECRET}\n` });
    const table = await cli(folder.path, ["keys", "list"]);
    expect(table.stdout).toMatch(/^#\s+ID\s+LABEL\s+ACCOUNT\s+KEY\s+STATE\s+WHY$/m);
    expect(table.stdout).toMatch(/^1\s+groq-1\s+groq-1\s+\.\.\.9876\s+unknown$/m);
    const json = JSON.parse((await cli(folder.path, ["keys", "list", "--json"])).stdout);
    expect(json).toEqual({
      schema: 1,
      keys: [
        {
          id: "groq-1",
          provider: "groq",
          label: null,
          account: "groq-1",
          state: "unknown",
          detail: null,
          proxy: null,
          until: null,
          last4: "9876",
          order: 1,
          baseUrl: null,
        },
      ],
    });
  });

  it("reorder, disable, enable and remove", async () => {
    using folder = temporaryFolder();
    const home = folder.path;
    for (const name of ["one", "two", "three"]) {
      await addCustomKey(home, { name, baseUrl: `http://127.0.0.1:9/${name}`, key: null });
    }
    const order = async (): Promise<string[]> => {
      const { keys } = JSON.parse((await cli(home, ["keys", "list", "--json"])).stdout);
      return keys.map(({ id, state }: { id: string; state: string }) =>
        state === "disabled" ? `(${id})` : id,
      );
    };
    expect((await cli(home, ["keys", "reorder", "three-1", "two-1"])).code).toBe(0);
    expect(await order()).toEqual(["three-1", "two-1", "one-1"]);
    expect((await cli(home, ["keys", "disable", "two-1"])).code).toBe(0);
    expect(await order()).toEqual(["three-1", "(two-1)", "one-1"]);
    expect((await cli(home, ["keys", "enable", "two-1"])).code).toBe(0);
    const removed = await cli(home, ["keys", "rm", "three-1", "--yes", "--json"]);
    expect(JSON.parse(removed.stdout)).toEqual({ schema: 1, removed: [{ id: "three-1" }] });
    // In a script there is nobody to ask.
    expect((await cli(home, ["keys", "rm", "one-1"])).code).toBe(0);
    expect(await order()).toEqual(["two-1"]);
  });

  it.each([["rm", "--yes"], ["enable"], ["disable"], ["test"], ["reorder"]])(
    "keys %s of an unknown id exits with 1 and a hint",
    async (name, ...flags) => {
      using folder = temporaryFolder();
      const { code, stderr } = await cli(folder.path, ["keys", name, "groq-7", ...flags]);
      expect(code).toBe(1);
      expect(stderr).toContain('freellm: error: There is no key "groq-7".');
      expect(stderr).toContain("freellm: hint: See: freellm keys list");
    },
  );

  it("test tells good keys from bad ones", async () => {
    using folder = temporaryFolder();
    const home = folder.path;
    const upstream = await startUpstream();
    try {
      await addCustomKey(home, { name: "good", baseUrl: upstream.baseUrl, key: "sk-made-up-good" });
      const good = await cli(home, ["keys", "test", "--json"]);
      expect(good.code).toBe(0);
      expect(JSON.parse(good.stdout)).toMatchObject({
        schema: 1,
        probes: [{ id: "good-1", result: "valid" }],
      });
    } finally {
      await upstream.stop();
    }
  });

  it("print one token alone, and another one after rotate", async () => {
    using folder = temporaryFolder();
    const { stdout: first } = await cli(folder.path, ["token"]);
    expect(first).toMatch(/^freellmapi-[0-9a-f]{48}\n$/);
    expect((await cli(folder.path, ["token", "show"])).stdout).toBe(first);
    const rotated = JSON.parse((await cli(folder.path, ["token", "rotate", "--json"])).stdout);
    expect(rotated.tokens[0].token).not.toBe(first.trim());
    expect((await cli(folder.path, ["token"])).stdout).toBe(`${rotated.tokens[0].token}\n`);
  });

  it("enable and disable models", async () => {
    using folder = temporaryFolder();
    const home = folder.path;
    await addCustomKey(home, { name: "one", baseUrl: "http://127.0.0.1:9/v1", key: null, models: ["m"] });
    const disabled = await cli(home, ["models", "disable", "one/m", "--json"]);
    expect(JSON.parse(disabled.stdout)).toMatchObject({
      schema: 1,
      models: [{ id: "one/m", enabled: false }],
    });
    expect((await cli(home, ["models"])).stdout).toMatch(/^one\/m\s.*disabled/m);
    expect((await cli(home, ["models", "enable", "one/m"])).stdout).toBe("one/m is enabled.\n");
    expect((await cli(home, ["models", "enable", "one/nothing"])).code).toBe(1);
  });
});
