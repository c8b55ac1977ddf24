/** Why nothing is usable now, and when something will be: decides the status that the client gets. Pure. */
import { PASSES_WITH_TIME } from "../chat/failure.ts";
import { type Obstacle, obstacleOf, type PassingObstacle, type RouteRequest } from "./plan.ts";

export interface Exhaustion {
  kind: "no_key" | "incapable" | "too_long" | "waiting" | "failed";
  /** Epoch milliseconds at which a candidate that this request has not tried is usable; null when waiting does not help. */
  soonest: number | null;
  /** The same for a new request, which may try all of them again. */
  retryAt: number | null;
}

export function exhaustion(request: RouteRequest, now: number): Exhaustion {
  let soonest = Number.POSITIVE_INFINITY;
  let retryAt = Number.POSITIVE_INFINITY;
  const count = { no_key: 0, incapable: 0, too_long: 0, failed: 0, waiting: 0 };
  for (const target of request.candidates) {
    const obstacle = obstacleOf(request, target, now);
    if (obstacle === null) {
      // Left alone although it could be called: attempts or retries are used up.
      count.failed++;
      continue;
    }
    const passing = passingOf(obstacle);
    const { behind, rest } = obstacle.reason === "tried" ? obstacle : { behind: null, rest: null };
    if (passing) soonest = Math.min(soonest, passing.until);
    retryAt = Math.min(retryAt, (passing ?? behind)?.until ?? Number.POSITIVE_INFINITY);
    // What this request used up itself by failing is a failure; what the provider refused for its rate is not.
    const rested = rest ?? passing;
    count[rested ? kindOfPassing(rested) : kindOfLasting(obstacle)]++;
  }
  const kinds = ["waiting", "failed", "too_long", "incapable", "no_key"] as const;
  const kind = kinds.find((candidate) => count[candidate] > 0) ?? "no_key";
  const finite = (instant: number): number | null => (Number.isFinite(instant) ? instant : null);
  return { kind, soonest: finite(soonest), retryAt: finite(retryAt) };
}

function passingOf(obstacle: Obstacle): PassingObstacle | null {
  switch (obstacle.reason) {
    case "resting":
    case "breaker_open":
    case "limit":
      return obstacle;
    default:
      return null;
  }
}

function kindOfPassing(obstacle: PassingObstacle): Exhaustion["kind"] {
  switch (obstacle.reason) {
    case "limit":
      return obstacle.until === Number.POSITIVE_INFINITY && obstacle.counter.limit.metric !== "requests"
        ? "too_long"
        : "waiting";
    case "resting":
      return PASSES_WITH_TIME[obstacle.kind] === "quota" ? "waiting" : "failed";
    case "breaker_open":
      return "failed";
  }
}

function kindOfLasting(obstacle: Obstacle): Exhaustion["kind"] {
  switch (obstacle.reason) {
    case "removed":
    case "model_disabled":
    case "key_disabled":
    case "key_invalid":
      return "no_key";
    case "no_tools":
    case "no_vision":
    case "no_json_schema":
    case "not_private":
      return "incapable";
    case "context_too_small":
      return "too_long";
    default:
      return "failed";
  }
}
