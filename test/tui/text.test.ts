/** Text in cells: what is foreign cannot move the cursor, and what is measured is what the terminal shows. */
import { describe, expect, it } from "vitest";
import { encodeLine, fitLine, idCell, keepEnd, span, widthOf } from "../../src/tui/line.ts";
import { cellsOf, clean, cut, head, tail, toAscii, wrap } from "../../src/tui/text.ts";
import { plainText } from "./plain.ts";

const HOSTILE = [
  "\u001b]52;c;ZXZpbA==\u0007",
  "\u001b[2J\u001b[H",
  "\u001bPq#0\u001b\\",
  "\u009b31mred\u009b0m",
  "\u202egnp.exe\u202c",
  "a\r\nb\tc\u0000d\u0008\u007f",
  "x\u200b\u200d\ufeff\u2066y",
  "\u001b[?1049l\u001b[999;999H",
  "a\u0300\u0300\u0300\u0300\u0300\u0300",
  "\ud800 lonely \udc00",
];

describe("clean", () => {
  it.each(HOSTILE)("%j becomes inert", (text) => {
    const safe = clean(text);
    expect(safe).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
    expect(clean(safe)).toBe(safe);
  });

  it("takes escape sequences away whole, and keeps the words", () => {
    expect(clean("rate \u001b[31mlimit\u001b[0m\nreached")).toBe("rate limit reached");
    expect(clean("before\u001b]0;title\u0007after")).toBe("beforeafter");
  });

  it.each([
    ["flags are letters", "\u{1f1e9}\u{1f1ea}", "DE"],
    ["a family is its first member", "\u{1f468}\u200d\u{1f469}\u200d\u{1f467}", "\u{1f468}"],
    ["skin tones go", "\u{1f44d}\u{1f3fd}", "\u{1f44d}"],
    ["variation selectors go", "\u2764\ufe0f", "\u2764"],
    ["accents stay", "e\u0301", "\u00e9"],
  ])("%s", (_name, text, expected) => expect(clean(text)).toBe(expected));

  it("does not take long over a long text", () => {
    const text = "\u001b[".repeat(50_000) + "a\u0301".repeat(50_000);
    const started = performance.now();
    for (let index = 0; index < 100; index++) clean(text);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

/** The runtime takes these to be one with the letter before. */
const RUNTIME_JOINS = [0x980, 0xc80, 0xd3a, 0x20e3];

describe("cells", () => {
  it.each([
    "abc",
    "日本語",
    "한국어",
    "é",
    "👍 ok",
    "…→●",
    "ｆｕｌｌ",
    "│─┌",
    "क्",
    "⠹",
    "⚡",
    "™",
    "\u{1f6d8}",
  ])("%s is as wide as the runtime says", (text) =>
    expect(cellsOf(clean(text))).toBe(Bun.stringWidth(clean(text))),
  );

  it("agrees with the runtime on everything that a text may hold", () => {
    const different: string[] = [];
    for (let code = 0x20; code < 0x30000; code++) {
      if (code >= 0xd800 && code < 0xe000) continue;
      const safe = clean(`a${String.fromCodePoint(code)}`);
      // What terminals and libraries do not know yet has no width to agree upon; a spacing mark is one of a kind.
      if (/[\p{Cn}\p{Co}\p{Mc}]/u.test(safe)) continue;
      if (RUNTIME_JOINS.includes(code)) continue;
      if (cellsOf(safe) !== Bun.stringWidth(safe)) different.push(code.toString(16));
    }
    expect(different).toEqual([]);
  });

  it("cuts between characters, never through one", () => {
    expect(head("日本語", 5)).toBe("日本");
    expect(tail("日本語", 5)).toBe("本語");
    expect(cut("日本語です", 6, "…")).toBe("日本…");
    expect(cut("short", 5, "…")).toBe("short");
    expect(cellsOf(cut("日本語です", 4, "…"))).toBeLessThanOrEqual(4);
  });

  it("wraps at blanks, and through words only where they are too long", () => {
    expect(wrap("the quick brown fox", 9)).toEqual(["the quick", "brown fox"]);
    expect(wrap("日本語日本語", 5)).toEqual(["日本", "語日", "本語"]);
    expect(wrap("one\n\ntwo", 10)).toEqual(["one", "", "two"]);
    expect(wrap("日", 1)).toEqual([]);
  });

  it("ASCII has as many cells", () => expect(toAscii("日本 ok é")).toBe("???? ok ?"));
});

describe("lines", () => {
  it("fit exactly, whatever is in them", () => {
    for (const width of [0, 1, 3, 7, 40]) {
      expect(widthOf(fitLine([span("日本"), span("👍 and more")], width))).toBe(width);
    }
  });

  it("a key that is cut keeps its number", () => {
    expect(idCell("openrouter-12", 8, "plain", "…").text).toBe("open…-12");
    expect(idCell("groq-1", 8, "plain", "…").text).toBe("groq-1  ");
  });

  it("a trail that is cut keeps its end", () => {
    expect(plainText(keepEnd([span("groq-1 429"), span(" → "), span("kilo-1 ✔")], 12, "…"))).toBe(
      "…→ kilo-1 ✔".slice(0, 1) + "→ kilo-1 ✔".padStart(11),
    );
  });

  it("are coloured only where colours are wanted, in ASCII only where Unicode is not", () => {
    const line = [span("ok ●", "good"), span(" plain")];
    expect(encodeLine(line, { colour: true, unicode: true })).toBe("\u001b[32mok ●\u001b[0m plain");
    expect(encodeLine(line, { colour: false, unicode: false })).toBe("ok ? plain");
  });
});
