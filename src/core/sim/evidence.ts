/**
 * What is certainly and what is possibly used of one limit, found call by call without the router's windows: between
 * the two lies only what the router may round (slots, guards, the ledger's precision).
 */
import type { Need } from "../route/counter.ts";
import { type LimitMetric, type LimitSpec, WINDOW_MS } from "../route/limits.ts";
import type { SimParts } from "./world.ts";

export interface Evident {
  /** Counted from `earliest` at least, and from `latest` at most. */
  earliest: number;
  latest: number;
  least: number;
  most: number;
  /** Reserved and not settled: counts whatever the time. */
  pending: boolean;
}

/** As the router lengthens its windows: the clocks of both sides and the way between them differ a little. */
export function guardOf(span: number): number {
  return Math.min(500, span / 100);
}

export class Evidence {
  readonly limit: LimitSpec;
  uses: Evident[] = [];
  /** Use by others that the provider told of. */
  others = 0;
  othersUntil = 0;
  /** The cap as refusals taught it, at its lowest. */
  lowestCap = Number.POSITIVE_INFINITY;
  readonly #windowOf: SimParts["windowOf"];
  readonly #span: number;
  readonly #settled: Evident[] = [];

  constructor(limit: LimitSpec, windowOf: SimParts["windowOf"]) {
    this.limit = limit;
    this.#windowOf = windowOf;
    this.#span = WINDOW_MS[limit.window];
  }

  least(now: number, cap: number): number {
    const { reset, metric, window } = this.limit;
    if (metric !== "concurrency" && reset === "refill") return this.#bucket(now, cap, "least");
    const current = typeof reset === "object" ? this.#windowOf(window, reset.zone, now) : 0;
    let sum = 0;
    for (const { pending, earliest, least } of this.uses) {
      if (pending) sum += least;
      else if (metric === "concurrency") continue;
      else if (typeof reset === "object") {
        if (this.#windowOf(window, reset.zone, earliest) === current) sum += least;
      } else if (earliest + this.#span > now) sum += least;
    }
    return sum;
  }

  most(now: number, cap: number): number {
    const { reset, metric, window } = this.limit;
    const others = now < this.othersUntil ? this.others : 0;
    if (metric !== "concurrency" && reset === "refill") return others + this.#bucket(now, cap, "most");
    const guard = guardOf(this.#span);
    // One slot of the router's ring, and a millisecond for rounding.
    const hold = this.#span + guard + this.#span / 120 + 1;
    const current = typeof reset === "object" ? this.#windowOf(window, reset.zone, now - guard - 1) : 0;
    let sum = others;
    for (const { pending, latest, most } of this.uses) {
      if (pending) sum += most;
      else if (metric === "concurrency") continue;
      else if (typeof reset === "object") {
        if (this.#windowOf(window, reset.zone, latest + guard + 1) >= current) sum += most;
      } else if (latest + hold > now) sum += most;
    }
    return sum;
  }

  /** Drops what cannot count any more: by far later than any rounding. */
  prune(now: number): void {
    if (this.uses.length < 64) return;
    const horizon = now - 1.1 * this.#span - 60_000;
    this.uses = this.uses.filter(({ pending, latest }) => pending || latest > horizon);
  }

  #bucket(now: number, cap: number, side: "least" | "most"): number {
    const span = side === "least" ? this.#span : this.#span + guardOf(this.#span);
    // While a pace is learnt the bucket flows at the rates of several caps, one after the other.
    const known = Number.isFinite(this.limit.cap) ? this.limit.cap : cap;
    const rate = (side === "least" ? Math.max(cap, known) : Math.min(cap, known, this.lowestCap)) / span;
    const date = side === "least" ? "earliest" : "latest";
    const dated = this.#dated(date);
    let level = 0;
    let since = dated[0]?.[date] ?? now;
    for (const use of dated) {
      level = Math.max(0, level - (use[date] - since) * rate) + use[side];
      since = use[date];
    }
    level = Math.max(0, level - (now - since) * rate);
    // What flows back within the guard may be held that long, and what is taken back may have flowed before.
    if (side === "most" && dated.length > 0) level += rate * (guardOf(this.#span) + 3);
    for (const use of this.uses) if (use.pending) level += use[side];
    return level;
  }

  /** Settled uses, by date. Good until it is asked again: they are many, and mostly in order already. */
  #dated(date: "earliest" | "latest"): readonly Evident[] {
    const dated = this.#settled;
    dated.length = 0;
    let isSorted = true;
    let before = Number.NEGATIVE_INFINITY;
    for (const use of this.uses) {
      if (use.pending) continue;
      if (use[date] < before) isSorted = false;
      before = use[date];
      dated.push(use);
    }
    return isSorted ? dated : dated.sort((one, other) => one[date] - other[date]);
  }
}

/** What a call takes of a limit. */
export function amountOf(metric: LimitMetric, need: Need): number {
  switch (metric) {
    case "requests":
    case "concurrency":
      return need.requests;
    case "tokens":
      return need.tokens;
    case "input_tokens":
      return need.inputTokens;
    case "units":
      return need.units;
  }
}
