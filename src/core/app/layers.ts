/**
 * What is known of a provider's models, from four sources laid over each other: the built-in data, an imported
 * catalogue, the provider's own list, and (in `providerEvent`) what the user said. Newer facts win, whatever their source. Pure.
 */
import type { LimitSpec, ListedModel, ModelSpec, ModelStatus, ProviderSpec } from "../provider.ts";
import type { ImportedCatalogue, ImportedModel } from "./catalogue.ts";
import { bareName, type FamilyOf, ownFamily } from "./families.ts";

export type ModelOrigin = "built_in" | "imported" | "discovered" | "user";

export interface LayeredModel extends ModelSpec {
  /** Where it became known first. */
  origin: ModelOrigin;
  /** The provider's list no longer had it at this time, epoch milliseconds; null otherwise. */
  goneAt: number | null;
}

export interface LayeredProvider extends ProviderSpec {
  models: readonly LayeredModel[];
}

export interface ModelList {
  at: number;
  whole: boolean;
  models: readonly ListedModel[];
}

export interface Layers {
  catalogue: ImportedCatalogue | null;
  list: ModelList | null;
  familyOf: FamilyOf;
}

/** `own` is for endpoints of the user's: nothing is taken from their models, and none is withheld. */
export function layered(base: ProviderSpec, own: boolean, layers: Layers): LayeredProvider {
  const origin: ModelOrigin = own ? "user" : "built_in";
  const imported = own ? undefined : layers.catalogue?.providers.get(base.id);
  const known = base.models.map((model): LayeredModel => {
    const layer = { ...model, origin, goneAt: null };
    if (own) layer.family = ownFamily(model.id, layers.familyOf);
    return layer;
  });
  // Nearly all of them, at every start.
  if (!imported && !layers.list) return { ...base, models: known };
  const models = new Map(known.map((model) => [model.id, model]));
  let provider = base;
  if (imported && layers.catalogue && dayOf(layers.catalogue.issued) >= base.asOf) {
    const { models: _, ...facts } = imported;
    provider = { ...base, ...facts };
  }
  for (const row of imported?.models ?? []) importRow(models, row, layers.familyOf);
  if (layers.list) applyList(models, base, own, layers.list, layers.familyOf);
  return { ...provider, models: [...models.values()] };
}

/** Epoch milliseconds as an ISO date. */
export function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

function importRow(models: Map<string, LayeredModel>, row: ImportedModel, familyOf: FamilyOf): void {
  const known = models.get(row.id);
  if (known && row.asOf < known.asOf) return;
  models.set(row.id, { ...(known ?? unknownModel(row.id, familyOf, "imported")), ...row });
}

function applyList(
  models: Map<string, LayeredModel>,
  base: ProviderSpec,
  own: boolean,
  list: ModelList,
  familyOf: FamilyOf,
): void {
  const listed = new Set(list.models.map(({ id }) => id));
  const day = dayOf(list.at);
  for (const model of models.values()) {
    // What was found out after the list was read is not overruled by it; the user's own models never are.
    if (own || day < model.asOf || listed.has(model.id) || !list.whole) continue;
    if (model.status !== "retired") models.set(model.id, { ...model, status: "retired", goneAt: list.at });
  }
  for (const entry of list.models) {
    const known = models.get(entry.id);
    if (known && day < known.asOf) continue;
    models.set(entry.id, known ? confirmed(known, entry, own) : discovered(entry, base, own, day, familyOf));
  }
}

/** What a list changes about a model that is known: windows, and whether it is free where the list proves one or the other. */
function confirmed(known: LayeredModel, entry: ListedModel, own: boolean): LayeredModel {
  return {
    ...known,
    contextWindow: own
      ? (known.contextWindow ?? entry.contextWindow)
      : (entry.contextWindow ?? known.contextWindow),
    maxOutputTokens: known.maxOutputTokens ?? entry.maxOutputTokens,
    status: own ? known.status : statusBy(known.status, entry.price),
  };
}

function statusBy(known: ModelStatus, price: ListedModel["price"]): ModelStatus {
  if (price === "paid") return known === "retired" ? "retired" : "gated";
  return price === "free" ? "active" : known;
}

function discovered(
  entry: ListedModel,
  base: ProviderSpec,
  own: boolean,
  day: string,
  familyOf: FamilyOf,
): LayeredModel {
  const unknown = unknownModel(entry.id, familyOf, own ? "user" : "discovered");
  return {
    ...unknown,
    ...(own && { family: ownFamily(entry.id, familyOf) }),
    status: own ? "active" : statusBy("unverified", entry.price),
    contextWindow: entry.contextWindow,
    maxOutputTokens: entry.maxOutputTokens,
    capabilities: entry.capabilities ?? (own ? EVERYTHING : unknown.capabilities),
    limits: entry.price === "paid" ? [] : inheritedLimits(base),
    source: "the provider's list of models",
    asOf: day,
  };
}

const EVERYTHING = { tools: true, vision: true, jsonSchema: true, reasoning: true } as const;

/** Agents need tools, and nearly every model takes them; images and schemas only where somebody says so. */
function unknownModel(id: string, familyOf: FamilyOf, origin: ModelOrigin): LayeredModel {
  return {
    id,
    family: familyOf(id) ?? bareName(id),
    name: id,
    status: "unverified",
    contextWindow: null,
    maxOutputTokens: null,
    capabilities: { tools: true, vision: false, jsonSchema: false, reasoning: false },
    intelligence: null,
    speed: null,
    limits: [],
    source: "",
    asOf: "",
    origin,
    goneAt: null,
  };
}

/**
 * Limits of a model that nobody has described: the pools that all models of the provider share, and of the limits that each
 * has for itself the smallest, as a guess that the first reply with headers corrects.
 */
function inheritedLimits(base: ProviderSpec): LimitSpec[] {
  const models = base.models.filter((model) => model.status !== "retired");
  const name = ({ pool, metric, window, scope }: LimitSpec): string =>
    [pool, scope, metric, window].join("|");
  const smallest = new Map<string, LimitSpec>();
  for (const limit of models.flatMap((model) => model.limits)) {
    const shared = models.every((model) => model.limits.some((other) => name(other) === name(limit)));
    if (limit.pool !== null && !shared) continue;
    const known = smallest.get(name(limit));
    if (known && known.cap <= limit.cap) continue;
    smallest.set(name(limit), limit.pool === null ? { ...limit, source: "guessed" } : limit);
  }
  return [...smallest.values()];
}
