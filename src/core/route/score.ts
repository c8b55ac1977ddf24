/**
 * Strategies: what makes one usable target better than another. A score lies between 0 and 1, that of a
 * pinned model above all others; the highest is tried first. Pure: the same state, instant and seed give the same scores.
 */
import type { Counter } from "./counter.ts";
import { WINDOW_MS } from "./limits.ts";
import type { StrategyName, Weights } from "./preferences.ts";
import type { ModelEntry, Target } from "./target.ts";

/** `weights` null: no scores, the user's order holds. */
export interface Strategy {
  name: StrategyName;
  weights: Weights | null;
}

const WEIGHTS: Readonly<Record<Exclude<StrategyName, "custom">, Weights | null>> = {
  priority: null,
  balanced: { quality: 2, success: 3, speed: 1, quota: 4 },
  smart: { quality: 8, success: 2, speed: 0, quota: 1 },
  fast: { quality: 1, success: 2, speed: 8, quota: 1 },
  reliable: { quality: 1, success: 8, speed: 1, quota: 3 },
};

/** `custom` takes the user's weights. */
export function strategyOf(name: StrategyName, custom: Weights): Strategy {
  return { name, weights: name === "custom" ? custom : WEIGHTS[name] };
}

/** Equal targets are told apart by the request's seed, so that a strategy spreads instead of always taking the first. */
const SPREAD = 0.01;
/** A model nobody rated stands in the middle. */
const UNRATED = 50;

export interface ScoreParts {
  quality: number;
  success: number;
  speed: number;
  quota: number;
}

/** The inputs of a score, each from 0 to 1. */
export function scoreParts(target: Target, now: number): ScoreParts {
  const { model, measured } = target.model;
  return {
    quality: qualityPart(model.intelligence),
    success: measured.successRate(now),
    speed: measured.speedPart(model.speed),
    quota: quotaPart(target, now),
  };
}

/** To tell and to keep, in whole millionths; whom to call is decided by what a Scorer says. `seed`: any number that belongs to the request. */
export function score(target: Target, weights: Weights, now: number, seed: number): number {
  return Math.round(new Scorer(weights, now, seed).of(target) * SCORE_UNITS) / SCORE_UNITS;
}

export const SCORE_UNITS = 1_000_000;

/** Scores the candidates of one decision: what those of one model have in common is worked out once. */
export class Scorer {
  readonly #weights: Weights;
  readonly #now: number;
  readonly #seed: number;
  readonly #scale: number;
  #model: ModelEntry | null = null;
  /** Of the score of `#model`, all but the quota. */
  #known = 0;
  /** Where the last target's scarcest limit stood: most of the time that of the next one stands there, too. */
  #scarcest = 0;

  constructor(weights: Weights, now: number, seed: number) {
    const total = weights.quality + weights.success + weights.speed + weights.quota;
    this.#weights = weights;
    this.#now = now;
    this.#seed = seed;
    this.#scale = total > 0 ? (1 - SPREAD) / total : 0;
  }

  /**
   * -Infinity for a score that is not above `atLeast`: a decision looks for the highest of hundreds, and most of them
   * are beaten by what is quickly known.
   */
  of(target: Target, atLeast = Number.NEGATIVE_INFINITY): number {
    const extra = SPREAD * mix(this.#seed, target.ordinal) + target.model.pin;
    const { quota } = this.#weights;
    if (target.model !== this.#model) this.#turnTo(target.model);
    if (this.#scale === 0) return extra > atLeast ? extra : Number.NEGATIVE_INFINITY;
    let value = this.#known;
    if (quota > 0) {
      const enough = ((atLeast - extra) / this.#scale - this.#known) / quota - ROUNDING;
      const part = this.#quotaPart(target.counters, enough);
      if (part <= enough) return Number.NEGATIVE_INFINITY;
      value += part * quota;
    }
    value = value * this.#scale + extra;
    return value > atLeast ? value : Number.NEGATIVE_INFINITY;
  }

  /** How scarce a target is does not matter once it is not more than `enough`. */
  #quotaPart(counters: readonly Counter[], enough: number): number {
    const guess = counters[this.#scarcest];
    let least = guess === undefined ? 1 : Math.min(1, partOf(guess, this.#now));
    for (let index = counters.length - 1; index >= 0 && least > enough; index--) {
      const counter = counters[index];
      if (counter === undefined || counter === guess) continue;
      const part = partOf(counter, this.#now);
      if (part >= least) continue;
      least = part;
      this.#scarcest = index;
    }
    return least;
  }

  #turnTo(entry: ModelEntry): void {
    const { quality, success, speed } = this.#weights;
    const { model, measured } = entry;
    this.#model = entry;
    this.#known =
      qualityPart(model.intelligence) * quality +
      measured.successRate(this.#now) * success +
      measured.speedPart(model.speed) * speed;
  }
}

/** Far more than the error of a score, and far less than what tells two apart. */
const ROUNDING = 1e-12;

function qualityPart(intelligence: number | null): number {
  return (intelligence ?? UNRATED) / 100;
}

/** What expires unused is spent first; what must last is kept: the scarcest limit speaks for the target. */
function quotaPart({ counters }: Target, now: number): number {
  let least = 1;
  for (const counter of counters) least = Math.min(least, partOf(counter, now));
  return least;
}

/** The share that is left of a limit, raised where it resets soon and lowered for long windows that are nearly used up. */
function partOf(counter: Counter, now: number): number {
  const { cap, metric, reset, window } = counter.limit;
  if (cap <= 0) return 0;
  const left = 1 - Math.min(1, counter.used(now) / cap);
  if (metric === "concurrency" || typeof reset !== "object") return 0.25 + left / 2;
  // A full pot that is poured away soon is worth more than a full one that must last.
  const ahead = Math.min(1, Math.max(0, counter.resetAt(now) - now) / WINDOW_MS[window]);
  return 0.5 + (left - ahead) / 2;
}

/** A number from 0 to 1 that looks random and is not. */
function mix(seed: number, ordinal: number): number {
  let bits = (seed ^ Math.imul(ordinal + 1, 0x9e3779b1)) >>> 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b) >>> 0;
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35) >>> 0;
  return ((bits ^ (bits >>> 16)) >>> 0) / 0x1_0000_0000;
}
