/**
 * Strategies: what makes one usable target better than another. A score lies between 0 and 1, that of a
 * pinned model above all others; the highest is tried first. Pure: the same state, instant and seed give the same scores.
 */
import { WINDOW_MS } from "./limits.ts";
import type { StrategyName, Weights } from "./preferences.ts";
import type { Target } from "./target.ts";

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
/** Speeds are compared on a scale that ends here: beyond it nobody notices. */
const FULL_SPEED_TOKENS = 400;
const SLOW_FIRST_CONTENT_MS = 10_000;

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
    speed: speedPart(target),
    quota: quotaPart(target, now),
  };
}

/**
 * `seed`: any number that belongs to the request. A score that cannot exceed `atLeast` may come out lower than it is:
 * a decision looks for the highest of hundreds, and most of them are beaten by what is quickly known.
 */
export function score(
  target: Target,
  weights: Weights,
  now: number,
  seed: number,
  atLeast = Number.NEGATIVE_INFINITY,
): number {
  const { model, measured, pin } = target.model;
  const total = weights.quality + weights.success + weights.speed + weights.quota;
  const extra = SPREAD * mix(seed, target.ordinal) + pin;
  if (total <= 0) return extra;
  const scale = (1 - SPREAD) / total;
  const known =
    qualityPart(model.intelligence) * weights.quality +
    measured.successRate(now) * weights.success +
    speedPart(target) * weights.speed;
  if (weights.quota <= 0) return known * scale + extra;
  const enough = ((atLeast - extra) / scale - known) / weights.quota;
  return (known + quotaPart(target, now, enough) * weights.quota) * scale + extra;
}

function qualityPart(intelligence: number | null): number {
  return (intelligence ?? UNRATED) / 100;
}

function speedPart(target: Target): number {
  const { model, measured } = target.model;
  const tokens = measured.tokensPerSecond(model.speed) ?? CLASS_UNKNOWN_TOKENS;
  const first = measured.firstContentMs ?? SLOW_FIRST_CONTENT_MS / 4;
  return 0.6 * paceOf(tokens) + 0.4 * (1 - Math.min(1, first / SLOW_FIRST_CONTENT_MS));
}

const CLASS_UNKNOWN_TOKENS = 50;

/** Logarithmic: twice as fast is one step, wherever it begins. In whole tokens, looked up: a decision asks for hundreds. */
const PACES: readonly number[] = Array.from(
  { length: FULL_SPEED_TOKENS + 1 },
  (_, tokens) => Math.log2(1 + tokens) / Math.log2(1 + FULL_SPEED_TOKENS),
);

function paceOf(tokens: number): number {
  return PACES[Math.min(FULL_SPEED_TOKENS, Math.max(0, Math.round(tokens)))] ?? 1;
}

/**
 * What expires unused is spent first; what must last is kept. For each limit: the share that is left, raised where it
 * resets soon and lowered for long windows that are nearly used up. The scarcest limit speaks for the target; how scarce it
 * is does not matter once it is not more than `enough`.
 */
function quotaPart(target: Target, now: number, enough = Number.NEGATIVE_INFINITY): number {
  let least = 1;
  // Long windows stand last, and are the scarcest most of the time.
  for (let index = target.counters.length - 1; index >= 0 && least > enough; index--) {
    const counter = target.counters[index];
    if (counter === undefined) continue;
    const used = counter.used(now);
    const { limit } = counter;
    if (limit.cap <= 0) return 0;
    const left = 1 - Math.min(1, used / limit.cap);
    let part = 0.25 + left / 2;
    if (limit.metric !== "concurrency" && typeof limit.reset === "object") {
      // A full pot that is poured away soon is worth more than a full one that must last.
      const ahead = Math.min(1, Math.max(0, counter.resetAt(now) - now) / WINDOW_MS[limit.window]);
      part = 0.5 + (left - ahead) / 2;
    }
    if (part < least) least = part;
  }
  return least;
}

/** A number from 0 to 1 that looks random and is not. */
function mix(seed: number, ordinal: number): number {
  let bits = (seed ^ Math.imul(ordinal + 1, 0x9e3779b1)) >>> 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b) >>> 0;
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35) >>> 0;
  return ((bits ^ (bits >>> 16)) >>> 0) / 0x1_0000_0000;
}
