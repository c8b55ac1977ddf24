/** Limits as data, and the vocabulary of what a model can do. */
import type { TimeWindow } from "../chat/zone.ts";

export interface Capabilities {
  tools: boolean;
  vision: boolean;
  jsonSchema: boolean;
  reasoning: boolean;
}

/** What the provider does with prompts and answers. */
export type DataUse = "no_training" | "may_train" | "unknown";

/**
 * `active`: free and open to all; `promo`: free for a while; `unverified`: nobody has seen it free lately; `gated`:
 * not without a card, a payment or an application; `retired`: gone.
 */
export type ModelStatus = "active" | "promo" | "unverified" | "gated" | "retired";

export type SpeedClass = "ultra" | "fast" | "normal" | "slow";

export type LimitMetric = "requests" | "tokens" | "input_tokens" | "units" | "concurrency";
export type LimitWindow = TimeWindow;

/**
 * Who shares the counter. `key`: one key; `account`: all keys of the account; `ip`: everything that goes to the
 * provider from this machine.
 */
export type LimitScope = "key" | "account" | "ip";

/**
 * When use leaves the window: `sliding` after the window's length; `refill` bit by bit, the whole cap within one
 * window; otherwise at the start of the next window in a named time zone (`America/Los_Angeles`, `UTC`).
 */
export type LimitReset = "sliding" | "refill" | { zone: string };

/**
 * The more a source knows, the stronger it is; a stronger one overrules a weaker one. `stated`: in a reply to a call;
 * `usage_endpoint`: where the provider tells what an account has used.
 */
export type LimitSource = "stated" | "usage_endpoint" | "learned" | "documented" | "user" | "guessed";
/** What the provider itself said. */
export type ToldSource = "stated" | "usage_endpoint";
export type LearntSource = ToldSource | "learned";

export interface LimitSpec {
  scope: LimitScope;
  /** null: counted for each model alone; else the name of the pool of models that share the counter. */
  pool: string | null;
  metric: LimitMetric;
  /** Meaningless for `concurrency`, where `minute` stands by convention. */
  window: LimitWindow;
  cap: number;
  reset: LimitReset;
  source: LimitSource;
}

const METRICS: Readonly<Record<LimitMetric, string>> = {
  requests: "requests",
  tokens: "tokens",
  input_tokens: "prompt tokens",
  units: "units",
  concurrency: "calls at once",
};

/** What a limit counts, in words: `requests a minute`, `tokens in 5 hours`, `calls at once`. */
export function limitName({ metric, window }: Pick<LimitSpec, "metric" | "window">): string {
  if (metric === "concurrency") return METRICS[metric];
  return `${METRICS[metric]} ${window === "five_hours" ? "in 5 hours" : `a ${window}`}`;
}

/** The same with its cap: `30 requests a minute`. */
export function limitText(limit: Pick<LimitSpec, "metric" | "window" | "cap">): string {
  const name = limitName(limit);
  return `${limit.cap} ${limit.cap === 1 ? name.replace(/s\b/, "") : name}`;
}

/** A model as a provider's own list has it. */
export interface ListedModel {
  id: string;
  contextWindow: number | null;
  maxOutputTokens: number | null;
  /** `free` only where the list proves it; null where it says nothing. */
  price: "free" | "paid" | null;
  /** null where the list says nothing about them. */
  capabilities: Capabilities | null;
}

export interface ModelListing {
  /** Those that answer with text, as far as the list tells. */
  models: ListedModel[];
  /** false: there are further pages, so that what is missing proves nothing. */
  whole: boolean;
}

/** What a call costs in the units (neurons, credits) that a pool of the provider is counted in. */
export interface UnitCost {
  request: number;
  inputToken: number;
  outputToken: number;
}

/** What a reply said about one limit of the target that it came from. */
export interface LimitObservation {
  metric: LimitMetric;
  window: LimitWindow;
  /** Whose use is counted: that of the model alone, or of several models together. Absent: not told. */
  subject?: "model" | "pool";
  cap?: number;
  remaining?: number;
  /** Epoch milliseconds at which the window is free again. */
  resetAt?: number;
}

/** What a provider's usage endpoint said about one limit: a pool's, of the key or of the whole account. */
export interface UsageObservation extends LimitObservation {
  scope: "key" | "account";
  pool: string;
  reset: LimitReset;
}

/** How much to believe a forecast: by how many calls were seen, and whether it goes as it went. */
export type Confidence = "high" | "medium" | "low";

/** What several targets together still give until one of their limits is reset, in calls of their usual size. */
export interface JointForecast {
  requests: number;
  tokens: number;
  /** Expected within the next hour. */
  requestsPerHour: number;
  tokensPerHour: number;
  /** Epoch milliseconds; null where that does not happen before `resetsAt`, or not at all. */
  runsDryAt: number | null;
  /** When the first of the limits that were counted is reset; null where there is none. */
  resetsAt: number | null;
  confidence: Confidence;
  /** Models with a target that no known limit of a day or more holds for: what they give is not counted. */
  unlimited: number;
}

export { WINDOW_MS } from "../chat/zone.ts";
