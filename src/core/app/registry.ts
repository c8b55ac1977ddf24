/** Which providers this installation knows: the built-in ones and the user's own endpoints, with all that is known of their models. */
import type { CustomEndpoint, ModelSpec, ModelStatus, ProviderSpec, Providers } from "../provider.ts";
import type { ModelKey, RoutedModel, RouterEvent } from "../route/event.ts";
import { modelKey } from "../route/event.ts";
import type { StoredModelList } from "../store/model-lists.ts";
import type { ImportedCatalogue } from "./catalogue.ts";
import { type FamilyOf, familiesOf } from "./families.ts";
import { type LayeredModel, type LayeredProvider, layered, type ModelList } from "./layers.ts";

/** By model, what the user chose: on or off. */
export type Overrides = ReadonlyMap<ModelKey, boolean>;

export class Registry {
  readonly #providers: Providers;
  readonly #familyOf: FamilyOf;
  readonly #endpoints = new Map<string, CustomEndpoint>();
  readonly #lists = new Map<string, ModelList>();
  /** Made when asked for, thrown away when a source changes. */
  readonly #layered = new Map<string, LayeredProvider>();
  #catalogue: ImportedCatalogue | null = null;

  constructor(providers: Providers) {
    this.#providers = providers;
    this.#familyOf = familiesOf(providers.all());
  }

  /** The built-in ones, then the user's own. */
  all(): LayeredProvider[] {
    const ids = [...this.#providers.all().map(({ id }) => id), ...this.#endpoints.keys()];
    return ids.flatMap((id) => this.find(id) ?? []);
  }

  find(id: string): LayeredProvider | undefined {
    const known = this.#layered.get(id);
    if (known) return known;
    const made = this.withList(id, this.#lists.get(id) ?? null);
    if (made) this.#layered.set(id, made);
    return made;
  }

  /** As it would be if this were its list of models (null: none). */
  withList(id: string, list: ModelList | null): LayeredProvider | undefined {
    const endpoint = this.#endpoints.get(id);
    const base = endpoint ? this.#providers.custom(endpoint) : this.#providers.find(id);
    return base && this.#layers(base, endpoint !== undefined, list, this.#catalogue);
  }

  /** As it would be under this catalogue (null: none). */
  withCatalogue(id: string, catalogue: ImportedCatalogue | null): LayeredProvider | undefined {
    const base = this.#providers.find(id);
    return base && this.#layers(base, false, this.#lists.get(id) ?? null, catalogue);
  }

  /** A model with its provider; undefined when nobody knows it. */
  model(key: ModelKey): { provider: LayeredProvider; model: LayeredModel } | undefined {
    const { provider: id, model: modelId } = partsOf(key);
    const provider = this.find(id);
    const model = provider?.models.find((entry) => entry.id === modelId);
    return provider && model && { provider, model };
  }

  isCustom(id: string): boolean {
    return this.#endpoints.has(id);
  }

  /** The endpoint as a provider, without taking it in. */
  preview(endpoint: CustomEndpoint): LayeredProvider {
    const list = this.#lists.get(endpoint.id) ?? null;
    return this.#layers(this.#providers.custom(endpoint), true, list, this.#catalogue);
  }

  setCustom(endpoint: CustomEndpoint): LayeredProvider {
    const spec = this.preview(endpoint);
    this.#endpoints.set(endpoint.id, endpoint);
    this.#layered.set(endpoint.id, spec);
    return spec;
  }

  removeCustom(id: string): void {
    this.#endpoints.delete(id);
    this.#lists.delete(id);
    this.#layered.delete(id);
  }

  setList({ provider, at, whole, models }: StoredModelList): void {
    this.#lists.set(provider, { at, whole, models });
    this.#layered.delete(provider);
  }

  setCatalogue(catalogue: ImportedCatalogue | null): void {
    this.#catalogue = catalogue;
    this.#layered.clear();
  }

  #layers(
    base: ProviderSpec,
    own: boolean,
    list: ModelList | null,
    catalogue: ImportedCatalogue | null,
  ): LayeredProvider {
    return layered(base, own, { catalogue, list, familyOf: this.#familyOf });
  }
}

/** Provider ids hold no slash; model ids may. */
export function partsOf(key: ModelKey): { provider: string; model: string } {
  const slash = key.indexOf("/");
  return { provider: key.slice(0, slash), model: key.slice(slash + 1) };
}

/** A provider's data as it is, or with the other layers over it. */
type AnyModel = ModelSpec & Partial<Pick<LayeredModel, "origin">>;
type AnyProvider = ProviderSpec & { models: readonly AnyModel[] };

/** The event that tells the router about a provider and its models. */
export function providerEvent(spec: AnyProvider, overrides: Overrides): RouterEvent {
  const models: RoutedModel[] = [];
  for (const model of spec.models)
    if (isRouted(spec, model, overrides)) models.push(routed(spec, model, overrides));
  return {
    type: "provider-set",
    provider: {
      id: spec.id,
      name: spec.name,
      failedCallsCount: spec.failedCallsCount,
      firstContentMs: spec.firstContentMs,
    },
    models,
  };
}

const NO_ALIASES: readonly string[] = [];

function routed(spec: AnyProvider, model: AnyModel, overrides: Overrides): RoutedModel {
  const made: RoutedModel = {
    provider: spec.id,
    id: model.id,
    family: model.family,
    name: model.name,
    aliases: model.aliases ?? NO_ALIASES,
    contextWindow: model.contextWindow,
    maxOutputTokens: model.maxOutputTokens,
    capabilities: model.capabilities,
    intelligence: model.intelligence,
    speed: model.speed,
    dataUse: model.dataUse ?? spec.dataUse,
    limits: model.limits,
    enabled: isEnabled(spec, model, overrides),
  };
  if (model.unitCost) made.unitCost = model.unitCost;
  return made;
}

/** What is retired, or was found in a list and is not in use, is no candidate of any request. */
export function isRouted(spec: ProviderSpec, model: AnyModel, overrides: Overrides): boolean {
  if (model.status === "retired") return overrides.get(modelKey(spec.id, model.id)) === true;
  return model.origin !== "discovered" || isEnabled(spec, model, overrides);
}

function isEnabled(spec: ProviderSpec, model: ModelSpec, overrides: Overrides): boolean {
  const chosen = overrides.size === 0 ? undefined : overrides.get(modelKey(spec.id, model.id));
  return chosen ?? isFree(spec, model.status);
}

/** No cent is spent unasked: what is not known to be free waits until the user enables it. */
export function isFree(provider: ProviderSpec, status: ModelStatus): boolean {
  if (provider.status === "paid" || provider.status === "retired") return false;
  return status === "active" || status === "promo";
}

/** Whether the user must be told that calls may cost money. */
export function mayCost(provider: ProviderSpec, status: ModelStatus): boolean {
  return provider.status === "paid" || status === "gated";
}
