/** Models as they are shown: what the router makes of them, and what is known of them. */
import type { ModelView } from "../command.ts";
import { availability } from "../route/availability.ts";
import type { ModelKey } from "../route/event.ts";
import { dayOf, type LayeredModel, type LayeredProvider } from "./layers.ts";
import type { ModelSource } from "./model-host.ts";
import { isFree, mayCost, partsOf, type Registry } from "./registry.ts";

/** The models that requests are offered, in the order in which they are tried. */
export function modelViews(app: ModelSource, now: number): ModelView[] {
  const { catalogue } = app.state;
  const overrides = app.modelOverrides();
  return catalogue.orderedModels().map((entry, index) => {
    const { model, key } = entry;
    const resolution = catalogue.resolve(key);
    const found = availability(resolution.kind === "unknown" ? [] : resolution.targets, now);
    const facts = factsOf(app.registry, key);
    const override = overrides.get(key) ?? null;
    const reason = model.enabled ? found.reason : whyDisabled(app.registry, key, override);
    return {
      id: key,
      provider: model.provider,
      model: model.id,
      ...facts,
      family: model.family,
      name: model.name,
      contextWindow: model.contextWindow,
      maxOutputTokens: model.maxOutputTokens,
      capabilities: { ...model.capabilities },
      intelligence: model.intelligence,
      speed: model.speed,
      dataUse: model.dataUse,
      limits: model.limits,
      enabled: model.enabled,
      override,
      available: reason === null,
      reason,
      until: model.enabled ? found.until : null,
      order: index + 1,
      pinned: catalogue.pinOf(key) > 0,
      scores: null,
    };
  });
}

/** The others: retired, gone from the provider's list, found there and not in use, or known to nobody but the user. */
export function shelvedViews(app: ModelSource): ModelView[] {
  const routed = app.state.catalogue.models;
  const overrides = app.modelOverrides();
  const known = app.registry
    .all()
    .flatMap((provider) => provider.models.map(({ id }) => `${provider.id}/${id}`));
  const keys = new Set([...known, ...overrides.keys()]);
  return [...keys]
    .filter((key) => !routed.has(key))
    .map((key) => {
      const { provider, model } = partsOf(key);
      const override = overrides.get(key) ?? null;
      return {
        id: key,
        provider,
        model,
        ...factsOf(app.registry, key),
        enabled: false,
        override,
        available: false,
        reason: whyDisabled(app.registry, key, override),
        until: null,
        order: 0,
        pinned: app.state.catalogue.pinOf(key) > 0,
        scores: null,
      };
    });
}

type Facts = Pick<
  ModelView,
  | "family"
  | "name"
  | "status"
  | "origin"
  | "contextWindow"
  | "maxOutputTokens"
  | "capabilities"
  | "intelligence"
  | "speed"
  | "dataUse"
  | "limits"
  | "source"
  | "asOf"
  | "free"
  | "mayCost"
>;

function factsOf(registry: Registry, key: ModelKey): Facts {
  const known = registry.model(key);
  return known ? knownFacts(known) : unknownFacts(partsOf(key).model);
}

function knownFacts({ provider, model }: { provider: LayeredProvider; model: LayeredModel }): Facts {
  const { family, name, status, origin, contextWindow, maxOutputTokens } = model;
  const { intelligence, speed, limits, source, asOf } = model;
  return {
    ...{ family, name, status, origin, contextWindow, maxOutputTokens },
    capabilities: { ...model.capabilities },
    ...{ intelligence, speed, limits, source, asOf },
    dataUse: model.dataUse ?? provider.dataUse,
    free: isFree(provider, status),
    mayCost: mayCost(provider, status),
  };
}

function unknownFacts(id: string): Facts {
  return {
    family: id,
    name: id,
    status: "unknown",
    origin: null,
    contextWindow: null,
    maxOutputTokens: null,
    capabilities: { tools: false, vision: false, jsonSchema: false, reasoning: false },
    intelligence: null,
    speed: null,
    dataUse: "unknown",
    limits: [],
    source: "",
    asOf: "",
    free: false,
    mayCost: false,
  };
}

function whyDisabled(registry: Registry, key: ModelKey, override: boolean | null): string {
  const known = registry.model(key);
  if (!known) return "no longer known";
  const { provider, model } = known;
  if (model.goneAt !== null) return `not in the provider's list of ${dayOf(model.goneAt)}`;
  if (model.status === "retired") return "retired";
  if (override === false) return "disabled by you";
  if (provider.status === "paid" || provider.status === "retired") return "its provider has no free tier";
  return model.status === "gated" ? "not free" : "not known to be free";
}
