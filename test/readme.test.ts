/** What the README and the page of commands tell people to type exists: every command, option, script and setting. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { scripts } from "../package.json";
import { environmentName, settingRows } from "../src/core/config/settings.ts";
import { cli, ensureBinary, temporaryFolder } from "./support/binary.ts";

const page = (path: string): string => readFileSync(join(import.meta.dirname, "..", path), "utf8");
const README = page("README.md");
const COMMANDS = page("docs/commands.md");

/**
 * The words of every `freellm ...` in shell blocks, behind a prompt and in backquotes, without comments and what follows a
 * pipe or `&&`.
 */
function commandLines(text: string): string[][] {
  const blocks = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap((match) => (match[1] ?? "").split("\n"));
  const prompts = [...text.matchAll(/^\$ (freellm .+?)(?: < \/dev\/null)?$/gm)].map(
    (match) => match[1] ?? "",
  );
  const inline = [...text.matchAll(/`((?:dist\/)?freellm [^`]+)`/g)].map((match) => match[1] ?? "");
  return [...blocks, ...prompts, ...inline].flatMap((line) => {
    const [command = ""] = line.split(/\s+#/);
    return command
      .split(/\||&&|"\$\(|\)"/)
      .map((part) => part.trim().replace(/^dist\//, ""))
      .filter((part) => part.startsWith("freellm "))
      .map((part) => part.split(/\s+/).slice(1));
  });
}

const GROUPS = new Set(["keys", "models", "token", "config", "service"]);

/** The words that name the command: `keys add`. */
function nameOf(words: string[]): string[] {
  const end = words.findIndex((word) => !/^[a-z]+$/.test(word));
  const names = end < 0 ? words : words.slice(0, end);
  return names.slice(0, GROUPS.has(names[0] ?? "") ? 2 : 1);
}

beforeAll(ensureBinary, 120_000);

describe.each([
  ["the README", README],
  ["the page of commands", COMMANDS],
])("%s", (_, text) => {
  const lines = commandLines(text);

  it("names commands", () => expect(lines.length).toBeGreaterThan(15));

  it.each([...new Set(lines.map((words) => words.join(" ")))])("freellm %s", async (line) => {
    using folder = temporaryFolder();
    const words = line.split(" ");
    const { code, stdout } = await cli(folder.path, [...nameOf(words), "--help"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^Usage: freellm ${nameOf(words).join(" ")}\\b`));
    for (const option of words.filter((word) => word.startsWith("--"))) expect(stdout).toContain(option);
  });

  it("leaves out no command", async () => {
    using folder = temporaryFolder();
    const { stdout } = await cli(folder.path, ["--help"]);
    const [, commands = ""] = stdout.split("\nCommands:\n");
    const names = [...commands.matchAll(/^ {2}([a-z]+) /gm)].flatMap(([, name = ""]) => name || []);
    expect(names.length).toBeGreaterThan(15);
    for (const name of names.filter((name) => name !== "help")) expect(text).toContain(`freellm ${name}`);
  });

  it("speaks of no machine but the reader's", () => {
    expect(text).not.toMatch(/\/tmp\/|\/root\/|\/work\//);
  });
});

describe("the README", () => {
  it("tells the defaults of settings as they are", () => {
    const table = README.slice(README.indexOf("| setting "), README.indexOf("`FREELLM_HOME` moves"));
    const rows = table
      .split("\n")
      .slice(2)
      .map((row) => row.split("|").map((cell) => cell.trim()));
    const known = new Map(settingRows());
    const told = rows.flatMap(([, names = "", variables = "", defaults = ""]) =>
      names
        .split(", ")
        .filter(Boolean)
        .map((name, index) => ({
          name: name.replaceAll("`", ""),
          variable: variables.split(", ")[index]?.replaceAll("`", ""),
          value: defaults.split(", ")[index],
        })),
    );
    expect(told.length).toBeGreaterThan(8);
    for (const { name, variable, value } of told) {
      const entry = [...known].find(([setting]) => setting === name);
      expect(entry, name).toBeDefined();
      if (entry === undefined) continue;
      expect(variable).toBe(environmentName(entry[0]));
      const standard = entry[1].default;
      expect(value).toBe(standard === "" || String(standard) === "" ? "none" : String(standard));
    }
  });

  it.each([...README.matchAll(/npm (?:run )?([a-z:]+)/g)].map((match) => match[1] ?? ""))(
    "npm %s",
    (script) => {
      expect([...Object.keys(scripts), "ci", "install", "packages"]).toContain(script);
    },
  );
});
