import { describe, expect, it } from "vitest";
import { Zones } from "../../src/core/chat/zone.ts";
import { WINDOW_MS } from "../../src/core/route/limits.ts";
import { createWindow } from "../../src/core/route/window.ts";
import { Dice } from "../../src/core/sim/dice.ts";
import { NOON } from "./world.ts";

describe("a sliding window", () => {
  it("holds use for its whole length and lets it go at most 2.5 % later", () => {
    for (const window of ["second", "minute", "hour", "day"] as const) {
      const length = WINDOW_MS[window];
      for (const offset of [0, 0.31, 0.5, 0.999]) {
        const counted = createWindow(window, "sliding", () => 100);
        const at = NOON + offset * length;
        counted.add(at, 1);
        expect(counted.used(at + length - 1)).toBe(1);
        expect(counted.used(at + length * 1.025)).toBe(0);
      }
    }
  });

  it("never admits more than the cap in any true window, and at least 97 % of it", () => {
    const counted = createWindow("minute", "sliding", () => 100);
    const admitted: number[] = [];
    for (let now = NOON; now < NOON + 20 * 60_000; now += 37) {
      if (counted.used(now) + 1 > 30) continue;
      counted.add(now, 1);
      admitted.push(now);
    }
    admitted.forEach((at, index) => {
      const thirtyLater = admitted[index + 30];
      if (thirtyLater !== undefined) expect(thirtyLater - at).toBeGreaterThan(60_000);
    });
    expect(admitted.length).toBeGreaterThanOrEqual(0.97 * 20 * 30);
  });

  it("says when enough will have left, exactly when it has", () => {
    const counted = createWindow("minute", "sliding", () => 100);
    for (let index = 0; index < 10; index++) counted.add(NOON + index * 3_000, 1);
    const now = NOON + 30_000;
    const free = counted.freeAt(now, 7);
    expect(counted.used(free - 1)).toBeGreaterThan(7);
    expect(counted.used(free)).toBeLessThanOrEqual(7);
  });

  it("takes back what did not count after all", () => {
    const counted = createWindow("minute", "sliding", () => 100);
    counted.add(NOON, 1);
    counted.add(NOON + 1_000, 1);
    counted.add(NOON, -1);
    expect(counted.used(NOON + 2_000)).toBe(1);
  });

  it("counts on when the clock is set back, and lets go in due time", () => {
    const counted = createWindow("minute", "sliding", () => 100);
    counted.add(NOON, 5);
    const yesterday = NOON - WINDOW_MS.day;
    expect(counted.used(yesterday)).toBe(5);
    counted.add(yesterday + 1_000, 1);
    expect(counted.used(yesterday + 2_000)).toBe(6);
    expect(counted.used(yesterday + 63_000)).toBe(0);
  });

  it("is empty after a long silence", () => {
    const counted = createWindow("day", "sliding", () => 100);
    counted.add(NOON, 5);
    expect(counted.used(NOON + 400 * WINDOW_MS.day)).toBe(0);
  });
});

describe("a window of the calendar", () => {
  it("starts again at midnight in its zone, not in ours", () => {
    const counted = createWindow("day", { zone: "America/Los_Angeles" }, () => 100);
    const before = Date.UTC(2026, 10, 24, 7, 59, 0); // 23:59 in Los Angeles (UTC-8)
    counted.add(before, 3);
    expect(counted.used(before + 30_000)).toBe(3);
    expect(counted.freeAt(before, 0)).toBe(Date.UTC(2026, 10, 24, 8, 0, 0) + 500);
    expect(counted.used(Date.UTC(2026, 10, 24, 8, 0, 1))).toBe(0);
  });

  it("counts what happens right after the boundary for the new window", () => {
    const counted = createWindow("day", { zone: "UTC" }, () => 100);
    const midnight = Date.UTC(2026, 10, 25);
    counted.add(midnight - 1_000, 3);
    counted.add(midnight + 200, 2);
    expect(counted.used(midnight + 300)).toBe(5);
    expect(counted.used(midnight + 600)).toBe(2);
  });

  it("forgets nothing when the clock is set back", () => {
    const counted = createWindow("day", { zone: "UTC" }, () => 100);
    counted.add(NOON, 3);
    expect(counted.used(NOON - WINDOW_MS.day)).toBe(3);
  });

  it.each([
    // The clocks change on 2026-03-08 and 2026-11-01 in Los Angeles: days of 23 and 25 hours.
    ["day", "America/Los_Angeles", "2026-03-08T12:00:00Z", "2026-03-09T07:00:00Z", 23],
    ["day", "America/Los_Angeles", "2026-11-01T12:00:00Z", "2026-11-02T08:00:00Z", 25],
    ["day", "UTC", "2026-11-24T23:59:59Z", "2026-11-25T00:00:00Z", 24],
    ["week", "UTC", "2026-11-24T12:00:00Z", "2026-11-30T00:00:00Z", 168],
    ["month", "UTC", "2026-12-31T12:00:00Z", "2027-01-01T00:00:00Z", 744],
    ["hour", "UTC", "2026-11-24T12:34:56Z", "2026-11-24T13:00:00Z", 1],
  ] as const)("%s in %s after %s ends at %s", (window, zone, now, end, hours) => {
    const instant = Date.parse(now);
    const found = new Zones().boundaries(window, zone, instant);
    expect(new Date(found.end).toISOString()).toBe(new Date(end).toISOString());
    expect(found.end - found.start).toBe(hours * 3_600_000);
  });
});

describe("what is known of a zone", () => {
  const zones = [
    "America/Los_Angeles",
    "Europe/London",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
  ];

  it.each([...zones, "America/Havana", "Asia/Beirut", "America/St_Johns"])(
    "is the same, remembered or not: %s",
    (zone) => {
      const remembered = new Zones();
      const dice = new Dice(7);
      for (let turn = 0; turn < 150; turn++) {
        // Changes of clocks come twice a year: some of the days are near them.
        const at = Date.UTC(2026, 0, 1) + Math.floor(dice.fraction() * 400 * WINDOW_MS.day);
        const window = dice.pick(["day", "week", "month"] as const);
        expect(remembered.boundaries(window, zone, at)).toEqual(new Zones().boundaries(window, zone, at));
      }
    },
  );
});

describe("a window with a fixed start", () => {
  it("counts a call at the boundary on both sides: the provider may see it later or earlier", () => {
    const midnight = Date.UTC(2026, 10, 25);
    for (const at of [midnight - 400, midnight + 400]) {
      const window = createWindow("day", { zone: "UTC" }, () => 10);
      window.add(midnight - 60_000, 1);
      window.add(at, 1);
      expect(window.used(midnight + 450)).toBe(2);
      expect(window.used(midnight + 1_000)).toBe(1);
      expect(window.used(midnight + WINDOW_MS.day + 1_000)).toBe(0);
    }
  });

  it("takes back on both sides what it counted on both", () => {
    const midnight = Date.UTC(2026, 10, 25);
    const window = createWindow("day", { zone: "UTC" }, () => 10);
    window.add(midnight - 400, 1);
    expect(window.used(midnight + 1_000)).toBe(1);
    window.add(midnight - 400, -1);
    expect(window.used(midnight + 1_000)).toBe(0);
  });

  it("tells the next reset, whether or not anybody looked before the last one", () => {
    const midnight = Date.UTC(2026, 10, 25);
    const looked = createWindow("day", { zone: "UTC" }, () => 10);
    looked.used(midnight - 1_000);
    const fresh = createWindow("day", { zone: "UTC" }, () => 10);
    for (const window of [looked, fresh]) {
      expect(window.resetAt(midnight + 100)).toBe(midnight + WINDOW_MS.day);
    }
  });
});

describe("a window that refills", () => {
  const cap = 60;
  const refill = () => createWindow("minute", "refill", () => cap);

  it("gives use back at the rate of one cap a window", () => {
    const window = refill();
    window.add(NOON, 60);
    expect(window.used(NOON)).toBe(60);
    expect(window.used(NOON + 30_500)).toBeCloseTo(30, 0);
    expect(window.used(NOON + 61_000)).toBe(0);
  });

  it("says when there is room again, and there is", () => {
    const window = refill();
    window.add(NOON, 60);
    const free = window.freeAt(NOON, 59);
    expect(free).toBeGreaterThanOrEqual(NOON + 1000);
    // Nothing flows in the first half second: the provider may see the call that much later.
    expect(free).toBeLessThan(NOON + 1_600);
    expect(window.used(free - 50)).toBeGreaterThan(59);
    expect(window.used(free)).toBeLessThanOrEqual(59);
  });

  it("never gives back faster after use that is told late, nor after a clock that was set back", () => {
    const window = refill();
    window.add(NOON, 30);
    window.add(NOON - 5000, 30);
    expect(window.used(NOON)).toBe(60);
    expect(window.used(NOON - 3_600_000)).toBe(60);
    expect(window.used(NOON - 3_600_000 + 30_000)).toBeCloseTo(30, 0);
  });

  it("holds the first call until the provider must have seen it", () => {
    const window = createWindow("minute", "refill", () => 3);
    window.add(NOON, 1);
    expect(window.used(NOON + 500)).toBe(1);
    expect(window.used(NOON + 510)).toBeLessThan(1);
  });

  it("takes back of a call only what has not flowed back already", () => {
    const window = createWindow("minute", "refill", () => 1);
    window.add(NOON, 1);
    window.add(NOON + 61_000, 1);
    window.add(NOON, -1);
    expect(window.used(NOON + 61_000)).toBe(1);
    window.add(NOON + 61_000, -1);
    expect(window.used(NOON + 61_000)).toBe(0);
  });

  it("holds what is left when calls before it are taken back", () => {
    const second = createWindow("second", "refill", () => 2);
    // Two calls fail and do not count, one after the other; each is followed by one that does.
    second.add(NOON + 97, 1);
    second.add(NOON + 125, 1);
    second.add(NOON + 97, -1);
    second.add(NOON + 311, 1);
    second.add(NOON + 125, -1);
    second.add(NOON + 339, 1);
    // At the provider: 1 at 311, 1.944 at 339, and 0.002 less each millisecond.
    expect(second.used(NOON + 807)).toBeGreaterThan(1.944 - 0.002 * (807 - 339));
  });

  it("follows a cap that changes", () => {
    let current = 60;
    const window = createWindow("minute", "refill", () => current);
    window.add(NOON, 60);
    current = 120;
    expect(window.used(NOON + 15_500)).toBeCloseTo(30, 0);
  });
});
