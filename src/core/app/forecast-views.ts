/** What is to be expected, as it is shown: what runs dry first, what is left of everything, which keys drain together. */
import type { AccuracyView, DrainView, ForecastView, Snapshot } from "../command.ts";
import type { Counter } from "../route/counter.ts";
import { Forecasts, forecastTogether } from "../route/forecast.ts";
import { WINDOW_MS } from "../route/limits.ts";
import type { RouterState } from "../route/state.ts";
import type { Target } from "../route/target.ts";
import { quotaViews } from "./views.ts";

/** All that a snapshot says of limits. */
export function outlookViews(state: RouterState, now: number) {
  const forecasts = new Forecasts(now);
  return {
    quotas: quotaViews(state, now, forecasts),
    forecast: forecastViews(state, now, forecasts),
    free: forecastTogether(allTargets(state), now),
    drains: drainViews(state, now),
    accuracy: accuracyViews(state),
  } satisfies Partial<Snapshot>;
}

/** Soonest first: limits of an hour or more that will be used up before they are reset, and models that are gone everywhere. */
function forecastViews(state: RouterState, now: number, forecasts: Forecasts): ForecastView[] {
  const targets = allTargets(state);
  const views: ForecastView[] = [];
  const seen = new Set<Counter>();
  for (const { key, counters } of targets) {
    for (const counter of counters) {
      const { metric, window, cap } = counter.limit;
      if (seen.has(counter) || !Number.isFinite(cap) || WINDOW_MS[window] < WINDOW_MS.hour) continue;
      seen.add(counter);
      const dryAt = forecasts.of(counter).runsDryAt;
      if (dryAt === null || dryAt <= now) continue;
      views.push({ scope: "key", id: key.id, metric, window, dryAt, resetsAt: counter.resetAt(now) });
    }
  }
  for (const [family, members] of byFamily(targets)) {
    // Where there is one place, its limits say it.
    if (members.length < 2) continue;
    const { runsDryAt: dryAt, resetsAt } = forecastTogether(members, now);
    if (dryAt === null || dryAt <= now) continue;
    views.push({ scope: "model", id: family, metric: null, window: null, dryAt, resetsAt });
  }
  return views.sort((one, other) => one.dryAt - other.dryAt);
}

function drainViews({ drains, catalogue }: RouterState, now: number): DrainView[] {
  return drains.list(catalogue, now).map(({ provider, keys, until }) => ({ provider, keys, until }));
}

/** Those that were used most first. */
function accuracyViews({ catalogue }: RouterState): AccuracyView[] {
  return [...catalogue.models.values()]
    .flatMap((entry) => {
      const accuracy = entry.isShown ? entry.measured.accuracy : null;
      return accuracy === null ? [] : [{ model: entry.key, ...accuracy }];
    })
    .sort((one, other) => other.calls - one.calls || (one.model < other.model ? -1 : 1));
}

function allTargets({ catalogue }: RouterState): readonly Target[] {
  const all = catalogue.resolve("auto");
  return all.kind === "unknown" ? [] : all.targets;
}

function byFamily(targets: readonly Target[]): Map<string, Target[]> {
  const families = new Map<string, Target[]>();
  for (const target of targets) {
    const { family } = target.model.model;
    const members = families.get(family);
    if (members) members.push(target);
    else families.set(family, [target]);
  }
  return families;
}
