/** What a provider's usage endpoint teaches: caps of whole accounts and keys, and how much of them is gone, whoever used it. */
import { KIND_OF_WINDOW } from "../chat/failure.ts";
import type { Catalogue } from "./catalogue.ts";
import { type Counter, needFor } from "./counter.ts";
import type { Drains } from "./drains.ts";
import type { KeyId, RouterEvent } from "./event.ts";
import { type LimitSpec, type UsageObservation, WINDOW_MS } from "./limits.ts";
import { clearRest, setRest, type Target } from "./target.ts";

export function observeUsage(
  catalogue: Catalogue,
  { keyId, at, observations, isLate }: Extract<RouterEvent, { type: "usage-observed" }>,
  drains: Drains,
): void {
  for (const observation of observations) {
    const targets = targetsOf(catalogue, keyId, observation);
    const target = targets.find(({ key }) => key.id === keyId);
    if (target === undefined) continue;
    const counter = counterOf(catalogue, targets, target, observation);
    const isRaised =
      counter !== undefined && observation.cap !== undefined && observation.cap > counter.limit.cap;
    if (counter && observation.cap !== undefined) counter.learnCap(observation.cap, "usage_endpoint");
    const { remaining, resetAt } = observation;
    if (remaining === undefined) continue;
    if (counter && Number.isFinite(counter.limit.cap)) {
      if (!isLate) drains.stated(catalogue, target, counter, remaining, at);
      counter.correct(remaining, resetAt, at, isLate);
    }
    settleRest(target, counter, { ...observation, remaining }, isRaised, isLate, at);
  }
}

/** All that the observation holds for. */
function targetsOf(catalogue: Catalogue, keyId: KeyId, { scope }: UsageObservation): Target[] {
  const key = catalogue.keys.get(keyId);
  if (key === undefined) return [];
  return [...catalogue.targets].filter((target) => {
    if (target.key.provider !== key.provider) return false;
    return scope === "key" ? target.key.id === key.id : target.key.account === key.account;
  });
}

function counterOf(
  catalogue: Catalogue,
  targets: readonly Target[],
  target: Target,
  { metric, window, pool, scope, reset, cap }: UsageObservation,
): Counter | undefined {
  const known = targets
    .flatMap(({ counters }) => counters)
    .find(({ limit }) => limit.metric === metric && limit.window === window && limit.pool === pool);
  if (known || cap === undefined) return known;
  return addTold(catalogue, target, { scope, pool, metric, window, cap, reset, source: "usage_endpoint" });
}

/** A limit that nobody knew. One of a pool holds for all models of the provider. */
export function addTold(catalogue: Catalogue, target: Target, limit: LimitSpec): Counter {
  const counter = catalogue.addLimit(target, limit);
  if (limit.pool === null) return counter;
  const seen = new Set([target.model]);
  for (const other of [...catalogue.targets]) {
    if (other.key.account !== target.key.account || seen.has(other.model)) continue;
    seen.add(other.model);
    catalogue.addLimit(other, limit);
  }
  return counter;
}

/** What a call takes of some measures is not known: there no count ends in time, so that the account or key rests. */
function settleRest(
  { rests, model }: Target,
  counter: Counter | undefined,
  { scope, window, remaining, resetAt }: UsageObservation & { remaining: number },
  isRaised: boolean,
  isLate: boolean,
  at: number,
): void {
  const rest = rests[scope === "key" ? 1 : 2];
  if (rest === undefined) return;
  const kind = KIND_OF_WINDOW[window];
  const isCounted = counter !== undefined && counter.amountOf(needFor(1, 1, 1, model.model.unitCost)) > 0;
  if (remaining === 0) {
    if (isCounted || resetAt === undefined) return;
    setRest(rest, { kind, until: Math.min(resetAt, at + WINDOW_MS[window]), guessed: false }, at);
  } else if (!isLate && rest.kind === kind && rest.until > at && (isRaised || !isCounted)) {
    // It was used up and is not any more: credits were bought, or a new window began.
    clearRest(rest);
  }
}
