/** What the compiled program loads: asking for the version must not pay for the rest of it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const COMMANDS = join(import.meta.dirname, "../../src/commands");

/** Files that `file` imports before its first line runs; imports of types alone leave no trace. */
function eagerImports(file: string): string[] {
  const transpiler = new Bun.Transpiler({ loader: "ts" });
  const found = transpiler.scanImports(readFileSync(file, "utf8"));
  return found.filter(({ kind }) => kind === "import-statement").map(({ path }) => path);
}

it("main.ts loads the version and nothing else", () => {
  expect(eagerImports(join(COMMANDS, "main.ts"))).toEqual(["./version.ts"]);
  expect(eagerImports(join(COMMANDS, "version.ts"))).toEqual(["../../package.json"]);
});

it("no command is loaded before it is asked for", () => {
  const eager = eagerImports(join(COMMANDS, "program.ts"));
  expect(eager.toSorted()).toEqual(["./complaint.ts", "./version.ts", "commander"]);
});

it("the terminal library is loaded by the dashboard alone, and only where it is drawn", () => {
  const drawing = ["ink", "react", "./live.ts", "../../tui/app.tsx"];
  const eager = new Set(eagerImports(join(COMMANDS, "dash/index.ts")));
  expect(drawing.filter((path) => eager.has(path))).toEqual([]);
  for (const part of ["server", "once", "watch"]) {
    const parts = new Set(eagerImports(join(COMMANDS, `dash/${part}.ts`)));
    expect(drawing.filter((path) => parts.has(path))).toEqual([]);
  }
});
