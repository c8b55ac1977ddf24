/** The page about the providers says what the data say. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { providersPage } from "../../bin/docs.ts";
import { providers } from "../../src/providers/index.ts";

test("docs/providers.md is what `npm run docs` makes", () => {
  const committed = readFileSync(join(import.meta.dirname, "../../docs/providers.md"), "utf8");
  expect(committed).toBe(providersPage(providers.all()));
});

test("every provider and every model stands in it", () => {
  const page = providersPage(providers.all());
  for (const { id, models } of providers.all()) {
    expect(page).toContain(`\n## ${id}\n`);
    for (const model of models) expect(page).toContain(`| \`${model.id}\` |`);
  }
});

test("no cell breaks its table", () => {
  const widths = providersPage(providers.all())
    .trimEnd()
    .split("\n\n")
    .filter((block) => block.startsWith("| "))
    .map((block) => block.split("\n").map((line) => line.split(/(?<!\\)\|/).length));
  expect(widths.length).toBeGreaterThan(30);
  for (const lines of widths) expect(new Set(lines).size).toBe(1);
});
