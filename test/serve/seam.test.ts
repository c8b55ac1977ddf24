import { describe, expect, it } from "vitest";
import { Seam } from "../../src/core/serve/seam.ts";

const BEFORE = "The quick brown fox jumps over the lazy dog and then";

function join(continued: string, pieces = 3): string {
  const seam = new Seam(BEFORE);
  let text = BEFORE;
  for (let at = 0; at < continued.length; at += pieces) text += seam.push(continued.slice(at, at + pieces));
  return text + seam.end();
}

describe("the seam of a continued answer", () => {
  it("joins a faithful continuation as it is", () => {
    expect(join(" goes home.")).toBe(`${BEFORE} goes home.`);
  });

  it("drops what was said already, however it is cut into pieces", () => {
    for (const pieces of [1, 2, 7, 100]) {
      expect(join("over the lazy dog and then goes home.", pieces)).toBe(`${BEFORE} goes home.`);
    }
  });

  it("drops the whole of it when the model began anew", () => {
    expect(join(`${BEFORE} goes home.`, 5)).toBe(`${BEFORE} goes home.`);
  });

  it("keeps a short repetition: the text may really say it", () => {
    expect(join("and then some.")).toBe(`${BEFORE}and then some.`);
  });

  it("keeps what only looks like a repetition at first", () => {
    expect(join(" the lazy dog sleeps.")).toBe(`${BEFORE} the lazy dog sleeps.`);
  });

  it("lets go of what it holds at the end", () => {
    expect(join("over the")).toBe(`${BEFORE}over the`);
  });

  it("drops a short text only when all of it is said again, and nothing of a very short one", () => {
    expect(new Seam("Hello, you").push("Hello, you too")).toBe(" too");
    expect(new Seam("Hello, you").push("you too")).toBe("you too");
    expect(new Seam("The ").push("The fox")).toBe("fox");
    expect(new Seam("1").push("10")).toBe("10");
    expect(new Seam("A").push("A fox")).toBe("A fox");
  });

  it("cuts nothing but the whole of it where the model got it as its own beginning", () => {
    const row = "| nothing | nothing at all | 0 |\n";
    const table = `| name | value |\n${row}`;
    const joined = (continued: string): string => {
      const seam = new Seam(table, true);
      let text = "";
      for (const piece of continued.match(/.{1,4}/gs) ?? []) text += seam.push(piece);
      return text + seam.end();
    };
    expect(joined(`${row}the end`)).toBe(`${row}the end`);
    expect(joined(`${table}${row}`)).toBe(row);
    expect(joined("| na")).toBe("| na");
  });

  it("cuts nothing out of a text that goes in circles", () => {
    const circles = `He laughed: ${"ha ".repeat(20)}`;
    const seam = new Seam(circles);
    const rest = "ha ".repeat(9);
    let text = circles;
    for (const piece of rest.match(/.{1,4}/g) ?? []) text += seam.push(piece);
    expect(`${text}${seam.end()}`).toBe(circles + rest);
  });
});
