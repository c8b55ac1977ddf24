// biome-ignore-all lint/suspicious/noTemplateCurlyInString: source code in strings
/** The laws themselves, on made-up sources: each must be able to find what it forbids, and only that. */
import { describe, expect, test } from "vitest";
import { cycleLaw, importLaw, type Law, registrationLaw, roomOf, sizeLaw, sqlLaw, stateLaw } from "./laws.ts";
import { readSource } from "./source.ts";

/** `path:line` of everything in these files that breaks the law. */
function places(law: Law, files: Record<string, string>): string[] {
  const sources = Object.entries(files).map(([path, text]) => readSource(path, text));
  return law(sources).map(({ path, line }) => `${path}:${line}`);
}

describe("importLaw", () => {
  test.each([
    ["src/core/chat/a.ts", "core/chat"],
    ["src/core/surface/openai-chat/index.ts", "core/surface"],
    ["src/core/ports.ts", "core/ports"],
    ["src/providers/groq.ts", "providers"],
    ["src/tui/panes/keys.tsx", "tui"],
    ["src/main.ts", null],
  ])("%s lies in %s", (path, room) => expect(roomOf(path)).toBe(room));

  test.each([
    ["src/core/chat/a.ts", "../route/plan.ts"],
    ["src/core/chat/a.ts", "valibot"],
    ["src/core/route/a.ts", "../store/keys.ts"],
    ["src/core/route/a.ts", "../provider.ts"],
    ["src/core/route/a.ts", "node:crypto"],
    ["src/core/surface/a.ts", "../route/plan.ts"],
    ["src/core/net/a.ts", "../serve/guard.ts"],
    ["src/core/store/a.ts", "../chat/event.ts"],
    ["src/core/vault/a.ts", "../route/event.ts"],
    ["src/core/config/a.ts", "../net/address.ts"],
    ["src/core/serve/a.ts", "../../providers/index.ts"],
    ["src/core/serve/a.ts", "../../commands/serve.ts"],
    ["src/core/serve/a.ts", "../../tui/model.ts"],
    ["src/core/serve/a.ts", "../../../test/support/x.ts"],
    ["src/core/provider.ts", "./route/plan.ts"],
    ["src/providers/a.ts", "../core/route/limits.ts"],
    ["src/providers/a.ts", "../core/net/outbound.ts"],
    ["src/tui/a.tsx", "../core/store/keys.ts"],
    ["src/tui/a.tsx", "../commands/dash.ts"],
    ["src/elsewhere.ts", "./core/chat/event.ts"],
    ["src/elsewhere/a.ts", "../core/chat/event.ts"],
  ])("%s may not import %s", (path, specifier) => {
    expect(places(importLaw, { [path]: `\nimport type { A } from "${specifier}";` })).toHaveLength(1);
  });

  test.each([
    ["src/core/chat/a.ts", "./event.ts"],
    ["src/core/route/a.ts", "../chat/event.ts"],
    ["src/core/store/a.ts", "node:fs"],
    ["src/core/serve/a.ts", "../route/plan.ts"],
    ["src/core/serve/a.ts", "../ports.ts"],
    ["src/core/provider.ts", "./route/limits.ts"],
    ["src/providers/a.ts", "../core/provider.ts"],
    ["src/tui/a.tsx", "../core/command.ts"],
    ["src/commands/a.ts", "../tui/model.ts"],
    ["src/commands/a.ts", "../core/vault/vault.ts"],
  ])("%s may import %s", (path, specifier) => {
    expect(places(importLaw, { [path]: `import type { A } from "${specifier}";` })).toEqual([]);
  });

  test("dynamic imports count, and contracts name types only", () => {
    expect(places(importLaw, { "src/core/net/a.ts": '\n\nawait import("../store/keys.ts");' })).toEqual([
      "src/core/net/a.ts:3",
    ]);
    expect(places(importLaw, { "src/core/ports.ts": 'import { A } from "./chat/event.ts";' })).toHaveLength(
      1,
    );
  });
});

describe("stateLaw", () => {
  test.each([
    "let count = 0;",
    "export let count = 0;",
    "var count = 0;",
    "const seen = new Map();",
    "const seen: Map<string, number> = new Map();",
    "const seen = new Uint8Array(8);",
    "const list: string[] = [];",
    "export const table = {};",
  ])("%s is state", (code) => {
    expect(places(stateLaw, { "src/core/route/a.ts": `\n${code}` })).toEqual(["src/core/route/a.ts:2"]);
  });

  test.each([
    "const limit = 5;",
    "const names: readonly string[] = [];",
    "const table: Readonly<Record<string, number>> = { a: 1 };",
    "const seen: ReadonlySet<string> = new Set(['a']);",
    "const names = ['a', 'b'] as const;",
    "const table = Object.freeze({ a: 1 });",
    "const make = () => ({ a: 1 });",
    "const add: (a: number) => number[] = (a) => [a];",
    "function a() {\n  let b = 0;\n  const c = new Map();\n  return [b, c];\n}",
    "class A {\n  readonly #b = new Map();\n}",
    "const pattern = /let x = {/;\n",
  ])("%s is none", (code) => {
    expect(places(stateLaw, { "src/core/route/a.ts": code })).toEqual([]);
  });

  test("literals are forbidden in the routing room only, collections everywhere", () => {
    expect(places(stateLaw, { "src/providers/a.ts": "export const spec = { id: 'a' };" })).toEqual([]);
    expect(places(stateLaw, { "src/providers/a.ts": "const cache = new Map();" })).toHaveLength(1);
  });
});

describe("sqlLaw", () => {
  test.each([
    "`select * from keys where id = ${id}`",
    "`\n  UPDATE keys SET label = '${label}'`",
    '"select * from " + table',
    "`${start} WHERE id = 1`",
    "`PRAGMA user_version = ${version}`",
  ])("%s is found", (code) => {
    expect(places(sqlLaw, { "src/core/store/a.ts": `db.execute(\n${code});` })).toHaveLength(1);
  });

  test.each([
    '"select * from keys where id = ?"',
    "`create table keys (\n id text\n)`",
    "`The key ${id} does not exist.`",
    '"a" + b',
  ])("%s is good", (code) => {
    expect(places(sqlLaw, { "src/core/store/a.ts": `db.execute(${code});` })).toEqual([]);
  });
});

describe("the other laws", () => {
  test("sizeLaw counts lines", () => {
    expect(places(sizeLaw(3), { "src/a.ts": "1\n2\n3\n", "src/b.ts": "1\n2\n3\n4\n" })).toEqual([
      "src/b.ts:4",
    ]);
  });

  test("cycleLaw finds circles of any length, through types, too", () => {
    const files = {
      "src/core/chat/a.ts": 'import { b } from "./b.ts";',
      "src/core/chat/b.ts": '\nimport type { C } from "./c.ts";',
      "src/core/chat/c.ts": '\n\nexport * from "./a.ts";',
      "src/core/chat/d.ts": 'import "./a.ts"; import "./b.ts";',
    };
    expect(places(cycleLaw, files)).toEqual(["src/core/chat/c.ts:3"]);
    expect(places(cycleLaw, { "src/core/chat/a.ts": 'import "./a.ts";' })).toHaveLength(1);
    expect(places(cycleLaw, { ...files, "src/core/chat/c.ts": "" })).toEqual([]);
  });

  test("registrationLaw finds a provider that the catalogue forgot", () => {
    const files = {
      "src/providers/data/groq.ts": "export const groq: ProviderSpec = { id: 'groq' };",
      "src/providers/data/mistral.ts":
        "export const mistral = {\n  id: 'mistral',\n} satisfies ProviderSpec;",
      "src/providers/json.ts": "export function find(): ProviderSpec | undefined {}",
    };
    const catalogue = 'export { groq } from "./data/groq.ts";';
    expect(places(registrationLaw, { ...files, "src/providers/catalogue.ts": catalogue })).toEqual([
      "src/providers/data/mistral.ts:1",
    ]);
    expect(places(registrationLaw, files)).toHaveLength(2);
  });
});
