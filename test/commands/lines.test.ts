/** Lines of `.env` files, as people write them and as `keys export` does. */
import { describe, expect, it } from "vitest";
import { quoted, readLines } from "../../src/commands/keys/lines.ts";

const read = (text: string) => readLines(text).map(({ name, value, error }) => [name, value, error]);

describe("a line", () => {
  it.each<[string, string | null, string]>([
    ["NAME=value", "NAME", "value"],
    ["  export NAME = value  ", "NAME", "value"],
    ["set NAME=value", "NAME", "value"],
    ["$env:NAME = 'value'", "NAME", "value"],
    ["NAME=value # said here", "NAME", "value"],
    ["NAME=value#5", "NAME", "value#5"],
    ["NAME='a # b' # c", "NAME", "a # b"],
    ['NAME="a \\"b\\" \\$c \\\\"', "NAME", 'a "b" $c \\'],
    ["NAME=", "NAME", ""],
    ["NAME=a=b==", "NAME", "a=b=="],
    ["gsk_bare", null, "gsk_bare"],
    ["bmFtZWQgbGlrZSBhIGtleQ==", null, "bmFtZWQgbGlrZSBhIGtleQ=="],
  ])("%s", (line, name, value) => {
    expect(read(line)).toEqual([[name, value, null]]);
  });

  it.each(['NAME="open', "NAME='open", 'NAME="a" b'])("that cannot be read says so: %s", (line) => {
    expect(read(line)).toEqual([["NAME", "", "the quotes are not closed"]]);
  });

  it("keeps its number behind empty lines, comments, a mark of byte order and any line ends", () => {
    const lines = readLines("\uFEFF# first\r\nA=1\r\rB=2\n\n  # c\nC=3");
    expect(lines.map(({ number, name }) => [number, name])).toEqual([
      [2, "A"],
      [4, "B"],
      [7, "C"],
    ]);
  });
});

describe("what is written", () => {
  const PARTS = ["a", "Z", "0", " ", "#", "'", '"', "\\", "$", "`", "=", ":", "/", "@", "é", "%", "!", ";"];

  it("is read back as it was, whatever is in it", () => {
    for (const one of PARTS) {
      for (const two of PARTS) {
        for (const three of PARTS) {
          const value = `k${one}${two}${three}k`;
          expect(read(`NAME=${quoted(value)}`)).toEqual([["NAME", value, null]]);
        }
      }
    }
  });

  it("is one line", () => {
    expect(quoted("a\nB=c\u0000")).toBe('"a B=c "');
  });
});
