/** Which providers this installation knows: the built-in ones and the user's own endpoints, as the router sees them. */
import type { CustomEndpoint, ModelStatus, ProviderSpec, Providers } from "../provider.ts";
import type { ModelKey, RoutedModel, RouterEvent } from "../route/event.ts";
import { modelKey } from "../route/event.ts";

export class Registry {
  readonly #providers: Providers;
  readonly #custom = new Map<string, ProviderSpec>();

  constructor(providers: Providers) {
    this.#providers = providers;
  }

  find(id: string): ProviderSpec | undefined {
    return this.#custom.get(id) ?? this.#providers.find(id);
  }

  isCustom(id: string): boolean {
    return this.#custom.has(id);
  }

  /** The endpoint as a provider, without taking it in. */
  preview(endpoint: CustomEndpoint): ProviderSpec {
    return this.#providers.custom(endpoint);
  }

  setCustom(endpoint: CustomEndpoint): ProviderSpec {
    const spec = this.preview(endpoint);
    this.#custom.set(endpoint.id, spec);
    return spec;
  }

  removeCustom(id: string): void {
    this.#custom.delete(id);
  }
}

/** The event that tells the router about a provider and its models. */
export function providerEvent(spec: ProviderSpec, overrides: ReadonlyMap<ModelKey, boolean>): RouterEvent {
  const models: RoutedModel[] = spec.models
    .filter((model) => model.status !== "retired")
    .map((model) => ({
      provider: spec.id,
      id: model.id,
      family: model.family,
      name: model.name,
      aliases: model.aliases ?? [],
      contextWindow: model.contextWindow,
      maxOutputTokens: model.maxOutputTokens,
      capabilities: model.capabilities,
      intelligence: model.intelligence,
      speed: model.speed,
      dataUse: model.dataUse ?? spec.dataUse,
      intelligence: model.intelligence,
      speed: model.speed,
      dataUse: model.dataUse ?? spec.dataUse,
      limits: model.limits,
      ...(model.unitCost && { unitCost: model.unitCost }),
      enabled: overrides.get(modelKey(spec.id, model.id)) ?? isFree(spec, model.status),
    }));
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

/** No cent is spent unasked: what is not known to be free waits until the user enables it. */
function isFree(provider: ProviderSpec, status: ModelStatus): boolean {
  if (provider.status === "paid" || provider.status === "retired") return false;
  return status === "active" || status === "promo";
}
