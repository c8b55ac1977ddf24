/** Asks providers for their own lists of models and takes over what has changed. */
import { CommandError, type CommandReply, type RefreshView } from "../command.ts";
import type { ModelListing, ProviderSpec } from "../provider.ts";
import type { KeyId } from "../route/event.ts";
import type { StoredModelList } from "../store/model-lists.ts";
import type { LayeredProvider } from "./layers.ts";
import { modelChanges } from "./model-diff.ts";
import type { ModelHost } from "./model-host.ts";
import { askForModels, type ListPorts, listPathOf } from "./model-listing.ts";
import { providerEvent } from "./registry.ts";
import { outboundThrough } from "./through-proxy.ts";

export interface RefreshHost extends ModelHost, ListPorts {
  secretOf(id: KeyId): string | null;
  baseUrlOf(id: KeyId): string | null;
  proxyOf(id: KeyId): string | null;
}

const MAX_LISTED = 5_000;
/** What no provider has in an id and no terminal, header or path should get. */
const USABLE_ID = /^[\x21-\x7e]{1,200}$/;

export class ModelRefresh {
  readonly #app: RefreshHost;

  constructor(app: RefreshHost) {
    this.#app = app;
  }

  /** One provider, or all that have a key and a list. */
  async run(provider: string | null, apply: boolean): Promise<CommandReply> {
    const keyed = new Set(this.#app.store.keys.list().map((key) => key.provider));
    if (provider === null && keyed.size === 0) {
      throw new CommandError("no_key", "There is no key to ask with.", "Add one: freellm keys add");
    }
    const ids = provider === null ? [...keyed].filter((id) => this.#hasList(id)) : [provider];
    const refreshes = await Promise.all(ids.map((id) => this.#one(id, apply)));
    return { type: "refreshed", refreshes };
  }

  #hasList(id: string): boolean {
    const provider = this.#app.registry.find(id);
    return provider === undefined || listPathOf(provider) !== null;
  }

  async #one(id: string, apply: boolean): Promise<RefreshView> {
    const app = this.#app;
    const provider = app.registry.find(id);
    if (!provider) {
      const known = app.registry.all().map((spec) => spec.id);
      throw new CommandError(
        "unknown_provider",
        `There is no provider "${id}".`,
        `Known: ${known.join(", ")}.`,
        true,
      );
    }
    if (listPathOf(provider) === null) {
      throw new CommandError(
        "no_model_list",
        `${provider.name} has no list of its models that could be asked for.`,
        `They come with freellm or with an imported catalogue: freellm models list --provider ${id} --all`,
      );
    }
    const key = this.#keyOf(id);
    if (key === null && !provider.anonymous) {
      throw new CommandError(
        "key_missing",
        `${provider.name} shows its models to keys alone.`,
        `Add one: freellm keys add ${id}`,
      );
    }
    const answer = await this.#ask(provider, key);
    if ("error" in answer) {
      return { provider: id, key, listed: 0, error: answer.error, changes: [], applied: false };
    }
    const { whole } = answer;
    const models = answer.models.filter((model) => USABLE_ID.test(model.id)).slice(0, MAX_LISTED);
    if (!this.#isComparable(provider, models)) {
      const error = "its list has none of the models that are known, so that it says nothing about them";
      return { provider: id, key, listed: models.length, error, changes: [], applied: false };
    }
    const authenticated = key !== null && app.secretOf(key) !== null;
    const list = { provider: id, at: app.clock.now(), whole: whole && authenticated, models };
    const changes = this.#changes(list);
    if (apply) this.#apply(list);
    return { provider: id, key, listed: models.length, error: null, changes, applied: apply };
  }

  /** Some providers list other names than their calls take: such a list would end every model. */
  #isComparable(provider: LayeredProvider, listed: readonly { id: string }[]): boolean {
    if (this.#app.registry.isCustom(provider.id)) return true;
    const known = new Set(
      provider.models.flatMap(({ id, status, goneAt, origin }) =>
        origin !== "discovered" && (status !== "retired" || goneAt !== null) ? [id] : [],
      ),
    );
    return known.size === 0 || listed.some(({ id }) => known.has(id));
  }

  #changes(list: StoredModelList): RefreshView["changes"] {
    const { registry } = this.#app;
    const after = registry.withList(list.provider, list);
    return after ? modelChanges(registry.find(list.provider), after, this.#app.modelOverrides()) : [];
  }

  #apply(list: StoredModelList): void {
    const app = this.#app;
    app.store.modelLists.set(list);
    app.registry.setList(list);
    const provider = app.registry.find(list.provider);
    if (provider) app.record(providerEvent(provider, app.modelOverrides()));
  }

  /** The first that may be used; one that is switched off rather than none. */
  #keyOf(provider: string): KeyId | null {
    const keys = this.#app.state.catalogue.orderedKeys().filter((key) => key.provider === provider);
    const usable = keys.find(({ state }) => state !== "disabled" && state !== "invalid");
    return (usable ?? keys[0])?.id ?? null;
  }

  async #ask(provider: ProviderSpec, key: KeyId | null): Promise<ModelListing | { error: string }> {
    const app = this.#app;
    if (key === null) return await askForModels(app, provider, null, null);
    const { providers, timers } = app;
    const outbound = outboundThrough(app.outbound, app.proxyOf(key));
    const ports = { providers, timers, outbound };
    return await askForModels(ports, provider, app.secretOf(key), app.baseUrlOf(key));
  }
}
