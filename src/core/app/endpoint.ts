/** Endpoints of the user's own: from the words of a command to the record that is kept. */
import type { CustomLimits, ModelGroup } from "../command.ts";
import type { CustomEndpoint } from "../provider.ts";
import type { LimitMetric, LimitSpec, LimitWindow } from "../route/limits.ts";

type EndpointModel = CustomEndpoint["models"][number];

/** A provider id from a name: lower case letters, digits and single dashes. "" when nothing is left. */
export function providerIdOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 40);
}

const LIMITS: readonly (readonly [keyof CustomLimits, LimitMetric, LimitWindow])[] = [
  ["rpm", "requests", "minute"],
  ["rpd", "requests", "day"],
  ["tpm", "tokens", "minute"],
  ["tpd", "tokens", "day"],
  ["concurrency", "concurrency", "minute"],
];

/** The limits that the user gave, counted for all the named models together on the key's account. */
export function limitSpecs(limits: CustomLimits, models: readonly string[]): LimitSpec[] {
  const pool = models.length === 1 ? null : models.join(", ");
  return LIMITS.flatMap(([name, metric, window]) => {
    const cap = limits[name];
    if (cap === undefined) return [];
    return [
      {
        scope: "account" as const,
        pool,
        metric,
        window,
        cap,
        reset: "sliding" as const,
        source: "user" as const,
      },
    ];
  });
}

/** The models of a group as they are kept. */
export function modelsOf({ models, limits }: ModelGroup): EndpointModel[] {
  const specs = limitSpecs(
    limits,
    models.map(({ id }) => id),
  );
  return models.map(({ id, context }) => ({ id, contextWindow: context, limits: specs }));
}

/** The other way: models that share their limits, together. */
export function modelGroups(models: readonly EndpointModel[]): ModelGroup[] {
  return [...Map.groupBy(models, ({ limits }) => JSON.stringify(limits)).values()].map((group) => ({
    models: group.map(({ id, contextWindow }) => ({ id, context: contextWindow })),
    limits: customLimits(group[0]?.limits ?? []),
  }));
}

function customLimits(specs: readonly LimitSpec[]): CustomLimits {
  return Object.fromEntries(
    LIMITS.flatMap(([name, metric, window]) => {
      const cap = specs.find((spec) => spec.metric === metric && spec.window === window)?.cap;
      return cap === undefined ? [] : [[name, cap]];
    }),
  );
}

/** The models of an endpoint after a command: those named replace their namesakes, the others stay. */
export function mergeModels(
  known: readonly EndpointModel[],
  named: readonly EndpointModel[],
): EndpointModel[] {
  const replaced = new Map(named.map((model) => [model.id, model]));
  const kept = known.map((model) => replaced.get(model.id) ?? model);
  const ids = new Set(known.map((model) => model.id));
  return [...kept, ...named.filter((model) => !ids.has(model.id))];
}
