/** What replies teach about limits: caps that are stated, and the pace that a silent provider bears. */
import type { Failure } from "../chat/failure.ts";
import type { Catalogue } from "./catalogue.ts";
import type { Counter } from "./counter.ts";
import type { Drains } from "./drains.ts";
import type { LearntLimit, RouterEvent } from "./event.ts";
import { type LimitObservation, WINDOW_MS } from "./limits.ts";
import { type ModelEntry, setRest, type Target } from "./target.ts";
import { addTold, observeUsage } from "./usage.ts";

/** What the provider told: in a reply, or where it tells what is used. */
export function observe(
  catalogue: Catalogue,
  event: Extract<RouterEvent, { type: "limit-observed" | "usage-observed" }>,
  drains: Drains,
): void {
  if (event.type === "usage-observed") {
    observeUsage(catalogue, event, drains);
    return;
  }
  const target = catalogue.target(event.keyId, event.model);
  if (target) observeLimits(catalogue, target, event.observations, drains, event.at);
}

/** What a reply of `target` said about its limits. */
function observeLimits(
  catalogue: Catalogue,
  target: Target,
  observations: readonly LimitObservation[],
  drains: Drains,
  at: number,
): void {
  for (const observation of observations) {
    const counter = counterFor(catalogue, target, observation);
    if (!counter) {
      // The account or the target, whichever the provider spoke of.
      const spent = target.rests[observation.subject === "pool" ? 2 : 0];
      if (spent && observation.remaining === 0 && observation.resetAt !== undefined) {
        const latest = at + WINDOW_MS[observation.window];
        const until = Math.min(observation.resetAt, latest);
        setRest(spent, { kind: "rate_unknown", until, guessed: false }, at);
      }
      continue;
    }
    if (observation.cap !== undefined) counter.learnCap(observation.cap);
    if (observation.remaining !== undefined && Number.isFinite(counter.limit.cap)) {
      drains.stated(catalogue, target, counter, observation.remaining, at);
      counter.correct(observation.remaining, observation.resetAt, at);
    }
  }
}

/** The counter that an observation speaks of; one that nobody knew of is made when its cap is told. */
function counterFor(
  catalogue: Catalogue,
  target: Target,
  { metric, window, subject, cap }: LimitObservation,
): Counter | undefined {
  const known = target.counters.find(
    ({ limit }) =>
      limit.metric === metric &&
      limit.window === window &&
      (subject === undefined || (subject === "pool") === (limit.pool !== null)),
  );
  if (known || cap === undefined || subject === "pool") return known;
  return catalogue.addLimit(target, {
    scope: "account",
    pool: null,
    metric,
    window,
    cap,
    reset: "sliding",
    source: "stated",
  });
}

/**
 * A provider refused a call for its rate without saying what the rate is, although our count had room: calls a
 * minute are cut by a fifth, and grow again step by step while nothing more is refused.
 */
export function learnPace(target: Target, failure: Failure, at: number): void {
  if (failure.kind !== "rate_minute" && failure.kind !== "rate_unknown") return;
  // It said how long to wait: that is enough.
  if (failure.until !== undefined) return;
  const minutely = target.counters.filter(({ limit }) => WINDOW_MS[limit.window] <= WINDOW_MS.minute);
  // Where the provider states its limits, the refusal is about somebody else's use, which it states, too.
  if (minutely.some(({ learnt }) => learnt !== null && learnt.source !== "learned")) return;
  minutely.find(({ limit }) => limit.metric === "requests" && limit.window === "minute")?.backOff(at);
}

/** A stated window that is larger than this part of the prompt it refused speaks of something else. */
const PLAUSIBLE_WINDOW = 1.25;

/** A prompt of so many estimated tokens was too long: one of that size is not sent there again. */
export function learnWindow(
  model: ModelEntry | undefined,
  promptTokens: number,
  stated: number | null,
): void {
  if (!model) return;
  model.window.refused = Math.min(model.window.refused, promptTokens);
  if (stated !== null && stated <= promptTokens * PLAUSIBLE_WINDOW) model.window.stated = stated;
}

/** Every cap that replies taught, for a restart. */
export function learntLimits(catalogue: Catalogue, now: number): LearntLimit[] {
  const found = new Map<Counter, LearntLimit>();
  for (const { key, model, counters } of catalogue.targets) {
    for (const counter of counters) {
      const learnt = counter.learnt;
      if (learnt === null || found.has(counter)) continue;
      const { scope, pool, metric, window, reset } = counter.limit;
      const owner = scope === "key" ? { keyId: key.id } : {};
      const place = { account: key.account, model: model.key, ...owner };
      // Replies tell it again with the next call; the endpoint is asked seldom.
      const elsewhere = learnt.source === "usage_endpoint" ? counter.elsewhere(now) : null;
      found.set(counter, {
        ...{ ...place, scope, pool, metric, window, ...learnt },
        ...(reset === "sliding" ? {} : { reset }),
        ...(elsewhere === null ? {} : { elsewhere }),
      });
    }
  }
  return [...found.values()];
}

export function restoreLimit(catalogue: Catalogue, learnt: LearntLimit, now: number): void {
  const { account, model, keyId, scope, pool, metric, window, cap, source } = learnt;
  const { reset = "sliding", elsewhere } = learnt;
  for (const target of catalogue.targets) {
    if (target.model.key !== model || target.key.account !== account) continue;
    if (keyId !== undefined && target.key.id !== keyId) continue;
    const known = target.counters.find(
      ({ limit }) =>
        limit.metric === metric &&
        limit.window === window &&
        (scope === undefined || limit.scope === scope) &&
        (pool === undefined || limit.pool === pool),
    );
    const place = { scope: scope ?? "account", pool: pool ?? null } as const;
    const counter = known ?? addTold(catalogue, target, { ...place, metric, window, cap, reset, source });
    counter.restoreLearnt(cap, source, now);
    if (elsewhere) counter.restoreElsewhere(elsewhere.amount, elsewhere.until);
    return;
  }
}
