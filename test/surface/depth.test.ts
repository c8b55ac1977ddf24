import { describe, expect, test } from "vitest";
import { jsonDepthExceeds } from "../../src/core/surface/depth.ts";

const encoder = new TextEncoder();
const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

/** What the scan must agree with: the depth of the parsed value. */
function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Object.values(value).reduce((deepest: number, inner) => Math.max(deepest, depthOf(inner)), 0);
}

const FLAT_STRINGS = [
  "[[[[",
  '"',
  '\\"',
  "\\",
  "\\\\",
  '\\\\"[[[',
  `${"x".repeat(100)}"[[[[`,
  `${"x".repeat(100)}\\`,
  `${"x".repeat(23)}"{{{{${"y".repeat(60)}"{{`,
  `${"\\".repeat(200)}"[[[[`,
  '"'.repeat(300),
  "ä€😀{{{{[[[[",
  "\u2028\u0000\n{",
];

describe.each([
  ["text", (json: string) => json],
  ["bytes", (json: string) => encoder.encode(json)],
] as const)("depth of %s", (_name, form) => {
  const exceeds = (json: string, limit: number) => jsonDepthExceeds(form(json), limit);

  test("the limit itself is allowed", () => {
    expect(exceeds(nested(64), 64)).toBe(false);
    expect(exceeds(nested(65), 64)).toBe(true);
    expect(exceeds(`${'{"a":'.repeat(65)}1${"}".repeat(65)}`, 64)).toBe(true);
    expect(exceeds(`[${Array(500).fill(nested(63)).join(",")}]`, 64)).toBe(false);
  });
  test.each([10_000, 50_000])("%i deep", (depth) => {
    expect(exceeds(nested(depth), 64)).toBe(true);
    expect(exceeds('{"a":'.repeat(depth), 64)).toBe(true);
  });
  test.each(FLAT_STRINGS)("brackets inside a string do not count: %j", (text) => {
    for (let pad = 0; pad < 40; pad++) {
      const padded = "x".repeat(pad) + text;
      for (const value of [padded, { [padded]: padded }, [padded, { a: [padded] }]]) {
        const json = JSON.stringify(value);
        const depth = depthOf(value);
        expect(exceeds(json, depth)).toBe(false);
        if (depth > 0) expect(exceeds(json, depth - 1)).toBe(true);
      }
    }
  });
  test.each(["", '"', '"abc', '"abc\\', `"${"x".repeat(50)}`, "]]]]", '{"a', "\\\\"])(
    "broken JSON ends: %j",
    (json) => {
      expect(exceeds(json, 64)).toBe(false);
    },
  );
});
