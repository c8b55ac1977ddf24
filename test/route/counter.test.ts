/** What is used of a limit is remembered between changes: it must be what a counter that remembers nothing would find. */
import { describe, expect, it } from "vitest";
import { Zones } from "../../src/core/chat/zone.ts";
import { ArchiveReader, ArchiveWriter, numbered } from "../../src/core/route/archive.ts";
import { Counter, needFor } from "../../src/core/route/counter.ts";
import type { LimitSpec } from "../../src/core/route/limits.ts";
import { Dice } from "../../src/core/sim/dice.ts";
import { limit, NOON } from "./world.ts";

const UNIT = { request: 1, inputToken: 1 / 64, outputToken: 1 / 32 };
const needOfSize = (size: number) => needFor(1, size, size, UNIT);

/** Of the same limit: calls may come to be counted together. */
function counters(spec: LimitSpec): readonly [Counter, Counter] {
  const zones = new Zones();
  const made = (owner: string) => new Counter(spec, "groq", owner, "groq/a", zones);
  return [made("one"), made("other")];
}

/** What they know, in counters that were never asked. */
function copyOf(originals: readonly [Counter, Counter], spec: LimitSpec): readonly [Counter, Counter] {
  const writer = new ArchiveWriter();
  for (const counter of originals) counter.archive(writer, numbered(originals));
  const reader = new ArchiveReader(structuredClone(writer.values));
  const copies = counters(spec);
  for (const counter of copies) counter.archive(reader, numbered(copies));
  return copies;
}

interface Open {
  counter: Counter;
  size: number;
  at: number;
}

/** Random things happen to both; what they say in between goes to `looked`. */
function live(spec: LimitSpec, seed: number, looked: (kept: number, fresh: number) => void): void {
  const dice = new Dice(seed);
  const both = counters(spec);
  const [one, other] = both;
  const open: Open[] = [];
  let now = NOON;
  for (let step = 0; step < 300; step++) {
    now += dice.chance(0.03) ? dice.between(0, 40_000_000) : dice.between(0, 1_500);
    const counter = dice.chance(0.5) ? one : other;
    const chance = dice.fraction();
    const size = 16 * dice.between(1, 20);
    if (chance < 0.45) {
      open.push({ counter, size, at: now });
      counter.reserve(needOfSize(size), now);
    } else if (chance < 0.8 && open.length > 0) {
      const [call] = open.splice(dice.between(0, open.length - 1), 1);
      const real = dice.chance(0.2) ? needFor(0, 0, 0, UNIT) : needFor(1, size, size / 2, UNIT);
      call?.counter.settle(needOfSize(call.size), call.at, now, real);
    } else if (chance < 0.84) counter.correct(size % 7, now + 40_000, now);
    else if (chance < 0.86) counter.backOff(now);
    else if (chance < 0.88) counter.learnCap(size * 3);
    else if (chance < 0.89) one.join(other, now + 30_000, now);
    else if (chance < 0.895) one.inherit(other);
    else if (chance < 0.92) counter.restore(now - 500, now, needOfSize(size));
    else if (chance < 0.93) counter.restoreLearnt(size, "learned", now);
    else if (chance < 0.94) counter.configure({ ...spec, cap: size });
    else if (chance < 0.945) now -= 40_000;
    for (let looks = dice.between(0, 4); looks > 0; looks--) {
      const at = now + dice.between(0, 700);
      const fresh = copyOf(both, spec).map((copy) => copy.used(at));
      for (const [index, asked] of both.entries()) looked(asked.used(at), fresh[index] ?? Number.NaN);
    }
  }
}

const LIMITS: readonly LimitSpec[] = [
  limit({ metric: "requests", window: "second", cap: 9 }),
  limit({ metric: "requests", window: "minute", cap: 90 }),
  limit({ metric: "tokens", window: "day", cap: 90_000 }),
  limit({ metric: "units", window: "minute", cap: 900, reset: "refill" }),
  limit({ metric: "input_tokens", window: "five_hours", cap: 9_000, reset: "refill" }),
  limit({ metric: "requests", window: "day", cap: 90, reset: { zone: "America/Los_Angeles" } }),
  limit({ metric: "tokens", window: "hour", cap: 9_000, reset: { zone: "UTC" } }),
  limit({ metric: "concurrency", window: "minute", cap: 9 }),
];

describe("a counter", () => {
  it.each(LIMITS)("of $metric a $window ($reset) remembers what it would find", (spec) => {
    let looks = 0;
    const differing: { kept: number; fresh: number }[] = [];
    for (let seed = 1; seed <= 6; seed++) {
      live(spec, seed, (kept, fresh) => {
        looks++;
        if (kept !== fresh) differing.push({ kept, fresh });
      });
    }
    expect(differing).toEqual([]);
    expect(looks).toBeGreaterThan(5_000);
  });
});
