import { beforeEach, describe, expect, it } from "vitest";
import { ExpiringMemory } from "../../src/core/serve/memory.ts";

let now = 0;
const clock = { monotonic: () => now };
const HOUR = 3_600_000;

beforeEach(() => {
  now = 1_000;
});

describe("the memory of the dialects", () => {
  it("gives back what was put in, the latest word of each key", () => {
    const memory = new ExpiringMemory(clock);
    memory.set("a", "1");
    memory.set("a", "2");
    expect(memory.get("a")).toBe("2");
    expect(memory.get("b")).toBeUndefined();
    expect(memory.count).toBe(1);
  });

  it("forgets a day after the last use", () => {
    const memory = new ExpiringMemory(clock);
    memory.set("used", "1");
    memory.set("idle", "1");
    now += 20 * HOUR;
    expect(memory.get("used")).toBe("1");
    now += 4 * HOUR;
    expect(memory.get("idle")).toBeUndefined();
    expect(memory.get("used")).toBe("1");
    now += 24 * HOUR;
    expect(memory.get("used")).toBeUndefined();
    expect(memory.count).toBe(0);
  });

  it("holds so many entries, those used last", () => {
    const memory = new ExpiringMemory(clock, { entries: 3, size: 1_000, ageMs: HOUR });
    for (const key of ["a", "b", "c"]) memory.set(key, key);
    memory.get("a");
    memory.set("d", "d");
    expect(["a", "b", "c", "d"].map((key) => memory.get(key))).toEqual(["a", undefined, "c", "d"]);
  });

  it("holds so many characters, whatever is put in how often", () => {
    const memory = new ExpiringMemory(clock, { entries: 100, size: 100, ageMs: HOUR });
    for (let index = 0; index < 50; index++) memory.set("same", "x".repeat(20));
    expect(memory.count).toBe(1);
    for (let index = 0; index < 10; index++) memory.set(`k${index}`, "x".repeat(18));
    expect(memory.count).toBe(5);
    expect(memory.get("k9")).toBe("x".repeat(18));
    expect(memory.get("k4")).toBeUndefined();
  });

  it("keeps nothing that would push out all the rest", () => {
    const memory = new ExpiringMemory(clock, { entries: 100, size: 100, ageMs: HOUR });
    memory.set("small", "x");
    memory.set("huge", "x".repeat(50));
    expect(memory.get("huge")).toBeUndefined();
    expect(memory.get("small")).toBe("x");
  });

  it("holds thousands of signatures by default, and no more", () => {
    const memory = new ExpiringMemory(clock);
    for (let index = 0; index < 10_000; index++) memory.set(`id-${index}`, "s".repeat(500));
    expect(memory.count).toBe(4_096);
    for (let index = 0; index < 1_000; index++) memory.set(`big-${index}`, "s".repeat(100_000));
    expect(memory.count).toBeLessThan(170);
  });
});
