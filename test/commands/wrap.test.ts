/** Answers on a terminal: broken between words however they come in, and left alone where they are code. */
import { describe, expect, it } from "vitest";
import { WordWrap } from "../../src/commands/chat/wrap.ts";
import { cellsOf } from "../../src/tui/text.ts";

/** The text in pieces of `size` characters. */
function wrapped(text: string, columns: number | null, size = text.length, column = 0): string {
  const wrap = new WordWrap(() => columns, column);
  let out = "";
  for (let start = 0; start < text.length; start += size) out += wrap.push(text.slice(start, start + size));
  return out + wrap.end();
}

const CASES: [name: string, text: string, columns: number, expected: string][] = [
  ["what fits stays", "one two", 7, "one two"],
  ["breaks between words", "one two three four", 9, "one two\nthree\nfour"],
  ["the blank at the break goes", "one two three", 7, "one two\nthree"],
  ["line ends of the text stay", "one\n\ntwo three", 9, "one\n\ntwo three"],
  [
    "an item goes on under its text",
    "- one two three\n12. four five",
    9,
    "- one two\n  three\n12. four\n    five",
  ],
  ["an indent holds", "  one two three", 9, "  one two\n  three"],
  ["an item in an item is no code", "    - one two", 13, "    - one two"],
  ["nor are its further lines", "    - one two three", 13, "    - one two\n      three"],
  [
    "code between fences is left to the terminal",
    "```ts\nlet x = y + z;\n```\none two",
    6,
    "```ts\nlet x = y + z;\n```\none\ntwo",
  ],
  ["indented code too", "    let x = y;\none two", 6, "    let x = y;\none\ntwo"],
  ["a long word is whole", "see https://example.org/a/b now", 10, "see\nhttps://example.org/a/b now"],
  ["signs of two cells", "日本語の文です。", 6, "日本語\nの文で\nす。"],
  ["and words among them", "これはfreellmです", 10, "これは\nfreellmで\nす"],
  ["a joined emoji is one", "ab 👩\u200d👩 c", 5, "ab\n👩\u200d👩\nc"],
  ["a line that is exactly full", "abcde fghij", 5, "abcde\nfghij"],
];

describe("an answer in the width of a terminal", () => {
  it.each(CASES)("%s", (_, text, columns, expected) => {
    for (const size of [1, 2, 3, 7, text.length]) {
      // Half a pair of surrogates is no character.
      if (size % 2 === 1 && size < text.length && /\p{Cs}|[\u{10000}-\u{10ffff}]/u.test(text)) continue;
      expect(wrapped(text, columns, size), `in pieces of ${size}`).toBe(expected);
    }
  });

  it("begins behind what stands there already", () => expect(wrapped("one two", 11, 1, 7)).toBe("one\ntwo"));

  it("is left as it is in a pipe", () => expect(wrapped("one  two ", null, 1)).toBe("one  two "));

  it("never holds back more than a word", () => {
    const wrap = new WordWrap(() => 80);
    expect(wrap.push("one tw")).toBe("one");
    expect(wrap.push("o\n")).toBe(" two\n");
    expect(wrap.push("x".repeat(100))).toHaveLength(100);
  });

  it("no line is wider than the terminal, and nothing is lost, whatever is said", () => {
    let seed = 7;
    const random = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed % below;
    };
    const pieces = [
      "a",
      "word",
      "日",
      "本。",
      " ",
      "  ",
      "\n",
      "-",
      "- ",
      "1. ",
      "é",
      "longer-than-that",
      "🎉",
    ];
    for (let round = 0; round < 500; round++) {
      const text = Array.from({ length: 60 }, () => pieces[random(pieces.length)] ?? "").join("");
      const columns = 20 + random(20);
      const whole = wrapped(text, columns);
      const letters = (of: string): string => of.replaceAll(/\s/g, "");
      expect(letters(whole)).toBe(letters(text));
      for (const line of whole.split("\n")) {
        const isCode = /^ {4}/.test(line);
        const isWord = line.split(/\s/).some((word) => cellsOf(word) > columns - 10);
        if (!isCode && !isWord)
          expect(cellsOf(line), JSON.stringify([text, line])).toBeLessThanOrEqual(columns);
      }
    }
  });
});
