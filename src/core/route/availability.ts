/** Whether targets would serve anybody now, and in words why not. */
import { failureMeaning } from "../chat/failure.ts";
import { limitText } from "./limits.ts";
import { newProgress, type Obstacle, plan } from "./plan.ts";
import type { Target } from "./target.ts";

/** A request that any model could take: what "available" is asked for. */
const SMALLEST = { input: 1, output: 1 } as const;

/** Whether the smallest request would be served by one of the targets now; if not, why and until when. */
export function availability(
  targets: readonly Target[],
  now: number,
): { reason: string | null; until: number | null } {
  if (targets.length === 0) return { reason: "no key", until: null };
  const first = leastObstacle(targets, now);
  if (first === null) return { reason: null, until: null };
  const until = first.until !== null && Number.isFinite(first.until) ? first.until : null;
  return { reason: obstacleText(first), until };
}

/** What keeps the smallest request from the target that is free soonest; null when one is free now. */
export function leastObstacle(targets: readonly Target[], now: number): Obstacle | null {
  const needs = { tools: false, vision: false, jsonSchema: false, private: false };
  const order = { weights: null, seed: 0, bound: null };
  const request = { candidates: targets, needs, tokens: SMALLEST, progress: newProgress(), ...order };
  let least: Obstacle | null = null;
  for (const { obstacle } of plan(request, now)) {
    if (obstacle === null) return null;
    if (least === null || sooner(obstacle, least)) least = obstacle;
  }
  return least;
}

function sooner(one: Obstacle, other: Obstacle): boolean {
  return (one.until ?? Number.POSITIVE_INFINITY) < (other.until ?? Number.POSITIVE_INFINITY);
}

export function obstacleText(obstacle: Obstacle): string {
  switch (obstacle.reason) {
    case "removed":
      return "the key was removed";
    case "model_disabled":
      return "the model is disabled";
    case "key_disabled":
      return "the key is disabled";
    case "key_invalid":
      return "the key is invalid";
    case "no_tools":
      return "takes no tools";
    case "no_vision":
      return "takes no images";
    case "no_json_schema":
      return "takes no JSON schema";
    case "not_private":
      return "its provider may train on what it is sent";
    case "context_too_small":
      return "its context window is too small";
    case "tried":
    case "refused_request":
      return "was tried";
    case "resting":
      return failureMeaning(obstacle.kind);
    case "breaker_open":
      return "failed repeatedly";
    case "limit":
      return `limit of ${limitText(obstacle.counter.limit)}`;
  }
}
