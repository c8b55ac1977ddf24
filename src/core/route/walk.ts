/** Why the candidates before the one that was called were not. Pure. */
import type { PassedOver, Walk } from "./decision.ts";
import { limitText } from "./limits.ts";
import { type Obstacle, plan, type RouteRequest } from "./plan.ts";
import type { Target } from "./target.ts";

/** So many are kept one by one. */
const MOST_PASSED = 6;

/** Up to `chosen`; null: nobody was, so all of them. */
export function walkTo(request: RouteRequest, now: number, chosen: Target | null): Walk {
  const walk: Walk = { passed: [], others: {} };
  for (const { target, obstacle } of plan(request, now)) {
    if (target === chosen) break;
    if (obstacle !== null && walk.passed.length < MOST_PASSED) {
      walk.passed.push(passedOver(target, obstacle));
      continue;
    }
    const reason = obstacle?.reason ?? "usable";
    walk.others[reason] = (walk.others[reason] ?? 0) + 1;
  }
  return walk;
}

export function passedOver(target: Target, obstacle: Obstacle): PassedOver {
  const { until } = obstacle;
  return {
    keyId: target.key.id,
    model: target.model.key,
    reason: obstacle.reason,
    until: until !== null && Number.isFinite(until) ? until : null,
    detail: detailOf(obstacle),
  };
}

function detailOf(obstacle: Obstacle): string | null {
  if (obstacle.reason === "resting") return obstacle.kind;
  return obstacle.reason === "limit" ? limitText(obstacle.counter.limit) : null;
}
