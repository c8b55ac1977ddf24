/** The completion scripts: of one mind with the program, and run by the shells themselves. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, describe, expect, it, type TestContext } from "vitest";
import { cli, ensureBinary, temporaryFolder } from "../support/binary.ts";

const SHELLS = ["bash", "zsh", "fish"] as const;
type Shell = (typeof SHELLS)[number];

const folder = temporaryFolder();
const fileOf = (shell: Shell): string => join(folder.path, `freellm.${shell}`);
const scripts = new Map<Shell, string>();

beforeAll(async () => {
  await ensureBinary();
  for (const shell of SHELLS) {
    const { code, stdout, stderr } = await cli(folder.path, ["completion", shell]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    scripts.set(shell, stdout);
    writeFileSync(fileOf(shell), stdout);
  }
});
afterAll(() => folder[Symbol.dispose]());

/** Skips the test with the reason where the shell is missing. */
function needs(shell: Shell, context: TestContext): void {
  const found = spawnSync(shell, ["--version"]).status === 0;
  if (!found) context.skip(`${shell} is not installed on this machine, so its script cannot be run`);
}

/** Runs a script in a shell that reads no settings. What it says on stderr is a fault of ours. */
function run(shell: Shell, script: string, ...args: string[]): string[] {
  const options = { bash: ["--norc", "-c"], zsh: ["-f", "-c"], fish: ["--no-config", "-c"] }[shell];
  const { stdout, stderr } = spawnSync(shell, [...options, script, ...args], {
    ...{ encoding: "utf8", cwd: folder.path },
    env: { PATH: process.env.PATH ?? "", HOME: folder.path, LANG: "C.UTF-8" },
  });
  expect(stderr).toBe("");
  return stdout.split("\n").filter(Boolean);
}

/** What each shell offers for the last of these words, by its own completion of them. */
const OFFERS: Readonly<Record<Shell, (words: readonly string[]) => string[]>> = {
  bash: (words) =>
    run(
      "bash",
      `source freellm.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _freellm; printf '%s\\n' "\${COMPREPLY[@]}"`,
      ...["-", ...words],
    ),
  // What would be shown goes through _describe, which works only while somebody types.
  zsh: (words) =>
    run(
      "zsh",
      `compdef() { :; }; _files() { :; }; _describe() { local name=\${@[-1]}; print -rl -- \${\${(P)name}%%:*}; }
       source freellm.zsh; words=("$@"); CURRENT=$#; _freellm`,
      ...["-", ...words],
    ).filter((word) => word.startsWith(words.at(-1) ?? "")),
  fish: (words) =>
    run("fish", `source freellm.fish; complete -C "$argv[1]"`, words.join(" ")).map(
      (line) => line.split("\t")[0] ?? "",
    ),
};

const CASES: readonly (readonly [line: string, offered: readonly string[]])[] = [
  ["freellm ke", ["keys"]],
  ["freellm keys re", ["remove", "reorder", "reveal"]],
  ["freellm keys cl", ["clear"]],
  ["freellm keys add gr", ["groq"]],
  ["freellm keys add cu", ["custom"]],
  ["freellm models refresh mis", ["mistral"]],
  ["freellm keys add groq --lab", ["--label"]],
  ["freellm keys --json list --js", ["--json"]],
  ["freellm config va", ["validate"]],
  ["freellm completion z", ["zsh"]],
  ["freellm serve --po", ["--port"]],
  ["freellm nonsense ke", ["keys"]],
  ["freellm status nothing-that-lies-here", []],
];

describe.each(SHELLS)("%s", (shell) => {
  it("understands its script", (context) => {
    needs(shell, context);
    expect(spawnSync(shell, ["-n", fileOf(shell)], { encoding: "utf8" })).toMatchObject({
      ...{ status: 0, stderr: "" },
    });
  });

  it.for(CASES)("%s", ([line, offered], context) => {
    needs(shell, context);
    expect(OFFERS[shell](line.split(" ")).sort()).toEqual([...offered].sort());
  });

  it("offers every command that the help names", async (context) => {
    needs(shell, context);
    const { stdout } = await cli(folder.path, ["--help"]);
    const named = [...(stdout.split("Commands:")[1] ?? "").matchAll(/^ {2}([a-z]+) /gm)].map(
      ([, name]) => name,
    );
    expect(named.length).toBeGreaterThan(10);
    expect([...OFFERS[shell](["freellm", ""]), "help"].sort()).toEqual(named.sort());
  });

  it("has no quote that is not closed, and knows commands, options and providers", () => {
    const script = scripts.get(shell) ?? "";
    if (shell !== "bash") {
      for (const line of script.split("\n")) expect((line.match(/'/g) ?? []).length % 2, line).toBe(0);
    }
    for (const word of ["keys add", "groq", "validate", "account"]) expect(script).toContain(word);
  });
});

const PATIENCE_MS = 10_000;

/** An interactive zsh: types, and waits for what is shown. */
function interactiveZsh() {
  let output = "";
  const decoder = new TextDecoder();
  const child = Bun.spawn(["zsh", "-f", "-i"], {
    cwd: folder.path,
    env: { PATH: process.env.PATH ?? "", HOME: folder.path, TERM: "xterm", LANG: "C.UTF-8" },
    terminal: {
      cols: 120,
      rows: 60,
      data(_, bytes) {
        output += decoder.decode(bytes, { stream: true });
      },
    },
  });
  return {
    type: (keys: string) => void child.terminal?.write(keys),
    async see(pattern: RegExp): Promise<void> {
      const deadline = performance.now() + PATIENCE_MS;
      while (!pattern.test(stripVTControlCharacters(output))) {
        if (performance.now() > deadline) throw new Error(`${pattern} was not shown:\n${output}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    async end(): Promise<void> {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}

describe("zsh, typed in", () => {
  // As it is loaded by `eval`, and as it is found in a folder of fpath.
  it.for([
    ["by eval", 'compinit -u -D; eval "$(<freellm.zsh)"'],
    ["from fpath", "mkdir -p site; cp freellm.zsh site/_freellm; fpath=($PWD/site $fpath); compinit -u -D"],
  ])("%s: the tabulator lists with what each is for, and completes", async ([, load], context) => {
    needs("zsh", context);
    const zsh = interactiveZsh();
    try {
      // Said in two pieces, so that what is typed is not taken for what is said.
      zsh.type(`PS1='> '; autoload -Uz compinit; ${load}; print rea""dy\n`);
      await zsh.see(/^ready/m);
      zsh.type("freellm keys re\t");
      await zsh.see(/^reorder +-- Set the order/m);
      await zsh.see(/^reveal +-- Print a key in clear/m);
      // What the line is by now is printed by it.
      zsh.type("o\t\u0001print -r -- line: \n");
      await zsh.see(/^line: freellm keys reorder$/m);
      zsh.type("freellm keys add groq --lab\t\u0001print -r -- line: \n");
      await zsh.see(/^line: freellm keys add groq --label$/m);
    } finally {
      await zsh.end();
    }
  });
});

describe("usage", () => {
  it.each([[["completion"]], [["completion", "tcsh"]]])("%j exits with 2", async (args) => {
    expect(await cli(folder.path, args)).toMatchObject({ code: 2, stdout: "" });
  });
});
