/** Random limits of every kind, small enough to bind a handful of calls. */
import type { LimitMetric, LimitReset, LimitSpec, LimitWindow } from "../route/limits.ts";
import type { Dice } from "./dice.ts";

/** Prompts and answers have multiples of so many tokens: shares of them are whole. */
export const TOKENS = 20;

const ZONES = [
  ...(["UTC", "UTC", "UTC", "UTC", "UTC", "America/Los_Angeles", "America/Los_Angeles"] as const),
  "Europe/London",
  "Asia/Shanghai",
  "Asia/Kolkata",
  "Australia/Lord_Howe",
] as const;

const WINDOWS = [
  ...(["second", "minute", "minute", "minute", "hour", "five_hours"] as const),
  ...(["day", "day", "day", "week", "month"] as const),
] as const;

/** A limit that lets so many calls of this many tokens through, in this window. */
export interface Bound {
  window: LimitWindow;
  calls: number;
  size: number;
}

/** At most `count` limits, no two alike in metric and window. */
export function randomLimits(dice: Dice, count: number, pool: string | null, bound?: Bound): LimitSpec[] {
  const limits = new Map<string, LimitSpec>();
  for (let number = 0; number < count; number++) {
    const metric: LimitMetric =
      dice.draw({ tokens: 0.2, input_tokens: 0.1, units: 0.07, concurrency: 0.13 }) ?? "requests";
    const window =
      metric === "concurrency" ? (bound?.window ?? "minute") : (bound?.window ?? dice.pick(WINDOWS));
    limits.set(`${metric} ${window}`, {
      scope: dice.pick(["account", "account", "key", "ip"] as const),
      pool,
      metric,
      window,
      cap: capOf(metric, dice, bound),
      reset: metric === "concurrency" ? "sliding" : resetOf(dice, window),
      source: "documented",
    });
  }
  return [...limits.values()];
}

function resetOf(dice: Dice, window: LimitWindow): LimitReset {
  const draw = dice.fraction();
  if (draw < 0.45) return "sliding";
  // A call that leaves in one second may well arrive in the next: such boundaries cannot be kept to.
  if (draw < 0.6 || window === "second") return "refill";
  const hasDate = window === "day" || window === "week" || window === "month";
  return { zone: hasDate ? dice.pick(ZONES) : "UTC" };
}

function capOf(metric: LimitMetric, dice: Dice, bound: Bound | undefined): number {
  const calls = bound?.calls ?? dice.between(1, 8);
  const tokens = bound?.size ?? TOKENS * dice.between(8, 20);
  switch (metric) {
    case "requests":
    case "concurrency":
      return calls;
    case "tokens":
      return calls * tokens;
    case "input_tokens":
      return calls * (bound ? bound.size / 2 : tokens);
    case "units":
      // One a call, and the tokens at the price of the simulated models.
      return calls * (1 + tokens / 2 / 64 + tokens / 2 / 32);
  }
}
