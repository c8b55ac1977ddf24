import { describe, expect, test } from "vitest";
import { parseDuration, parseInstant, retryAfter, spokenWait } from "../../src/providers/duration.ts";
import { NOW } from "./support.ts";

describe("durations with units", () => {
  test.each([
    ["2m59.56s", 179_560],
    ["7.66s", 7660],
    ["850ms", 850],
    ["34.4s", 34_400],
    ["1m26.4s", 86_400],
    ["1h2m3s", 3_723_000],
    ["24h0m0s", 86_400_000],
    ["1d", 86_400_000],
    ["0s", 0],
    [" 5S ", 5000],
  ])("%s", (text, expected) => {
    expect(parseDuration(text)).toBeCloseTo(expected, 6);
  });

  test.each(["", "5", "s", "5x", "5 s", "-5s", "5s!", "1.s", "Infinity", "1e3s"])("%j is none", (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

describe("instants", () => {
  test.each([
    ["19014", NOW + 19_014_000],
    ["33011.38", NOW + 33_011_380],
    ["0", NOW],
    ["2m59.56s", NOW + 179_560],
    ["1763942400000", 1_763_942_400_000],
    ["1763942400", 1_763_942_400_000],
    ["Mon, 24 Nov 2025 00:00:00 GMT", 1_763_942_400_000],
    ["2025-11-24T00:00:00Z", 1_763_942_400_000],
  ])("%s", (text, expected) => {
    expect(parseInstant(text, NOW)).toBeCloseTo(expected, 3);
  });

  test.each(["", "soon", "-5", "5, 6", "monday 5", "NaN", "1;w=60"])("%j is none", (text) => {
    expect(parseInstant(text, NOW)).toBeUndefined();
  });
});

describe("Retry-After", () => {
  test.each<[Record<string, string>, number | undefined]>([
    [{ "retry-after": "7" }, NOW + 7000],
    [{ "retry-after": "1.5" }, NOW + 1500],
    [{ "retry-after-ms": "850" }, NOW + 850],
    [{ "retry-after": "2", "retry-after-ms": "1250" }, NOW + 1250],
    [{ "retry-after": new Date(NOW + 30_000).toUTCString() }, NOW + 30_000],
    [{ "retry-after": "3", "retry-after-ms": "soon" }, NOW + 3000],
    [{ "retry-after": "later" }, undefined],
    [{}, undefined],
  ])("%j", (headers, expected) => {
    expect(retryAfter(new Headers(headers), NOW)).toBe(expected);
  });
});

describe("waits in words", () => {
  test.each<[string, number | undefined]>([
    ["Please try again in 2m59.56s. Need more?", 179_560],
    ["Please try again in 7.66s.", 7660],
    ["try again in 850ms", 850],
    ["Please retry after 5 seconds.", 5000],
    ["Try again in 1 hour and 30 minutes", 5_400_000],
    ["retry in 2 min", 120_000],
    ["Limit resets in 12h", 43_200_000],
    ["wait for about 3 minutes", 180_000],
    ["Please wait 20 s before you retry", 20_000],
    ["try again in 1h2m3s", 3_723_000],
    ["try again later", undefined],
    ["try again in 33402", undefined],
    ["try again in 5 months", undefined],
    ["in 7 seconds we land", undefined],
    ["Limit 8000, Used 7700, Requested 402", undefined],
  ])("%s", (text, expected) => {
    if (expected === undefined) expect(spokenWait(text)).toBeUndefined();
    else expect(spokenWait(text)).toBeCloseTo(expected, 6);
  });
});
