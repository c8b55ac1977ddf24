/**
 * What to do with a request now, and why not the rest: one verdict a candidate, in the order in which they would be
 * tried. Lazy: routing stops at the first usable one, `explain` and the error text walk them all. Pure.
 */
import type { FailureKind } from "../chat/failure.ts";
import { type Counter, type Need, needFor } from "./counter.ts";
import type { RequestNeeds, TokenEstimate } from "./estimate.ts";
import type { Weights } from "./preferences.ts";
import { Scorer, scoreParts } from "./score.ts";
import { type ModelEntry, type Rest, restingUntil, type Target, windowOf } from "./target.ts";
import { isCountable, promptTokens } from "./vocabulary.ts";

/** What this request has learnt on its way. Owned by the failover loop. */
export interface Progress {
  /** Not to be called again for this request. */
  tried: Set<Target>;
  /** Called twice already after a single 500 or a short stated wait. */
  retried: Set<Target>;
  /** A target stated a short wait: until it is over only models of its family may serve. */
  waitingFor: { family: string; until: number } | null;
  /** Parameters that were left out after a refusal, by model. */
  stripped: Set<string>;
  /** Refused this request whatever the key. */
  refusedBy: Set<ModelEntry>;
  /** The prompt overflowed a window of this many tokens. */
  overflowed: number;
  /** Providers that called the request itself wrong. */
  objected: Set<string>;
  /** Enough is being retried already: providers that just failed are left alone. */
  sparesFailing: boolean;
  /** The last choice went past a candidate that had a better score, and could not be called. */
  passedOver: boolean;
}

export interface RouteRequest {
  candidates: readonly Target[];
  needs: RequestNeeds;
  tokens: TokenEstimate;
  /** null: the candidates stand in the order in which they are tried. */
  weights: Weights | null;
  /** Tells this request from others where a strategy has to choose between equals. */
  seed: number;
  /** Where its conversation was served last: goes first. */
  bound: Target | null;
  progress: Progress;
}

export type Obstacle =
  | { reason: "removed" | "model_disabled" | "key_disabled" | "key_invalid"; until: null }
  | { reason: "no_tools" | "no_vision" | "no_json_schema" | "not_private"; until: null }
  | { reason: "context_too_small"; until: null }
  /** Failed this request already. `behind`: what time would heal, for the next request; `rest`: of that, what was told or guessed after a failure. */
  | { reason: "tried"; until: null; behind: PassingObstacle | null; rest: PassingObstacle | null }
  | { reason: "refused_request"; until: null }
  | PassingObstacle;

/** What goes away by itself. */
export type PassingObstacle =
  | { reason: "resting"; until: number; kind: FailureKind; rest: Rest }
  | { reason: "breaker_open"; until: number }
  /** `until` is Infinity when the request is larger than the whole cap. */
  | { reason: "limit"; until: number; counter: Counter };

export interface Verdict {
  target: Target;
  /** null: usable now. */
  obstacle: Obstacle | null;
}

export function newProgress(): Progress {
  return {
    tried: new Set(),
    retried: new Set(),
    waitingFor: null,
    stripped: new Set(),
    refusedBy: new Set(),
    overflowed: 0,
    objected: new Set(),
    sparesFailing: false,
    passedOver: false,
  };
}

/** What a call of this request would take from the counters of `target`. */
export function needOf(request: RouteRequest, target: Target): Need {
  const input = promptTokens(request.tokens, target.model);
  let output = Math.min(
    request.tokens.output,
    target.model.model.maxOutputTokens ?? Number.POSITIVE_INFINITY,
  );
  for (const { limit } of target.counters) {
    // An answer larger than the whole cap cannot come, so it need not be asked for.
    if (limit.metric === "tokens")
      output = Math.min(output, Math.max(limit.cap - input, LEAST_OUTPUT_TOKENS));
  }
  return needFor(1, input, output, target.model.model.unitCost);
}

/** A target that leaves an answer less room than this does not fit the request. */
export const LEAST_OUTPUT_TOKENS = 256;

export function* plan(request: RouteRequest, now: number): Generator<Verdict, void> {
  for (const target of inOrder(request, now)) yield { target, obstacle: obstacleOf(request, target, now) };
}

/** Why `target` is not to be called for this request now; null when it may be. */
export function obstacleOf(request: RouteRequest, target: Target, now: number): Obstacle | null {
  return lastingObstacle(request, target, now) ?? passingObstacle(request, target, now);
}

/** All candidates, the best first. */
function inOrder(request: RouteRequest, now: number): readonly Target[] {
  const { candidates, weights, bound, seed } = request;
  if (weights === null && bound === null) return candidates;
  const scorer = weights === null ? null : new Scorer(weights, now, seed);
  const ranked = candidates.map((target) => {
    const value = scorer?.of(target) ?? 0;
    return { target, value: target === bound ? Number.POSITIVE_INFINITY : value };
  });
  return ranked.sort((one, other) => other.value - one.value).map(({ target }) => target);
}

/**
 * The candidate to call now: where the conversation is, else the first or the one with the highest score. Asks only
 * yes or no: when a blocked one is free costs more to know.
 */
export function bestUsable(request: RouteRequest, now: number): Target | null {
  const { candidates, weights, bound, seed } = request;
  if (bound !== null && isUsable(request, bound, now)) return bound;
  if (weights === null) {
    request.progress.passedOver = false;
    for (const target of candidates) if (isUsable(request, target, now)) return target;
    return null;
  }
  const scorer = new Scorer(weights, now, seed);
  let best: Target | null = null;
  let highest = Number.NEGATIVE_INFINITY;
  let blocked = Number.NEGATIVE_INFINITY;
  for (const target of candidates) {
    // While nothing was found every score is higher: how high it is matters for what is usable first.
    const value = best === null ? 0 : scorer.of(target, highest);
    if (value === Number.NEGATIVE_INFINITY) continue;
    if (isUsable(request, target, now)) {
      highest = best === null ? scorer.of(target) : value;
      best = target;
    } else {
      blocked = Math.max(blocked, best === null ? scorer.of(target, blocked) : value);
    }
  }
  request.progress.passedOver = blocked > highest;
  return best;
}

/** A failure this recent counts for the budget of retries. */
const JUST_FAILED_MS = 30_000;

function isUsable(request: RouteRequest, target: Target, now: number): boolean {
  const { waitingFor, sparesFailing } = request.progress;
  if (waitingFor !== null && waitingFor.family !== target.model.model.family) return false;
  if (sparesFailing && now - target.model.outage.at < JUST_FAILED_MS) return false;
  return isFree(request, target, now) && lastingObstacle(request, target, now) === null;
}

/** The best target beside `target` that has quota to spare; null when there is none. */
export function otherUsable(request: RouteRequest, target: Target, now: number): Target | null {
  const others = request.candidates.filter((other) => other !== target);
  const other = bestUsable({ ...request, candidates: others, bound: null }, now);
  return other !== null && scoreParts(other, now).quota >= TO_SPARE ? other : null;
}

/** Share of every limit that must be left for a call that may turn out to be in vain. */
const TO_SPARE = 0.5;

/** Whether another model could take over from `target` now. */
export function hasSpare(request: RouteRequest, target: Target, now: number): boolean {
  return request.candidates.some((other) => other.model !== target.model && isUsable(request, other, now));
}

/** When the target that the conversation is on can be called again; null when it can be now, or there is no waiting for it. */
export function boundFreeAt(request: RouteRequest, now: number): number | null {
  const { bound } = request;
  if (bound === null || lastingObstacle(request, bound, now) !== null) return null;
  return passingObstacle(request, bound, now)?.until ?? null;
}

/** Whether no rest, breaker or limit stands in the way: `passingObstacle` is then null. */
function isFree(request: RouteRequest, target: Target, now: number): boolean {
  const { counters, rests, model } = target;
  // Most limits that block count calls, for which nothing has to be worked out.
  for (const counter of counters) {
    if (counter.limit.metric === "requests" && !counter.hasRoom(ONE_CALL, now)) return false;
  }
  for (const rest of rests) if (rest.kind !== null && restingUntil(rest, now) !== null) return false;
  if (model.health.blockedUntil(now) !== null) return false;
  const need = needOf(request, target);
  for (const counter of counters) {
    if (counter.limit.metric !== "requests" && !counter.hasRoom(need, now)) return false;
  }
  return true;
}

const ONE_CALL: Readonly<Need> = { requests: 1, tokens: 0, inputTokens: 0, units: 0 };

/** What time does not heal: permanent obstacles first, then what this request has seen. */
function lastingObstacle(request: RouteRequest, target: Target, now: number): Obstacle | null {
  const { model } = target.model;
  const { progress, needs } = request;
  if (target.removed) return { reason: "removed", until: null };
  if (!model.enabled) return { reason: "model_disabled", until: null };
  if (target.key.state === "disabled") return { reason: "key_disabled", until: null };
  if (target.key.state === "invalid") return { reason: "key_invalid", until: null };
  if (needs.tools && !model.capabilities.tools) return { reason: "no_tools", until: null };
  if (needs.vision && !model.capabilities.vision) return { reason: "no_vision", until: null };
  if (needs.jsonSchema && !model.capabilities.jsonSchema) return { reason: "no_json_schema", until: null };
  if (needs.private && model.dataUse !== "no_training") return { reason: "not_private", until: null };
  if (!fitsWindow(request, target.model)) return { reason: "context_too_small", until: null };
  if (progress.tried.has(target)) {
    const behind = passingObstacle(request, target, now);
    return { reason: "tried", until: null, behind, rest: longestRest(target, now) };
  }
  if (progress.refusedBy.has(target.model) || progress.objected.has(model.provider)) {
    return { reason: "refused_request", until: null };
  }
  return null;
}

function longestRest(target: Target, now: number): PassingObstacle | null {
  let longest: PassingObstacle | null = null;
  for (const rest of target.rests) {
    const until = restingUntil(rest, now);
    if (until === null || rest.kind === null || until <= (longest?.until ?? now)) continue;
    longest = { reason: "resting", until, kind: rest.kind, rest };
  }
  return longest;
}

/** The obstacle that lasts longest: the target is free only when all of them are gone. */
function passingObstacle(request: RouteRequest, target: Target, now: number): PassingObstacle | null {
  let longest = longestRest(target, now);
  const open = target.model.health.blockedUntil(now);
  if (open !== null && open > (longest?.until ?? now)) longest = { reason: "breaker_open", until: open };
  const need = needOf(request, target);
  for (const counter of target.counters) {
    const until = counter.blockedUntil(need, now);
    if (until !== null && until > (longest?.until ?? 0)) longest = { reason: "limit", until, counter };
  }
  return longest;
}

/** The estimate is on the high side, so a prompt is called too long only when it clearly is. */
const SURELY_TOO_LONG = 1.25;

function fitsWindow(request: RouteRequest, model: ModelEntry): boolean {
  if (request.tokens.input >= model.window.refused) return false;
  const window = windowOf(model);
  if (window === null) return true;
  if (window <= request.progress.overflowed) return false;
  const { counted, input } = request.tokens;
  if (counted !== undefined && isCountable(model.model)) return counted <= window;
  return input <= window * SURELY_TOO_LONG;
}
