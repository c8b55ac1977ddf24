/**
 * When what is free runs out if things go on as they went: of one limit, of a model wherever it is free, of everything.
 * Reads the state as of `now`, epoch milliseconds, and decides nothing.
 */
import { type Counter, type Need, needFor } from "./counter.ts";
import { Demand } from "./demand.ts";
import { type Confidence, type JointForecast, WINDOW_MS } from "./limits.ts";
import type { ModelEntry, Target } from "./target.ts";

export interface CounterForecast {
  left: number;
  /** Expected within the next hour. */
  ratePerHour: number;
  /** Epoch milliseconds; null where it does not before it is reset. */
  runsDryAt: number | null;
  confidence: Confidence;
}

/** Forecasts as of one instant, each made once. */
export class Forecasts {
  readonly #made = new Map<Counter, CounterForecast>();
  readonly #now: number;

  constructor(now: number) {
    this.#now = now;
  }

  of(counter: Counter): CounterForecast {
    const forecast = this.#made.get(counter) ?? forecastOf(counter, this.#now);
    this.#made.set(counter, forecast);
    return forecast;
  }
}

export function forecastOf(counter: Counter, now: number): CounterForecast {
  const demand = new Demand(counter.paces(now), now);
  return {
    left: counter.left(now),
    ratePerHour: demand.perHour,
    runsDryAt: counter.limit.metric === "concurrency" ? null : runsDryAt(counter, demand, now),
    confidence: demand.confidence,
  };
}

function runsDryAt(counter: Counter, demand: Demand, now: number): number | null {
  const { metric, window, reset, cap } = counter.limit;
  // Less than one request is none.
  const bound = metric === "requests" ? Math.max(cap - 1, cap / 2) + 1e-6 : cap;
  const used = counter.used(now);
  if (used >= bound) return now;
  const until = counter.resetAt(now);
  // What was used flows back, so that there is never less room than now for the same use.
  if (demand.within(until) < bound - used) return null;
  if (reset !== "refill") {
    const remains = counter.decline(now);
    return demand.reaches(bound, until, (at, sum) => remains(at) + sum);
  }
  let level = used;
  const flow = cap / WINDOW_MS[window];
  return demand.reaches(bound, until, (_at, _sum, use, milliseconds) => {
    level = Math.max(0, level - flow * milliseconds) + use;
    return level;
  });
}

/** Limits of shorter windows come back soon; they say how fast, not how much. */
const COUNTED_MS = WINDOW_MS.day;
/** A longer rest means that nothing is to be had here. */
const LONG_REST_MS = WINDOW_MS.hour;

export function forecastTogether(targets: readonly Target[], now: number): JointForecast {
  const usable = targets.filter((target) => isUsable(target, now));
  const left = new Map<Counter, number>();
  const unlimited = new Set<string>();
  let requests = 0;
  let tokens = 0;
  let resetsAt = Number.POSITIVE_INFINITY;
  for (const target of usable) {
    const need = usualNeed(target);
    // What a call takes of a provider's own units may not be known: they do not say how many there will be.
    const counted = target.counters.filter((counter) => isCounted(counter) && counter.amountOf(need) > 0);
    if (counted.length === 0) {
      unlimited.add(target.model.key);
      continue;
    }
    let calls = Number.POSITIVE_INFINITY;
    for (const counter of counted) {
      calls = Math.min(
        calls,
        (left.get(counter) ?? counter.left(now)) / Math.max(1e-9, counter.amountOf(need)),
      );
      resetsAt = Math.min(resetsAt, counter.resetAt(now));
    }
    calls = Math.floor(calls + 1e-9);
    for (const counter of counted) {
      const taken = calls * counter.amountOf(need);
      for (const one of [counter, ...counter.partners(now)]) {
        left.set(one, Math.max(0, (left.get(one) ?? one.left(now)) - taken));
      }
    }
    requests += calls;
    tokens += calls * need.tokens;
  }
  const models = new Set(usable.map(({ model }) => model));
  const demand = new Demand(
    [...models].map(({ pace }) => pace),
    now,
  );
  const isBounded = usable.length > 0 && unlimited.size === 0;
  return {
    requests,
    tokens: Math.round(tokens),
    requestsPerHour: demand.perHour,
    tokensPerHour: [...models].reduce((sum, model) => sum + tokensPerHour(model, now), 0),
    runsDryAt: isBounded ? demand.reaches(Math.max(requests, 1e-6), resetsAt, (_at, sum) => sum) : null,
    resetsAt: Number.isFinite(resetsAt) ? resetsAt : null,
    confidence: demand.confidence,
    unlimited: unlimited.size,
  };
}

function isUsable({ model, key, rests, removed }: Target, now: number): boolean {
  if (removed || !model.model.enabled || key.state === "disabled" || key.state === "invalid") return false;
  return rests.every(({ until }) => until - now < LONG_REST_MS);
}

function isCounted({ limit }: Counter): boolean {
  const { metric, window, cap } = limit;
  return metric !== "concurrency" && Number.isFinite(cap) && WINDOW_MS[window] >= COUNTED_MS;
}

function usualNeed({ model }: Target): Need {
  const { input, output } = model.measured.usualCall;
  return needFor(1, input, output, model.model.unitCost);
}

function tokensPerHour({ pace, measured }: ModelEntry, now: number): number {
  const { input, output } = measured.usualCall;
  return new Demand([pace], now).perHour * (input + output);
}
