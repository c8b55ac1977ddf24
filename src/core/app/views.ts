/** The routing state as it is shown: keys, models, quotas. Never more of a secret than its last four characters. */
import type { KeyView, QuotaView } from "../command.ts";
import { leastObstacle, obstacleText } from "../route/availability.ts";
import type { KeyId, KeyState } from "../route/event.ts";
import type { Forecasts } from "../route/forecast.ts";
import type { Obstacle } from "../route/plan.ts";
import type { RouterState } from "../route/state.ts";
import type { Target } from "../route/target.ts";

/** What the store knows of a key beside its state. */
export interface KeyFacts {
  id: KeyId;
  provider: string;
  label: string | null;
  account: string;
  last4: string | null;
  baseUrl: string | null;
  proxy: string | null;
}

export function keyView(state: RouterState, facts: KeyFacts, order: number, now: number): KeyView {
  const { id, provider, label, account, last4, baseUrl, proxy } = facts;
  return { id, provider, label, account, ...keyState(state, id, now), last4, order, baseUrl, proxy };
}

function targetsOf(state: RouterState, keyId: KeyId): Target[] {
  const all = state.catalogue.resolve("auto");
  return all.kind === "unknown" ? [] : all.targets.filter((target) => target.key.id === keyId);
}

/** A key is as healthy as its best model: what rests or is used up on all of them rests for the key. */
function keyState(
  state: RouterState,
  keyId: KeyId,
  now: number,
): { state: KeyState; detail: string | null; until: number | null } {
  const key = state.catalogue.keys.get(keyId);
  if (!key) return { state: "unknown", detail: null, until: null };
  if (key.state === "disabled" || key.state === "invalid") {
    return { state: key.state, detail: key.detail, until: null };
  }
  const targets = targetsOf(state, keyId);
  const obstacle = targets.length === 0 ? null : leastObstacle(targets, now);
  if (obstacle === null || obstacle.until === null) {
    return { state: key.state, detail: key.detail, until: null };
  }
  return {
    state: isFault(obstacle) ? "error" : "rate_limited",
    detail: obstacleText(obstacle),
    until: Number.isFinite(obstacle.until) ? obstacle.until : null,
  };
}

/** Something is wrong, rather than used up. */
function isFault(obstacle: Obstacle): boolean {
  if (obstacle.reason === "breaker_open") return true;
  return obstacle.reason === "resting" && ["invalid_key", "config", "forbidden"].includes(obstacle.kind);
}

/** `forecasts` are those of `now`. */
export function quotaViews(state: RouterState, now: number, forecasts: Forecasts): QuotaView[] {
  const views: QuotaView[] = [];
  for (const counter of state.catalogue.counters.values()) {
    const { limit, owner, subject } = counter;
    if (!Number.isFinite(limit.cap)) continue;
    const used = counter.used(now);
    const forecast = forecasts.of(counter);
    views.push({
      provider: counter.provider,
      model: subject,
      owner,
      metric: limit.metric,
      window: limit.window,
      used,
      cap: limit.cap,
      left: forecast.left,
      resetsAt:
        used > 0 && limit.metric !== "concurrency" ? new Date(counter.emptyAt(now)).toISOString() : null,
      source: limit.source,
      elsewhere: counter.unseen(now),
      ratePerHour: forecast.ratePerHour,
      runsDryAt: forecast.runsDryAt === null ? null : new Date(forecast.runsDryAt).toISOString(),
      confidence: forecast.confidence,
    });
  }
  return views;
}
