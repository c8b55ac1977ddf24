/** The command line as a whole: version, help, and what is said about wrong usage. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { firstKeys } from "../../src/commands/first-keys.ts";
import { providers } from "../../src/providers/index.ts";
import { addCustomKey, cli, ensureBinary, startFreellm, temporaryFolder } from "../support/binary.ts";

beforeAll(ensureBinary);

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8"));

const COMMANDS = [
  ["serve"],
  ["keys"],
  ["keys", "add"],
  ["keys", "list"],
  ["keys", "rm"],
  ["keys", "reorder"],
  ["keys", "test"],
  ["keys", "enable"],
  ["keys", "disable"],
  ["keys", "clear"],
  ["keys", "import"],
  ["import"],
  ["models"],
  ["models", "list"],
  ["models", "enable"],
  ["models", "disable"],
  ["models", "reset"],
  ["models", "reorder"],
  ["models", "pin"],
  ["models", "unpin"],
  ["models", "refresh"],
  ["models", "import"],
  ["token"],
  ["status"],
  ["sim"],
  ["dash"],
  ["backup"],
  ["restore"],
  ["init"],
  ["completion"],
  ["doctor"],
  ["service"],
  ["service", "install"],
  ["service", "uninstall"],
  ["service", "status"],
  ["logs"],
  ["chat"],
  ["config"],
  ["config", "show"],
  ["config", "path"],
  ["config", "edit"],
  ["config", "validate"],
  ["config", "schema"],
];

describe("version and help", () => {
  it.each(["--version", "-V", "-v"])("%s prints the version alone", async (flag) => {
    using folder = temporaryFolder();
    expect(await cli(folder.path, [flag])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  });

  it.each(COMMANDS.map((words) => [words.join(" "), words]))("%s --help has examples", async (_, words) => {
    using folder = temporaryFolder();
    const { code, stdout } = await cli(folder.path, [...words, "--help"]);
    expect(code).toBe(0);
    expect(stdout).toContain(`Usage: freellm ${words.join(" ")}`);
    expect(stdout).toContain(`  $ freellm ${words.slice(0, 1).join(" ")}`);
  });

  it("names every command", async () => {
    using folder = temporaryFolder();
    const { code, stdout } = await cli(folder.path, ["--help"]);
    expect(code).toBe(0);
    for (const [name] of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${name} `, "m"));
  });
});

describe("usage errors", () => {
  it.each([
    [["bogus"], "unknown command 'bogus'"],
    [["keys", "lst"], "unknown command 'lst'"],
    [["help", "bogus"], "unknown command 'bogus'"],
    [["keys", "help", "bogus"], "unknown command 'bogus'"],
    [["keys", "list", "--jsn"], "unknown option '--jsn'"],
    [["keys", "rm"], "missing required argument 'id'"],
    [["keys", "list", "extra"], "too many arguments"],
    [["serve", "--port", "70000"], "port"],
    [["serve", "--host", "0.0.0.0"], "other machines"],
    [["keys", "add", "custom", "--base-url", "http://127.0.0.1:9/v1", "--rpm", "-1"], "whole number"],
    [["keys", "add", "groq", "--model", "x"], "--model"],
    [["keys", "add", "groq", "--key", "a", "--from-env", "B"], "Only one"],
    [["keys", "add", "groq", "--from-env", "NOT_SET_ANYWHERE"], "NOT_SET_ANYWHERE is not set"],
    [["keys", "add", "nobody"], "nobody"],
    [["keys", "add", "groq"], "needs a key"],
    [["keys", "add", "custom"], "address"],
    [["keys", "add"], "Which provider"],
    [["keys", "reorder"], "no terminal"],
  ])("%j exits with 2 and says why", async (args, reason) => {
    using folder = temporaryFolder();
    const { code, stdout, stderr } = await cli(folder.path, args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^freellm: error: /m);
    expect(stderr).toContain(reason);
    expect(stderr).toMatch(/^freellm: hint: /m);
  });

  it("come as JSON where JSON was asked for", async () => {
    using folder = temporaryFolder();
    const { code, stdout, stderr } = await cli(folder.path, ["keys", "rm", "--json"]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: "" });
    expect(JSON.parse(stdout)).toEqual({
      schema: 1,
      error: {
        code: "usage",
        message: "missing required argument 'id'",
        hint: "See: freellm keys rm --help",
      },
    });
  });

  it.each([
    ["add", "Did you mean: freellm keys add, or freellm token add"],
    ["rotate", "Did you mean: freellm keys rotate, or freellm token rotate"],
    ["enable", "Did you mean: freellm keys enable, or freellm models enable"],
    ["pin", "Did you mean: freellm models pin"],
    ["rm", "Did you mean: freellm keys rm"],
    ["help rm", "Did you mean: freellm keys rm"],
  ])("know where %s is a command", async (word, hint) => {
    using folder = temporaryFolder();
    const { code, stderr } = await cli(folder.path, word.split(" "));
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `freellm: error: unknown command '${word.replace("help ", "")}'\nfreellm: hint: ${hint}\nfreellm: hint: See: freellm --help\n`,
    });
  });

  it("suggest what was probably meant", async () => {
    using folder = temporaryFolder();
    const { stderr } = await cli(folder.path, ["modles"]);
    expect(stderr).toContain("models");
  });
});

describe("a group of commands", () => {
  const GROUPS: [name: string, standard: string, code: number][] = [
    ["keys", "list", 0],
    ["models", "list", 0],
    ["token", "show", 0],
    ["config", "show", 0],
    ["service", "status", 3],
  ];

  it.each(GROUPS)("%s alone does what %s does, and says so in its help", async (name, standard, code) => {
    using folder = temporaryFolder();
    // The first command says where the new key lies.
    await cli(folder.path, ["token"]);
    const alone = await cli(folder.path, [name]);
    expect(alone).toEqual(await cli(folder.path, [name, standard]));
    expect(alone.code).toBe(code);
    expect(alone.stdout).not.toBe("");
    const json = await cli(folder.path, [name, "--json"]);
    expect(json).toEqual(await cli(folder.path, [name, standard, "--json"]));
    expect(JSON.parse(json.stdout).schema).toBe(1);
    const help = await cli(folder.path, [name, "--help"]);
    expect(help).toMatchObject({ code: 0, stderr: "" });
    expect(help.stdout).toMatch(new RegExp(`^Usage: freellm ${name} \\[`));
    expect(help.stdout.replaceAll(/\s+/g, " ")).toMatch(new RegExp(` ${standard}\\b[^.]*\\(the default\\)`));
    expect(await cli(folder.path, [name, "help"])).toEqual(help);
    expect(await cli(folder.path, ["help", name])).toEqual(help);
  });

  it.each(GROUPS)("%s with a word that is none of its commands is wrong usage", async (name) => {
    using folder = temporaryFolder();
    const { code, stdout, stderr } = await cli(folder.path, [name, "nonsense"]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toBe(
      `freellm: error: unknown command 'nonsense'\nfreellm: hint: See: freellm ${name} --help\n`,
    );
  });
});

describe("without arguments", () => {
  it("says which keys to get first and what to do, and makes nothing", async () => {
    using folder = temporaryFolder();
    const { code, stdout } = await cli(folder.path, []);
    expect(code).toBe(0);
    expect(stdout).toContain("freellm init");
    expect(stdout).toContain("freellm keys add");
    for (const { provider, gives } of firstKeys(providers)) {
      expect(stdout).toContain(`${provider.id.padEnd(12)}${gives}`);
      expect(stdout).toContain(provider.signUpUrl);
    }
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it("says how to start once there is a key, and opens nothing for it", async () => {
    using folder = temporaryFolder();
    await cli(folder.path, ["keys", "add", "groq"], { stdin: "gsk_made-up\n" });
    const { stdout, stderr } = await cli(folder.path, []);
    expect(stdout).toContain("It holds 1 key.");
    expect(stdout).toContain("freellm serve");
    expect(stderr).toBe("");
  });

  it("tells in three lines how a running server does", async () => {
    using folder = temporaryFolder();
    const server = await startFreellm({ home: folder.path });
    try {
      expect((await cli(folder.path, [])).stdout).toContain("without keys");
      await addCustomKey(folder.path, { name: "home", baseUrl: "http://127.0.0.1:9/v1", key: null });
      const { code, stdout } = await cli(folder.path, []);
      expect(code).toBe(0);
      expect(stdout.split("\n")[0]).toContain(`running at ${server.url}/v1 for`);
      expect(stdout.split("\n")[1]).toMatch(/^1 of 1 key and 1 of \d+ models? are ready\.$/);
      expect(stdout.split("\n")[2]).toBe("0 requests, 0 failed, 0 failovers.");
      expect(stdout).toContain("freellm dash");
    } finally {
      await server.stop();
    }
  });
});

it("the keys to get first are free, to be had by everybody, and their gift is told in a line", () => {
  const suggestions = firstKeys(providers);
  expect(suggestions.length).toBeGreaterThan(4);
  for (const { provider, gives } of suggestions) {
    expect(["active", "limited"]).toContain(provider.status);
    expect(provider.signUpUrl).toMatch(/^https:/);
    expect(gives.length, gives).toBeLessThan(110);
  }
  expect(firstKeys(providers, ["groq"]).map(({ provider }) => provider.id)).not.toContain("groq");
});
