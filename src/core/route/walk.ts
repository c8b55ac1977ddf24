/** Why the candidates before the one that was called were not. Pure. */
import type { Counter } from "./counter.ts";
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
      walk.passed.push(passedOver(target, obstacle, now));
      continue;
    }
    const reason = obstacle?.reason ?? "usable";
    walk.others[reason] = (walk.others[reason] ?? 0) + 1;
  }
  return walk;
}

export function passedOver(target: Target, obstacle: Obstacle, now: number): PassedOver {
  const { until } = obstacle;
  return {
    keyId: target.key.id,
    model: target.model.key,
    reason: obstacle.reason,
    until: until !== null && Number.isFinite(until) ? until : null,
    detail: detailOf(obstacle, now),
  };
}

function detailOf(obstacle: Obstacle, now: number): string | null {
  if (obstacle.reason === "resting") return obstacle.kind;
  return obstacle.reason === "limit"
    ? limitText(obstacle.counter.limit) + sourceText(obstacle.counter, now)
    : null;
}

/** What cannot be seen here: that the provider's usage endpoint told of it, and that others use it up, too. */
function sourceText(counter: Counter, now: number): string {
  const elsewhere = Math.round(counter.unseen(now));
  const told = counter.limit.source === "usage_endpoint" ? ["by its usage endpoint"] : [];
  const facts = [...told, ...(elsewhere > 0 ? [`${elsewhere} used elsewhere`] : [])];
  return facts.length === 0 ? "" : ` (${facts.join(", ")})`;
}
