/**
 * docs/commands.md shows what the commands really print: each one is run in the order of the page, and what it says is
 * compared without figures and line breaks. `UPDATE_PAGE=1 vitest run test/commands/page.test.ts` writes the page anew.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cli, ensureBinary, temporaryFolder } from "../support/binary.ts";
import { type Entry, entriesOf, PAGE, Scene, withOutputs } from "./page.ts";

const page = readFileSync(PAGE, "utf8");
const entries = entriesOf(page);
const outputs: string[] = [];
const scene = new Scene();

beforeAll(async () => {
  await ensureBinary();
  await scene.open();
}, 60_000);
afterAll(() => scene.close());

/** What stays the same from one run to the next, on one line. */
function essence({ line }: Pick<Entry, "line">, output: string): string {
  if (line.startsWith("freellm dash")) return titlesOf(output);
  return (
    output
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z|\d{4}-\d\d-\d\d|\d\d [A-Z][a-z]{2} [\d:]+/g, "MOMENT")
      .replaceAll(/req_\w+/g, "REQUEST")
      // Rests are over or not, and calls were counted or not.
      .replaceAll(/rate_limited +over its per-minute\s+limit, for\s+[\d ]+s/g, "STATE")
      .replaceAll(/\b(?:healthy|unknown)\b/g, "STATE")
      .replaceAll(/[#.]{8,}/g, "BAR")
      .replaceAll(/(?<=^Expected:).*/gms, "")
      .replaceAll(/(?<![\w-])[-+]?\d[\d.,]*(?: ?(?:ms|s|min|h|d|k|M|G|kB|MB|GB|TB|%)\b)?/g, "0")
      .replaceAll(/(?<= )(?:-|now|[?~])(?= |$)/gm, "0")
      .replaceAll(/\s+/g, " ")
      .replaceAll(/0(?: 0)+/g, "0")
      .trim()
  );
}

/** Of the picture, the names of its parts. */
function titlesOf(output: string): string {
  return output
    .split("\n")
    .filter((line) => /^[┌├└]/.test(line))
    .map((line) => line.replaceAll(/[^a-z ]/gi, " ").replaceAll(/\s+/g, " "))
    .join("|");
}

describe("every command of the page prints what stands there", () => {
  const seen = new Map<string, number>();
  const numbered = entries.map((entry) => {
    const occurrence = seen.get(entry.line) ?? 0;
    seen.set(entry.line, occurrence + 1);
    return { ...entry, occurrence };
  });

  it.for(numbered)("$line ($occurrence)", { timeout: 30_000 }, async (entry, context) => {
    const isLinux = process.platform === "linux";
    if (entry.line.startsWith("freellm service") && !isLinux) context.skip("the page shows systemd");
    const output = await scene.play(entry.line, entry.occurrence);
    outputs.push(output);
    if (process.env.UPDATE_PAGE === "1") return;
    expect(essence(entry, output)).toBe(essence(entry, entry.output));
    for (const text of [output, entry.output]) expect(text).not.toMatch(/\/tmp\/|\/root\/|\/work\//);
  });

  it.runIf(process.env.UPDATE_PAGE === "1")("writes the page", () => {
    writeFileSync(PAGE, withOutputs(page, outputs));
  });
});

/** What prints nothing that could be shown, or only while it is being used. */
const SHOWN_IN_WORDS = [
  "keys reveal",
  "import",
  "models import",
  "config edit",
  "config schema",
  "completion",
];

it("leaves out no command", async () => {
  using folder = temporaryFolder();
  const namesIn = async (...words: string[]): Promise<string[]> => {
    const { stdout } = await cli(folder.path, [...words, "--help"]);
    const [, commands = ""] = stdout.split("\nCommands:\n");
    const names = [...commands.matchAll(/^ {2}([a-z]+)/gm)].map((match) => match[1] ?? "");
    return names.filter((name) => name !== "help").map((name) => [...words, name].join(" "));
  };
  const top = await namesIn();
  const all = (await Promise.all(top.map(async (name) => await namesIn(name)))).flat();
  const groups = new Set(all.map((name) => name.split(" ")[0]));
  const commands = [...top.filter((name) => !groups.has(name)), ...all];
  expect(commands.length).toBeGreaterThan(40);
  const shown = (name: string): boolean =>
    entries.some(({ line }) => new RegExp(`freellm ${name}\\b`).test(line)) ||
    // A group alone does what its first command does.
    entries.some(({ line }) => line === `freellm ${name.replace(/ (?:show|status)$/, "")}`);
  expect(commands.filter((name) => !shown(name) && !SHOWN_IN_WORDS.includes(name))).toEqual([]);
  for (const name of SHOWN_IN_WORDS) expect(page).toContain(`freellm ${name}`);
});
