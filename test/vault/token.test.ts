import { expect, it } from "vitest";
import { createTokenChecker, createUnifiedToken } from "../../src/core/vault/token.ts";
import { random } from "../store/ports.ts";

it("makes tokens of 192 bits, each another", () => {
  const tokens = Array.from({ length: 100 }, () => createUnifiedToken(random));
  for (const token of tokens) expect(token).toMatch(/^freellmapi-[0-9a-f]{48}$/);
  expect(new Set(tokens).size).toBe(100);
  const zeros = { bytes: (length: number) => new Uint8Array(length), fraction: () => 0 };
  expect(createUnifiedToken(zeros)).toBe(`freellmapi-${"0".repeat(48)}`);
});

it("accepts the token and nothing else, of whatever length", () => {
  const token = createUnifiedToken(random);
  const checker = createTokenChecker(token);
  expect(checker.matches(token)).toBe(true);
  const others = [
    "",
    token.slice(0, -1),
    `${token}0`,
    token.toUpperCase(),
    ` ${token}`,
    "\u{1f511}",
    "x".repeat(100_000),
    // As many characters, of which the last does not fit any more.
    `${token.slice(0, -2)}\u00e9${token.slice(-1)}`,
    `${token.slice(0, -1)}\u00e9`,
  ];
  for (const other of others) expect(checker.matches(other)).toBe(false);
  for (let at = 0; at < token.length; at++) {
    const other = token[at] === "0" ? "1" : "0";
    expect(checker.matches(token.slice(0, at) + other + token.slice(at + 1))).toBe(false);
  }
});
