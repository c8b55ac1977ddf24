/** What is said on a terminal stays in its width; what goes into a pipe is left as it is. */
import { beforeAll, describe, expect, it } from "vitest";
import { byteSize, compact } from "../../src/commands/figures.ts";
import { narrowTable, wrapText } from "../../src/commands/layout.ts";
import { Output } from "../../src/commands/output.ts";
import { similar } from "../../src/commands/similar.ts";
import { cli, ensureBinary, temporaryFolder } from "../support/binary.ts";

beforeAll(ensureBinary, 120_000);

const plain = (text: string): string => text;

describe("a line of words", () => {
  it("that fits is left alone", () => expect(wrapText("one two", 7)).toEqual(["one two"]));

  it("is broken between words", () => expect(wrapText("one two three", 8)).toEqual(["one two", "three"]));

  it("goes on under its text, behind a name or an indent", () => {
    expect(wrapText("  groq    four models today", 22)).toEqual(["  groq    four models", "          today"]);
    expect(wrapText("    not this one", 12)).toEqual(["    not this", "    one"]);
  });

  it("counts what is seen: colours have no width", () =>
    expect(wrapText("\u001b[1mone\u001b[22m two", 7)).toHaveLength(1));

  it("keeps a number with its unit", () => {
    expect(wrapText("it is free in 2.1 s, or 97 % of it", 18)).toEqual([
      "it is free in",
      "2.1 s, or 97 % of",
      "it",
    ]);
    expect(wrapText("done after 412 ms", 14)).toEqual(["done after", "412 ms"]);
    expect(wrapText("there are 4 steps", 12)).toEqual(["there are 4", "steps"]);
  });

  it("never breaks a word: an address is there to be copied", () =>
    expect(wrapText("see https://example.com/a/long/path now", 12)).toEqual([
      "see",
      "https://example.com/a/long/path",
      "now",
    ]));
});

describe("a table", () => {
  const rows = [
    ["ID", "STATE", "WHY"],
    ["short", "ready", ""],
    ["a-rather-long-id-of-a-model", "off", "its provider says that this model is gone for good"],
  ];

  it("breaks its last column into lines", () =>
    expect(narrowTable(rows, 64, plain)).toEqual([
      "ID                           STATE  WHY",
      "short                        ready",
      "a-rather-long-id-of-a-model  off    its provider says that this",
      "                                    model is gone for good",
    ]));

  it("gives a cell that does not fit a line of its own, and cuts nothing", () => {
    const lines = narrowTable(rows, 48, plain);
    expect(lines).toContain("a-rather-long-id-of-a-model");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(48);
    expect(lines.join(" ").replaceAll(/\s+/g, " ")).toContain("off its provider says that");
  });

  it("leaves out a column in which nothing is said", () => {
    const lines = narrowTable(
      [
        ["ID", "LABEL", "STATE"],
        ["groq-1", "", "healthy"],
      ],
      15,
      (text, _, column) => (column === 2 ? text.toUpperCase() : text),
    );
    expect(lines).toEqual(["ID      STATE", "groq-1  HEALTHY"]);
  });

  it.each([
    ["in a pipe", { isTTY: false }, 1],
    ["on a wide terminal", { isTTY: true, columns: 100 }, 1],
    ["on a narrow terminal", { isTTY: true, columns: 40 }, 2],
  ])("%s takes the lines that it needs", (_, terminal, lines) => {
    let text = "";
    const stdout = { ...terminal, write: (piece: string) => (text += piece) };
    const output = new Output({ stdout, stderr: stdout, environment: { NO_COLOR: "1" }, json: false });
    output.table(["A", "B"], [["x", "words that are a little longer than forty cells"]]);
    expect(text.trimEnd().split("\n")).toHaveLength(1 + lines);
  });
});

it.each([
  [999, "999"],
  [9_999, "9999"],
  [12_500, "12.5k"],
  [999_400, "999k"],
  [999_856, "1M"],
  [1_200_000, "1.2M"],
  [999_900_000, "1G"],
])("%d is %s", (value, text) => expect(compact(value)).toBe(text));

it("errors, hints and notes are broken between words, too", () => {
  let said = "";
  const sink = {
    isTTY: true,
    columns: 30,
    write(text: string) {
      said += text;
    },
  };
  const output = new Output({ stdout: sink, stderr: sink, environment: { NO_COLOR: "1" }, json: false });
  output.note("there is more to say than fits");
  output.complain({
    code: "none",
    message: "It went wrong in a long way.",
    hint: "Try again: freellm status",
  });
  expect(said).toBe(
    "freellm: note: there is more\nto say than fits\nfreellm: error: It went wrong\nin a long way.\nfreellm: hint: Try again:\nfreellm status\n",
  );
});

it.each([
  [0, "0 bytes"],
  [999, "999 bytes"],
  [1_000, "1 kB"],
  [512_300_000, "512 MB"],
  [77_400_000, "77.4 MB"],
  [999_960_000, "1 GB"],
  [81_000_000_000, "81 GB"],
  [2_500_000_000_000, "2.5 TB"],
])("%d bytes are %s", (bytes, text) => expect(byteSize(bytes)).toBe(text));

describe("a word that is no command", () => {
  it.each([
    ["lst", "list"],
    ["refesh", "refresh"],
    ["ad", "add"],
    ["foo", null],
  ])("%s: %s", (word, meant) => expect(similar(word, ["add", "list", "refresh", "reorder"])).toBe(meant));

  it.each(["keys", "models", "token", "config", "service"])(
    "is told as such, also where %s has a default",
    async (group) => {
      using folder = temporaryFolder();
      const { code, stderr } = await cli(folder.path, [group, "bogus"]);
      expect(code).toBe(2);
      expect(stderr).toContain("freellm: error: unknown command 'bogus'");
      expect(stderr).toContain(`freellm: hint: See: freellm ${group} --help`);
    },
  );

  it("names what may have been meant", async () => {
    using folder = temporaryFolder();
    const { stderr } = await cli(folder.path, ["models", "refesh"]);
    expect(stderr).toContain("freellm: hint: Did you mean: freellm models refresh\n");
  });
});

it("every help has an example and, but for examples, lines of 80 cells at most", {
  timeout: 60_000,
}, async () => {
  using folder = temporaryFolder();
  const pages = [[""]];
  for (const path of pages) {
    const words = path.filter(Boolean);
    const { stdout } = await cli(folder.path, [...words, "--help"]);
    const [text = "", examples] = stdout.split("\nExamples:\n");
    expect(examples, words.join(" ")).toMatch(/^ {2}\$ freellm /m);
    for (const line of text.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
    const [, commands = ""] = text.split("\nCommands:\n");
    for (const [, name = ""] of commands.matchAll(/^ {2}([a-z]+)/gm)) {
      if (name !== "help") pages.push([...words, name]);
    }
  }
  expect(pages.length).toBeGreaterThan(50);
});
