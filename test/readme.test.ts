/** What the README tells people to type exists: every command, every option, every script. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { scripts } from "../package.json";
import { cli, ensureBinary, temporaryFolder } from "./support/binary.ts";

const README = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");

/** The words of every `freellm ...` in shell blocks and in backquotes, without comments and what follows a pipe or `&&`. */
function commandLines(): string[][] {
  const blocks = [...README.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap((match) =>
    (match[1] ?? "").split("\n"),
  );
  const inline = [...README.matchAll(/`((?:dist\/)?freellm [^`]+)`/g)].map((match) => match[1] ?? "");
  return [...blocks, ...inline].flatMap((line) => {
    const [command = ""] = line.split(/\s+#/);
    return command
      .split(/\||&&|"\$\(|\)"/)
      .map((part) => part.trim().replace(/^dist\//, ""))
      .filter((part) => part.startsWith("freellm "))
      .map((part) => part.split(/\s+/).slice(1));
  });
}

const GROUPS = new Set(["keys", "models", "token"]);

/** The words that name the command: `keys add`. */
function nameOf(words: string[]): string[] {
  const names = words.filter((word) => /^[a-z]+$/.test(word));
  return names.slice(0, GROUPS.has(names[0] ?? "") ? 2 : 1);
}

beforeAll(ensureBinary, 120_000);

describe("the README", () => {
  const lines = commandLines();

  it("names commands", () => expect(lines.length).toBeGreaterThan(15));

  it.each([...new Set(lines.map((words) => words.join(" ")))])("freellm %s", async (line) => {
    using folder = temporaryFolder();
    const words = line.split(" ");
    const { code, stdout } = await cli(folder.path, [...nameOf(words), "--help"]);
    expect(code).toBe(0);
    for (const option of words.filter((word) => word.startsWith("--"))) expect(stdout).toContain(option);
  });

  it.each([...README.matchAll(/npm (?:run )?([a-z:]+)/g)].map((match) => match[1] ?? ""))(
    "npm %s",
    (script) => {
      expect([...Object.keys(scripts), "ci", "install", "packages"]).toContain(script);
    },
  );
});
