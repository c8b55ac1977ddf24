/** The books of a simulated provider: which calls still count in which window, and whether one more fits. */
import type { LimitSpec } from "../../core/provider.ts";

const SLIDING_MS = {
  second: 1_000,
  minute: 60_000,
  hour: 3_600_000,
  five_hours: 5 * 3_600_000,
  day: 86_400_000,
  week: 7 * 86_400_000,
  month: 31 * 86_400_000,
} as const;

export interface Caller {
  secret: string;
  account: string;
  model: string;
}

/** How full one limit is for one caller. */
export interface CapStatus {
  limit: LimitSpec;
  used: number;
  /** Milliseconds until the window is empty again; 0 when it is empty. */
  resetMs: number;
}

/** A limit that one more call would cross. */
export interface CapRefusal {
  limit: LimitSpec;
  used: number;
  requested: number;
  /** Milliseconds until the call would fit; Infinity when it is larger than the cap. */
  waitMs: number;
}

interface Entry {
  at: number;
  amount: number;
}

export class CapBooks {
  #entries = new Map<string, Entry[]>();
  #inFlight = new Map<string, number>();

  /** Throws when a limit refills or resets in a zone other than UTC: the simulation knows neither. */
  constructor(readonly limits: readonly LimitSpec[]) {
    for (const { reset } of limits) {
      if (reset === "refill") throw new Error("limits that refill are not simulated");
      if (reset !== "sliding" && reset.zone !== "UTC") throw new Error(`no such zone here: ${reset.zone}`);
    }
  }

  /** Counts the call in every limit and gives undefined, or counts nothing and gives the limit that forbids it longest. */
  admit(caller: Caller, tokens: number, now: number): CapRefusal | undefined {
    let refusal: CapRefusal | undefined;
    for (const limit of this.limits) {
      const name = counterName(limit, caller);
      const entries = this.#open(name, limit, now);
      const used = limit.metric === "concurrency" ? (this.#inFlight.get(name) ?? 0) : sum(entries);
      const requested = amountOf(limit, tokens);
      if (used + requested <= limit.cap) continue;
      const waitMs = limit.metric === "concurrency" ? 1_000 : waitFor(limit, entries, requested, now);
      if (refusal === undefined || waitMs > refusal.waitMs) refusal = { limit, used, requested, waitMs };
    }
    if (refusal !== undefined) return refusal;
    for (const limit of this.limits) {
      const name = counterName(limit, caller);
      if (limit.metric === "concurrency") this.#inFlight.set(name, (this.#inFlight.get(name) ?? 0) + 1);
      else this.#open(name, limit, now).push({ at: now, amount: amountOf(limit, tokens) });
    }
    return undefined;
  }

  /** An admitted call is over. */
  release(caller: Caller): void {
    for (const limit of this.limits) {
      if (limit.metric !== "concurrency") continue;
      const name = counterName(limit, caller);
      this.#inFlight.set(name, Math.max(0, (this.#inFlight.get(name) ?? 0) - 1));
    }
  }

  status(caller: Caller, now: number): CapStatus[] {
    return this.limits
      .filter((limit) => limit.metric !== "concurrency")
      .map((limit) => {
        const entries = this.#open(counterName(limit, caller), limit, now);
        const last = entries.at(-1);
        return {
          limit,
          used: sum(entries),
          resetMs: last === undefined ? 0 : leavesAt(limit, last.at) - now,
        };
      });
  }

  /** The entries that still count, old ones removed. */
  #open(name: string, limit: LimitSpec, now: number): Entry[] {
    let entries = this.#entries.get(name);
    if (entries === undefined) {
      entries = [];
      this.#entries.set(name, entries);
    }
    let gone = 0;
    for (const entry of entries) {
      if (leavesAt(limit, entry.at) > now) break;
      gone++;
    }
    if (gone > 0) entries.splice(0, gone);
    return entries;
  }
}

function counterName(limit: LimitSpec, caller: Caller): string {
  const owner = limit.scope === "key" ? caller.secret : limit.scope === "account" ? caller.account : "ip";
  const models = limit.pool ?? `model ${caller.model}`;
  return `${limit.metric} ${limit.window} of ${owner} for ${models}`;
}

function amountOf(limit: LimitSpec, tokens: number): number {
  return limit.metric === "tokens" || limit.metric === "input_tokens" ? tokens : 1;
}

function sum(entries: readonly Entry[]): number {
  return entries.reduce((total, entry) => total + entry.amount, 0);
}

/** When a use at `at` stops to count. */
function leavesAt(limit: LimitSpec, at: number): number {
  if (limit.reset === "sliding") return at + SLIDING_MS[limit.window];
  if (limit.window === "month") {
    const date = new Date(at);
    return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
  }
  const length = SLIDING_MS[limit.window];
  // The epoch began on a Thursday; weeks begin on Monday.
  const shift = limit.window === "week" ? 4 * SLIDING_MS.day : 0;
  return Math.floor((at - shift) / length) * length + shift + length;
}

function waitFor(limit: LimitSpec, entries: readonly Entry[], requested: number, now: number): number {
  if (requested > limit.cap) return Number.POSITIVE_INFINITY;
  let excess = sum(entries) + requested - limit.cap;
  for (const entry of entries) {
    excess -= entry.amount;
    if (excess <= 0) return leavesAt(limit, entry.at) - now;
  }
  return 0;
}
