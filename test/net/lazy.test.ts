import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

test("the library for proxies is loaded by the first call through one, not with the program", () => {
  const root = join(import.meta.dirname, "../../src");
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((path) =>
    path.endsWith(".ts"),
  );
  const importing = (pattern: RegExp): string[] =>
    files
      .filter((path) => pattern.test(readFileSync(join(root, path), "utf8")))
      .map((path) => path.replaceAll("\\", "/"));
  expect(importing(/["']undici/)).toEqual(["core/net/proxies.ts"]);
  expect(importing(/^import (?!type\b)[^;]*from "[^"]*\/proxies\.ts"/m)).toEqual([]);
  expect(importing(/\bimport\("\.\/proxies\.ts"\)/)).toEqual(["core/net/outbound.ts"]);
});
