/**
 * What to do with a request now, and why not the rest: one verdict a candidate, in the order in which they would be
 * tried. Lazy: routing stops at the first usable one, `explain` and the error text walk them all. Pure.
 */
import type { FailureKind } from "../chat/failure.ts";
import type { Counter, Need } from "./counter.ts";
import type { RequestNeeds, TokenEstimate } from "./estimate.ts";
import type { ModelEntry, Rest, Target } from "./target.ts";

/** What this request has learnt on its way. Owned by the failover loop. */
export interface Progress {
  /** Not to be called again for this request. */
  tried: Set<Target>;
  /** Called twice already after a single 500 or a short stated wait. */
  retried: Set<Target>;
  /** Refused this request whatever the key. */
  refusedBy: Set<ModelEntry>;
  /** The prompt overflowed a window of this many tokens. */
  overflowed: number;
  /** Providers that called the request itself wrong. */
  objected: Set<string>;
}

export interface RouteRequest {
  candidates: readonly Target[];
  needs: RequestNeeds;
  tokens: TokenEstimate;
  progress: Progress;
}

export type Obstacle =
  | { reason: "model_disabled" | "key_disabled" | "key_invalid"; until: null }
  | { reason: "no_tools" | "no_vision" | "no_json_schema"; until: null }
  | { reason: "context_too_small"; until: null }
  | { reason: "tried" | "refused_request"; until: null }
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
    refusedBy: new Set(),
    overflowed: 0,
    objected: new Set(),
  };
}

/** What a call of this request would take from the counters of `target`. */
export function needOf(request: RouteRequest, target: Target): Need {
  const output = Math.min(
    request.tokens.output,
    target.model.model.maxOutputTokens ?? Number.POSITIVE_INFINITY,
  );
  return { requests: 1, tokens: request.tokens.input + output, inputTokens: request.tokens.input };
}

export function* plan(request: RouteRequest, now: number): Generator<Verdict, void> {
  for (const target of request.candidates) yield { target, obstacle: obstacleTo(request, target, now) };
}

/** The first candidate that can be called now. */
export function firstUsable(request: RouteRequest, now: number): Target | null {
  for (const verdict of plan(request, now)) if (verdict.obstacle === null) return verdict.target;
  return null;
}

/** Permanent obstacles first, then what this request has seen, then what time will heal. */
function obstacleTo(request: RouteRequest, target: Target, now: number): Obstacle | null {
  const { model } = target.model;
  const { progress, needs } = request;
  if (!model.enabled) return { reason: "model_disabled", until: null };
  if (target.key.state === "disabled") return { reason: "key_disabled", until: null };
  if (target.key.state === "invalid") return { reason: "key_invalid", until: null };
  if (needs.tools && !model.capabilities.tools) return { reason: "no_tools", until: null };
  if (needs.vision && !model.capabilities.vision) return { reason: "no_vision", until: null };
  if (needs.jsonSchema && !model.capabilities.jsonSchema) return { reason: "no_json_schema", until: null };
  if (!fitsWindow(request, model.contextWindow)) return { reason: "context_too_small", until: null };
  if (progress.tried.has(target)) return { reason: "tried", until: null };
  if (progress.refusedBy.has(target.model) || progress.objected.has(model.provider)) {
    return { reason: "refused_request", until: null };
  }
  for (const rest of target.rests) {
    if (rest.until > now && rest.kind) {
      return { reason: "resting", until: rest.until, kind: rest.kind, rest };
    }
  }
  const open = target.model.health.blockedUntil(now);
  if (open !== null) return { reason: "breaker_open", until: open };
  return limitObstacle(request, target, now);
}

/** The limit that blocks longest: the target is free only when all of them are. */
function limitObstacle(request: RouteRequest, target: Target, now: number): Obstacle | null {
  const need = needOf(request, target);
  let obstacle: Obstacle | null = null;
  for (const counter of target.counters) {
    const until = counter.blockedUntil(need, now);
    if (until !== null && (obstacle === null || until > (obstacle.until ?? 0))) {
      obstacle = { reason: "limit", until, counter };
    }
  }
  return obstacle;
}

/** The estimate is on the high side, so a prompt is called too long only when it clearly is. */
const SURELY_TOO_LONG = 1.25;

function fitsWindow(request: RouteRequest, window: number | null): boolean {
  if (window === null) return true;
  return window > request.progress.overflowed && request.tokens.input <= window * SURELY_TOO_LONG;
}

export interface Exhaustion {
  kind: "no_key" | "incapable" | "too_long" | "waiting" | "failed";
  /** Epoch milliseconds at which the first candidate is usable again; null when waiting does not help. */
  soonest: number | null;
}

const QUOTA_KINDS: ReadonlySet<FailureKind> = new Set<FailureKind>([
  "rate_minute",
  "rate_unknown",
  "quota_hour",
  "quota_day",
  "quota_week",
  "quota_month",
  "concurrency",
  "capacity",
  "no_credit",
]);

/** Why nothing is usable now: decides the status that the client gets. */
export function exhaustion(request: RouteRequest, now: number): Exhaustion {
  let soonest = Number.POSITIVE_INFINITY;
  let waiting = false;
  const count = { no_key: 0, incapable: 0, too_long: 0, failed: 0 };
  for (const { obstacle } of plan(request, now)) {
    switch (obstacle?.reason) {
      case "model_disabled":
      case "key_disabled":
      case "key_invalid":
        count.no_key++;
        break;
      case "no_tools":
      case "no_vision":
      case "no_json_schema":
        count.incapable++;
        break;
      case "context_too_small":
        count.too_long++;
        break;
      case "tried":
      case "refused_request":
        count.failed++;
        break;
      case "limit":
        if (obstacle.until === Number.POSITIVE_INFINITY) count.too_long++;
        else waiting = true;
        soonest = Math.min(soonest, obstacle.until);
        break;
      case "breaker_open":
        count.failed++;
        soonest = Math.min(soonest, obstacle.until);
        break;
      case "resting":
        if (QUOTA_KINDS.has(obstacle.kind)) waiting = true;
        else count.failed++;
        soonest = Math.min(soonest, obstacle.until);
        break;
    }
  }
  const until = Number.isFinite(soonest) ? soonest : null;
  if (waiting) return { kind: "waiting", soonest: until };
  if (count.failed > 0) return { kind: "failed", soonest: until };
  if (count.too_long > 0) return { kind: "too_long", soonest: null };
  if (count.incapable > 0) return { kind: "incapable", soonest: null };
  return { kind: "no_key", soonest: null };
}
