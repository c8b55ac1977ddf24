import { describe, expect, test } from "vitest";
import {
  parseDate,
  parseDuration,
  parseInstant,
  retryAfter,
  skewOf,
  spokenReset,
  spokenWait,
} from "../../src/providers/duration.ts";
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
    ["1500us", 1.5],
    ["1500\u00b5s", 1.5],
    ["2000000ns", 2],
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
    ["2025-11-24T08:00:00+08:00", 1_763_942_400_000],
    // Without a zone: the same on every machine.
    ["2025-11-24T00:00:00", 1_763_942_400_000],
    ["2025-11-24 00:00:00", 1_763_942_400_000],
  ])("%s", (text, expected) => {
    expect(parseInstant(text, NOW)).toBeCloseTo(expected, 3);
  });

  test.each([
    "",
    "soon",
    "-5",
    "5, 6",
    "monday 5",
    "NaN",
    "1;w=60",
    "Mon, 24 Nov 2025 00:00:00",
    "2025-13-45T00:00:00Z",
    "1e400",
  ])("%j is none", (text) => {
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

describe("the clock of the provider", () => {
  test.each<[string | undefined, number]>([
    [undefined, 0],
    [new Date(NOW).toUTCString(), 0],
    [new Date(NOW - 1000).toUTCString(), 0],
    [new Date(NOW + 60_000).toUTCString(), 60_000],
    [new Date(NOW - 3_600_000).toUTCString(), -3_600_000],
    [new Date(NOW + 2 * 86_400_000).toUTCString(), 0],
    ["0", 0],
    ["never", 0],
  ])("%s", (date, expected) => {
    expect(skewOf(new Headers(date === undefined ? {} : { date }), NOW)).toBe(expected);
  });

  test("moves instants, and leaves spans alone", () => {
    expect(parseInstant("30", NOW, 60_000)).toBe(NOW + 30_000);
    expect(parseInstant("30s", NOW, 60_000)).toBe(NOW + 30_000);
    expect(parseInstant(String(NOW + 90_000), NOW, 60_000)).toBe(NOW + 30_000);
    expect(parseInstant(new Date(NOW + 90_000).toUTCString(), NOW, 60_000)).toBe(NOW + 30_000);
    expect(retryAfter(new Headers({ "retry-after-ms": "850" }), NOW, 60_000)).toBe(NOW + 850);
  });
});

describe("a reset in words", () => {
  test.each<[string, number | undefined]>([
    ["Your limit will reset at 2025-11-24 00:00:00", 1_763_942_400_000],
    ["resets on 2025-11-24T00:00:00Z.", 1_763_942_400_000],
    ["Quota resets at 2025-11-24 00:00:00 UTC", 1_763_942_400_000],
    ["reset at noon", undefined],
    ["created at 2025-11-24 00:00:00", undefined],
    ["resets 2025", undefined],
  ])("%s", (text, expected) => {
    expect(spokenReset(text)).toBe(expected);
  });

  test("is read in the provider's zone where it names none", () => {
    expect(spokenReset("reset at 2025-11-24 08:00:00", "+08:00")).toBe(1_763_942_400_000);
    expect(parseDate("2025-11-24T00:00:00Z", "+08:00")).toBe(1_763_942_400_000);
  });
});
