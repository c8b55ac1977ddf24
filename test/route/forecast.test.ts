/** Forecasts against days that are simulated to their end: what was foretold is compared with what came. */
import { describe, expect, it } from "vitest";
import { forecastOf, forecastTogether } from "../../src/core/route/forecast.ts";
import type { LimitSpec } from "../../src/core/route/limits.ts";
import { limit, NOON, World } from "./world.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MIDNIGHT = NOON - 12 * HOUR;

/** A sequence of numbers in [0, 1) that is the same for the same seed. */
function numbers(seed: number): () => number {
  let state = seed * 2_654_435_761 + 1;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5) >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
  };
}

/** When calls are made on one day, in milliseconds from midnight, ascending. */
type Day = (next: () => number) => number[];

/** A call about every 90 seconds, day and night. */
const steady: Day = (next) => {
  const times: number[] = [];
  for (let at = 90_000 * next(); at < DAY; at += 90_000 * (0.5 + next())) times.push(at);
  return times;
};

/** From 9 to 18 o'clock an agent wakes up every six minutes or so and makes two to eight calls at once. */
const officeHours: Day = (next) => {
  const times: number[] = [];
  for (let at = 9 * HOUR; at < 18 * HOUR; at += 6 * MINUTE * (0.5 + next())) {
    const burst = 2 + Math.floor(next() * 7);
    for (let call = 0; call < burst; call++) times.push(at + call * 4_000);
  }
  return times;
};

/** Much around 10 and around 16 o'clock, little between, next to nothing at night. */
const twoPeaks: Day = (next) => {
  const times: number[] = [];
  for (let at = 0; at < DAY; at += MINUTE) {
    const peak = (hour: number) => Math.exp(-(((at / HOUR - hour) / 1.5) ** 2) / 2);
    const rate = 0.03 + 1.5 * peak(10) + 1.5 * peak(16);
    for (let chance = rate; chance > 0; chance--) if (next() < chance) times.push(at + 30_000 * next());
  }
  return times;
};

/** `days` of calls before, then the day that counts. Gives the state two hours before the `call`th call of that day. */
function foretell(day: Day, seed: number, days: number, share: number) {
  const next = numbers(seed);
  const past = Array.from({ length: days }, (_, index) => day(next).map((at) => at + index * DAY));
  const last = day(next).map((at) => at + days * DAY);
  const cap = Math.floor(last.length * share);
  const reset = { zone: "UTC" };
  const limits = [limit({ metric: "requests", window: "day", cap, reset })];
  const world = new World().provider("p", [{ id: "m", limits }]).key("p-1");
  const dry = MIDNIGHT + (last[cap - 1] ?? 0);
  for (const at of [...past.flat(), ...last]) {
    if (MIDNIGHT + at > dry - 2 * HOUR) break;
    world.now = MIDNIGHT + at;
    world.settle(world.reserve("p-1", "m"));
  }
  world.now = dry - 2 * HOUR;
  const target = world.state.catalogue.target("p-1", "p/m");
  const counter = target?.counters.find((one) => one.limit.window === "day");
  if (!counter) throw new Error("there is no such limit");
  return { forecast: forecastOf(counter, world.now), dry, now: world.now };
}

/** Mean error of the time to empty, as a fraction of the two hours that it really takes; what was not foretold counts whole. */
function meanError(day: Day, days: number, share: number, seeds = 30): number {
  let sum = 0;
  for (let seed = 1; seed <= seeds; seed++) {
    const { forecast, dry } = foretell(day, seed, days, share);
    sum += forecast.runsDryAt === null ? 1 : Math.min(1, Math.abs(forecast.runsDryAt - dry) / (2 * HOUR));
  }
  return sum / seeds;
}

describe("the time to empty, two hours ahead", () => {
  it.each<[string, Day, number, number]>([
    ["a steady day, the first", steady, 0, 0.6],
    ["a steady day", steady, 3, 0.8],
    ["bursts in office hours, the first day", officeHours, 0, 0.7],
    ["bursts in office hours", officeHours, 3, 0.7],
    ["two peaks, dry before the first is over", twoPeaks, 3, 0.4],
    ["two peaks, dry in the afternoon", twoPeaks, 3, 0.7],
    ["two peaks, dry in the evening", twoPeaks, 3, 0.9],
  ])("is right to 15 %%: %s", (_name, day, days, share) => {
    expect(meanError(day, days, share)).toBeLessThan(0.15);
  });
});

/** One model on one key with this limit, and calls of 20 tokens at these minutes before noon. */
function used(spec: LimitSpec, minutesAgo: readonly number[]): World {
  const world = new World().provider("p", [{ id: "m", limits: [spec] }]).key("p-1");
  for (const minutes of [...minutesAgo].sort((one, other) => other - one)) {
    world.now = NOON - minutes * MINUTE;
    world.settle(world.reserve("p-1", "m"));
  }
  world.now = NOON;
  return world;
}

function only(world: World, window: LimitSpec["window"] = "day") {
  const target = world.state.catalogue.target("p-1", "p/m");
  const counter = target?.counters.find(({ limit: spec }) => spec.window === window && spec.cap < 1e9);
  if (!counter) throw new Error("there is no such limit");
  return forecastOf(counter, world.now);
}

const everyMinute = Array.from({ length: 120 }, (_, index) => index);

describe("the forecast of a limit", () => {
  it("tells what is left and how fast it goes", () => {
    const forecast = only(used(limit({ metric: "tokens", window: "day", cap: 10_000 }), everyMinute));
    expect(forecast.left).toBe(10_000 - 120 * 20);
    expect(forecast.ratePerHour).toBeGreaterThan(1_100);
    expect(forecast.ratePerHour).toBeLessThan(1_300);
    expect(forecast.confidence).toBe("high");
  });

  it("is silent where the window is reset before", () => {
    const until = { zone: "UTC" };
    const spec = (cap: number) => limit({ metric: "requests", window: "day", cap, reset: until });
    // At 60 an hour, in the twelve hours until midnight.
    expect(only(used(spec(1_000), everyMinute)).runsDryAt).toBeNull();
    const dry = only(used(spec(700), everyMinute)).runsDryAt ?? 0;
    expect((dry - NOON) / HOUR).toBeCloseTo(580 / 60, 0);
  });

  it("knows that use leaves a sliding window, and flows back into one that refills", () => {
    const sliding = (cap: number) => limit({ metric: "requests", window: "hour", cap });
    // 60 an hour in an hour: not more than counts already.
    expect(only(used(sliding(80), everyMinute), "hour").runsDryAt).toBeNull();
    const refill = (cap: number) => limit({ metric: "requests", window: "day", cap, reset: "refill" });
    expect(only(used(refill(1_500), everyMinute)).runsDryAt).toBeNull();
    const dry = only(used(refill(480), everyMinute)).runsDryAt ?? 0;
    // 60 an hour out, 20 back.
    expect((dry - NOON) / HOUR).toBeCloseTo(400 / 40, 0);
  });

  it("is now where nothing is left, and never where nothing is used", () => {
    const spec = limit({ metric: "requests", window: "day", cap: 120 });
    expect(only(used(spec, everyMinute)).runsDryAt).toBe(NOON);
    expect(only(used(spec, []))).toEqual({ left: 120, ratePerHour: 0, runsDryAt: null, confidence: "low" });
  });

  it("does not take the end of the working day for the middle of it", () => {
    const next = numbers(7);
    const limits = [limit({ metric: "requests", window: "day", cap: 540, reset: { zone: "UTC" } })];
    const world = new World().provider("p", [{ id: "m", limits }]).key("p-1");
    for (let day = 0; day < 3; day++) {
      for (const at of officeHours(next)) {
        world.now = MIDNIGHT + day * DAY + at;
        if (day === 2 && at > 17.5 * HOUR) break;
        world.settle(world.reserve("p-1", "m"));
      }
    }
    // Half an hour before six there is enough for three more hours, and six hours are left until midnight.
    const forecast = only(world);
    expect(forecast.left / forecast.ratePerHour).toBeGreaterThan(1);
    expect(forecast.left / forecast.ratePerHour).toBeLessThan(6);
    expect(forecast.runsDryAt).toBeNull();
  });

  it("trusts little use little, and a sudden change less than what is usual", () => {
    const spec = limit({ metric: "requests", window: "day", cap: 1_000 });
    expect(only(used(spec, [1, 2])).confidence).toBe("low");
    expect(only(used(spec, [1, 6, 11, 16, 21, 26, 31])).confidence).toBe("medium");
    const burst = Array.from({ length: 60 }, (_, index) => index / 10);
    expect(only(used(spec, [...burst, 50, 60, 70, 80, 90, 100, 110])).confidence).toBe("medium");
  });

  it("survives a restart", () => {
    const spec = limit({ metric: "requests", window: "day", cap: 1_000 });
    const before = only(used(spec, everyMinute));
    const world = used(spec, []);
    for (const minutes of [...everyMinute].reverse()) {
      const at = NOON - minutes * MINUTE;
      const tokens = { inputTokens: 10, outputTokens: 10 };
      world.apply({
        ...{ type: "usage-restored", keyId: "p-1", model: "p/m", from: at, to: at, requests: 1 },
        ...tokens,
      });
    }
    expect(only(world)).toEqual(before);
  });
});

describe("the forecast of everything", () => {
  const day = (metric: LimitSpec["metric"], cap: number, more: Partial<LimitSpec> = {}) =>
    limit({ metric, window: "day", cap, reset: { zone: "UTC" }, ...more });

  function all(world: World, name = "auto") {
    const found = world.state.catalogue.resolve(name);
    return forecastTogether(found.kind === "unknown" ? [] : found.targets, world.now);
  }

  it("counts each limit once, however many models and keys share it", () => {
    const pool = day("requests", 50, { pool: "free" });
    const world = new World()
      .provider("p", [
        { id: "m", limits: [pool] },
        { id: "n", limits: [pool, day("requests", 20)] },
      ])
      .key("p-1")
      .key("p-2", "p-1")
      .key("p-3");
    expect(all(world)).toMatchObject({ requests: 100, unlimited: 0, resetsAt: MIDNIGHT + DAY });
    expect(all(world, "n")).toMatchObject({ requests: 40 });
  });

  it("is in calls of the usual size, whichever limit ends them", () => {
    const world = new World()
      .provider("p", [{ id: "m", limits: [day("requests", 100), day("tokens", 1_000)] }])
      .key("p-1");
    for (let call = 0; call < 5; call++) world.settle(world.reserve("p-1", "m", 50), 50);
    expect(all(world)).toMatchObject({ requests: 15, tokens: 750 });
    const { requestsPerHour, tokensPerHour } = all(world);
    expect(tokensPerHour / requestsPerHour).toBeCloseTo(50);
  });

  it("leaves out what cannot be used, and says how many models have no such limit", () => {
    const world = new World()
      .provider("p", [{ id: "m", limits: [day("requests", 10)] }])
      .provider("q", [{ id: "m" }])
      .key("p-1")
      .key("p-2")
      .key("q-1");
    world.apply({ type: "key-state-changed", keyId: "p-2", state: "disabled", detail: null, at: NOON });
    expect(all(world)).toMatchObject({ requests: 10, unlimited: 1, runsDryAt: null });
    world.apply({ type: "rest-set", scope: "account:p/p-1", kind: "no_credit", until: NOON + DAY, at: NOON });
    expect(all(world)).toMatchObject({ requests: 0, unlimited: 1 });
  });

  it("says when a model is gone everywhere", () => {
    const world = new World()
      .provider("p", [{ id: "m", limits: [day("requests", 200)] }])
      .provider("q", [{ id: "m", limits: [day("requests", 100)] }])
      .key("p-1")
      .key("q-1");
    for (const minutes of [...everyMinute].reverse()) {
      world.now = NOON - minutes * MINUTE;
      world.settle(world.reserve("p-1", "m"));
    }
    const { runsDryAt } = all(world, "m");
    // 180 calls are left, at 60 an hour.
    expect(((runsDryAt ?? 0) - NOON) / HOUR).toBeCloseTo(3, 0);
  });
});
