// biome-ignore-all lint/suspicious/noTemplateCurlyInString: source code in strings
/** The law on what touches the world, and the reader of sources beneath all laws, on made-up sources. */
import { describe, expect, test } from "vitest";
import type { Law } from "./laws.ts";
import { type AllowList, reachLaw, unusedPermits } from "./reach.ts";
import { readSource } from "./source.ts";

/** `path:line` of everything in these files that breaks the law. */
function places(law: Law, files: Record<string, string>): string[] {
  const sources = Object.entries(files).map(([path, text]) => readSource(path, text));
  return law(sources).map(({ path, line }) => `${path}:${line}`);
}

describe("reading a source", () => {
  const read = (text: string) => readSource("src/core/chat/a.ts", text);

  test.each([
    ["a line comment", "a(); // fetch('x')\nb();"],
    ["a block comment", "a(); /* fetch(\n'x') */ b();"],
    ["a string", "a('fetch(\\'x\\')', \"fetch(\");"],
    ["a template", "a(`fetch( ${b(`fetch( ${c}`)} fetch(`);"],
    ["a regular expression", "a(/fetch(\"'`[/`]/g); return /fetch(/;"],
  ])("%s is not code, and every place stays where it was", (_name, text) => {
    const { code } = read(text);
    expect(code).not.toContain("fetch");
    expect(code).toHaveLength(text.length);
    expect(code.split("\n")).toHaveLength(text.split("\n").length);
  });

  test.each([
    ["an interpolation", "a(`${fetch(b)}`);"],
    ["what follows a division", "a = b / c; fetch(d / e);"],
    ["what follows an odd regular expression", "a(/[/'\"`]/); fetch(b);"],
    ["what follows an apostrophe in JSX", "<Text>don't</Text>;\nfetch(b);"],
    ["what follows a nested object in a template", "a(`${b({ c: {} })} text`); fetch(d);"],
  ])("%s is code", (_name, text) => {
    expect(read(text).code).toContain("fetch(");
  });

  test("imports of every form are found", () => {
    const text = [
      'import a from "./a.ts";',
      "import type { B } from './b.ts';",
      'import {\n  type C,\n  d,\n} from "./c.ts";',
      'import "./e.ts";',
      'export * from "./f.ts";',
      'const g = await import("./g.ts");',
      'type H = import("./h.ts").H;',
      "await import(name);",
      '// import "./comment.ts"',
      "const text = \"import './string.ts'\";",
      'Array.from("not an import");',
    ].join("\n");
    const { imports } = read(text);
    expect(imports.map(({ specifier }) => specifier)).toEqual([
      "./a.ts",
      "./b.ts",
      "./c.ts",
      "./e.ts",
      "./f.ts",
      "./g.ts",
      "./h.ts",
      null,
    ]);
    expect(imports.map(({ typeOnly }) => typeOnly).slice(0, 3)).toEqual([false, true, false]);
  });
});

describe("reachLaw", () => {
  const allowList: AllowList = {
    "src/core/net/out.ts": { fetch: "calls out" },
    "src/tui/": { clock: "shows the time" },
    "src/commands/run.ts": { execution: "starts the program of the user" },
  };
  const law = reachLaw(allowList);

  test.each([
    "Date.now()",
    "new Date()",
    "performance.now()",
    "Math.random()",
    "crypto.getRandomValues(bytes)",
    "crypto.randomUUID()",
    "process.env.HOME",
    "fetch(url)",
    "await fetch (url)",
    "Bun.serve({})",
    "setTimeout(work, 1)",
    "setInterval",
    "globalThis.fetch",
    "eval(text)",
    "new Function(text)",
    "await import(name)",
    'import fs from "node:fs";',
    'import { Database } from "bun:sqlite";',
    'import { spawn } from "child_process";',
    "`${Date.now()}`",
  ])("%s is found where it is not allowed", (code) => {
    expect(new Set(places(law, { "src/core/serve/a.ts": `// first\n${code}\n` }))).toEqual(
      new Set(["src/core/serve/a.ts:2"]),
    );
  });

  test.each([
    "clock.now()",
    "new Date(milliseconds)",
    "random.bytes(8)",
    "routes.fetch(request)",
    "this.process.run()",
    'const text = "Date.now()";',
    "const prefetch = (url) => url; prefetch(1);",
    'import { object } from "valibot";',
  ])("%s is nothing", (code) => {
    expect(places(law, { "src/core/serve/a.ts": code })).toEqual([]);
  });

  test("a permit holds for its file or folder and for nothing else", () => {
    expect(places(law, { "src/core/net/out.ts": "fetch(url)" })).toEqual([]);
    expect(places(law, { "src/core/net/out.ts": "Date.now()" })).toHaveLength(1);
    expect(places(law, { "src/core/net/other.ts": "fetch(url)" })).toHaveLength(1);
    expect(places(law, { "src/tui/a/b.tsx": "Date.now()" })).toEqual([]);
    expect(places(law, { "src/tuition.ts": "Date.now()" })).toHaveLength(1);
  });

  test("the composition root is free, but starts programs only where it is named", () => {
    const code = 'import { spawn } from "node:child_process";';
    expect(places(law, { "src/commands/serve.ts": "Date.now(); Bun.serve(); process.exit()" })).toEqual([]);
    expect(places(law, { "src/commands/serve.ts": code })).toHaveLength(1);
    expect(places(law, { "src/commands/run.ts": code })).toEqual([]);
  });

  test("the composition root calls out by fetch as little as the rest", () => {
    expect(places(law, { "src/commands/serve.ts": "await fetch(url)" })).toHaveLength(1);
  });

  test("a permit that nothing uses is told", () => {
    const sources = [
      readSource("src/core/net/out.ts", "fetch(url)"),
      readSource("src/tui/a.tsx", "Date.now()"),
    ];
    expect(unusedPermits(allowList, sources)).toEqual(["src/commands/run.ts: execution"]);
  });
});
