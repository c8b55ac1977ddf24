/** The completion scripts: of one mind with the program, and understood by the shells. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { cli, ensureBinary, temporaryFolder } from "../support/binary.ts";

const scripts: Record<string, string> = {};

beforeAll(async () => {
  await ensureBinary();
  using folder = temporaryFolder();
  for (const shell of ["bash", "zsh", "fish"]) {
    const { code, stdout, stderr } = await cli(folder.path, ["completion", shell]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    scripts[shell] = stdout;
  }
});

function has(shell: string): boolean {
  return spawnSync(shell, ["--version"]).status === 0;
}

/** What bash offers for the last of these words. */
function offered(...words: string[]): string[] {
  const script = `${scripts.bash}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _freellm; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync("bash", ["--norc", "-c", script, "-", ...words], { encoding: "utf8" });
  expect(stderr).toBe("");
  return stdout.split("\n").filter(Boolean);
}

describe.skipIf(!has("bash"))("bash", () => {
  it.each([
    [["freellm", "ke"], ["keys"]],
    [
      ["freellm", "keys", "re"],
      ["remove", "reorder", "reveal"],
    ],
    [["freellm", "keys", "add", "gr"], ["groq"]],
    [["freellm", "keys", "add", "groq", "--lab"], ["--label"]],
    [["freellm", "keys", "--json", "list", "--js"], ["--json"]],
    [["freellm", "config", "va"], ["validate"]],
    [["freellm", "completion", "z"], ["zsh"]],
    [["freellm", "serve", "--po"], ["--port"]],
    [["freellm", "nonsense", "ke"], ["keys"]],
    [["freellm", "status", "x"], []],
  ])("%j offers %j", (words, expected) => expect(offered(...words).sort()).toEqual(expected.sort()));

  it("offers every command that the help names", async () => {
    using folder = temporaryFolder();
    const { stdout } = await cli(folder.path, ["--help"]);
    const named = [...(stdout.split("Commands:")[1] ?? "").matchAll(/^ {2}([a-z]+) /gm)].map(
      ([, name]) => name,
    );
    expect(named.length).toBeGreaterThan(10);
    expect([...offered("freellm", ""), "help"].sort()).toEqual(named.sort());
  });
});

describe.each(["zsh", "fish"])("%s", (shell) => {
  it.skipIf(!has(shell))("understands its script", () => {
    using folder = temporaryFolder();
    const file = join(folder.path, "script");
    writeFileSync(file, scripts[shell] ?? "");
    expect(spawnSync(shell, ["-n", file], { encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
  });

  it("has no quote that is not closed, and knows commands, options and providers", () => {
    const script = scripts[shell] ?? "";
    for (const line of script.split("\n")) expect((line.match(/'/g) ?? []).length % 2, line).toBe(0);
    for (const word of ["keys add", "groq", "validate", "account"]) expect(script).toContain(word);
  });
});

describe("usage", () => {
  it.each([[["completion"]], [["completion", "tcsh"]]])("%j exits with 2", async (args) => {
    using folder = temporaryFolder();
    expect(await cli(folder.path, args)).toMatchObject({ code: 2, stdout: "" });
  });
});
