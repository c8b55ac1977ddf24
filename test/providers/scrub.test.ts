import { describe, expect, test } from "vitest";
import { providers } from "../../src/providers/index.ts";
import { scrub } from "../../src/providers/scrub.ts";
import { NOW, providerNamed } from "./support.ts";

// All made up.
const KEYS = [
  `gsk_${"Aa1".repeat(17)}`,
  `sk-or-v1-${"0f".repeat(32)}`,
  `sk-proj-${"Zz9_".repeat(10)}`,
  `nvapi-${"Bc-2_".repeat(13)}`,
  `csk-${"q7".repeat(20)}`,
  `hf_${"Kk3".repeat(11)}`,
  `AIza${"Sy_D-4".repeat(6)}`,
  `freellmapi-${"ab12".repeat(12)}`,
  "a1B2c3D4e5F6a1B2c3D4e5F6a1B2c3D4",
  "0f8e7d6c-1111-4222-8333-444455556666",
  "eyJhbGciOi1made.eyJzdWIiOi1made.c2lnbmF0dXJl",
  `${"0a".repeat(16)}.${"Xy9Z".repeat(4)}`,
];
const WAYS = [
  (key: string) => `Incorrect API key provided: ${key}. Check it.`,
  (key: string) => `Authorization: Bearer ${key}`,
  (key: string) => `GET /v1/models?key=${key}&x=1 failed`,
  (key: string) => `the key "${key}" is not known`,
  (key: string) => `(${key})`,
];

describe("upstream text", () => {
  test.each(KEYS)("never shows %s", (key) => {
    for (const way of WAYS) {
      const clean = scrub(way(key));
      expect(clean).toContain("[redacted]");
      for (let at = 0; at + 12 <= key.length; at += 4) expect(clean).not.toContain(key.slice(at, at + 12));
    }
  });

  test("never shows what is left of a masked key", () => {
    expect(scrub("Incorrect API key provided: gsk_abc1****wxyz.")).not.toMatch(/abc1|wxyz/);
  });

  test("leaves ordinary text alone", () => {
    const text =
      "The model `nvidia/nemotron-3-ultra-550b-a55b:free` allows 131072 tokens; mistral-large-3-675b-instruct-2512 more. " +
      "Rate limit of 30 requests, see https://console.groq.com/docs/rate-limits";
    expect(scrub(text)).toBe(text);
  });

  test("is one line of at most 300 characters", () => {
    const clean = scrub(`first\r\n\tsecond\u0000\u001b[31m ${"word ".repeat(200)}`);
    expect(clean).toMatch(/^first second \[31m word/);
    expect(clean.length).toBeLessThanOrEqual(300);
    expect(scrub(`${"x ".repeat(145)}${KEYS[0]}`)).not.toContain("gsk_");
  });

  test("is never HTML", () => {
    for (const page of ["<!DOCTYPE html><html>x", "  <html lang=en><b>x", "<HEAD><script>"]) {
      expect(scrub(page)).toBe("an HTML page");
    }
  });

  test("reaches no failure unscrubbed, in any shape of error", () => {
    for (const key of KEYS) {
      const shapes: unknown[] = [
        { error: { message: `bad key ${key}`, code: key } },
        { error: key },
        { detail: [{ msg: key }] },
        { error: { code: key } },
        `plain ${key}`,
      ];
      for (const shape of shapes) {
        const body = typeof shape === "string" ? shape : JSON.stringify(shape);
        const reply = { status: 401, headers: new Headers(), body, now: NOW };
        const text = JSON.stringify(providers.classify(providerNamed("custom"), reply));
        for (const form of [key, key.toLowerCase()]) expect(text).not.toContain(form.slice(4, 24));
      }
    }
  });
});
