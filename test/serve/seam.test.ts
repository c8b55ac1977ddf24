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

  it("never trims after a text that is too short to tell", () => {
    const seam = new Seam("Hello");
    expect(seam.push("Hello world")).toBe("Hello world");
  });
});
