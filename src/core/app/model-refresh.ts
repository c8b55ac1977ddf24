/** Asks providers for their own lists of models and takes over what has changed. */
import { CommandError, type CommandReply, type RefreshView } from "../command.ts";
import type { Outbound, Timers } from "../ports.ts";
import type { ModelListing, ProviderSpec, Providers } from "../provider.ts";
import type { KeyId } from "../route/event.ts";
import { openCredential } from "../serve/credential.ts";
import type { StoredModelList } from "../store/model-lists.ts";
import type { LayeredProvider } from "./layers.ts";
import { modelChanges } from "./model-diff.ts";
import type { ModelHost } from "./model-host.ts";
import { providerEvent } from "./registry.ts";

export interface RefreshHost extends ModelHost {
  readonly outbound: Outbound;
  readonly timers: Timers;
  readonly providers: Providers;
  secretOf(id: KeyId): string | null;
  baseUrlOf(id: KeyId): string | null;
  proxyOf(id: KeyId): string | null;
}

const TIMEOUT_MS = 20_000;
const MAX_REPLY_BYTES = 8 * 1024 * 1024;
const MAX_LISTED = 5_000;
/** What no provider has in an id and no terminal, header or path should get. */
const USABLE_ID = /^[\x21-\x7e]{1,200}$/;

export class ModelRefresh {
  readonly #app: RefreshHost;

  constructor(app: RefreshHost) {
    this.#app = app;
  }

  /** One provider, or all that have a key. */
  async run(provider: string | null, apply: boolean): Promise<CommandReply> {
    const keyed = new Set(this.#app.store.keys.list().map((key) => key.provider));
    if (provider === null && keyed.size === 0) {
      throw new CommandError("no_key", "There is no key to ask with.", "Add one: freellm keys add");
    }
    const ids = provider === null ? [...keyed] : [provider];
    const refreshes = await Promise.all(ids.map((id) => this.#one(id, apply)));
    return { type: "refreshed", refreshes };
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
    const abort = new AbortController();
    const timer = app.timers.after(TIMEOUT_MS, () => abort.abort());
    const secret = key === null ? null : app.secretOf(key);
    const proxy = key === null ? null : app.proxyOf(key);
    const credential = openCredential(provider, key === null ? null : app.baseUrlOf(key), secret);
    try {
      const response = await app.outbound.send({
        url: `${credential.baseUrl}${provider.modelsPath ?? "/models"}`,
        method: "GET",
        headers: { accept: "application/json", ...provider.quirks.headers, ...credential.headers },
        signal: abort.signal,
        ...(proxy === null ? {} : { proxy }),
      });
      const body = await response.text(MAX_REPLY_BYTES);
      if (response.status !== 200) return { error: `it answered with HTTP ${response.status}` };
      const listing = app.providers.parseModelList(body);
      if (!listing || listing.models.length === 0) return { error: "its answer holds no list of models" };
      return listing;
    } catch (error) {
      if (abort.signal.aborted) return { error: `no answer within ${TIMEOUT_MS / 1000} s` };
      return { error: app.providers.classifyError(provider, error).message };
    } finally {
      timer.cancel();
    }
  }
}
