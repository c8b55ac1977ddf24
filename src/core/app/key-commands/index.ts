/** Adding, removing, ordering and testing keys. */
import { type Command, CommandError, type CommandReply, type KeyView, type ProbeView } from "../command.ts";
import { checkBaseUrl } from "../net/address.ts";
import type { CustomEndpoint, ProviderSpec } from "../provider.ts";
import type { KeyId, ModelKey, RouterEvent } from "../route/event.ts";
import type { RouterState } from "../route/state.ts";
import type { StoredKey } from "../store/keys.ts";
import type { Store } from "../store/store.ts";
import type { Vault } from "../vault/vault.ts";
import { limitSpecs, mergeModels, providerIdOf } from "./endpoint.ts";
import { secretPlace } from "./keyring.ts";
import { discoverModels, type ProbePorts, probeKey } from "./probe.ts";
import { providerEvent, type Registry } from "./registry.ts";

type AddCommand = Extract<Command, { type: "key-add" }>;

/** What the commands work on: the application, seen from here. */
export interface KeyHost extends ProbePorts {
  readonly store: Store;
  readonly vault: Vault;
  readonly registry: Registry;
  readonly state: RouterState;
  record(event: RouterEvent): void;
  secretOf(id: KeyId): string | null;
  /** Takes a stored key into service. */
  putKey(key: StoredKey): void;
  dropKey(id: KeyId): void;
  keyView(id: KeyId): KeyView;
  keyViews(): KeyView[];
  modelOverrides(): ReadonlyMap<ModelKey, boolean>;
}

const LONGEST_SECRET = 4096;

export class KeyCommands {
  readonly #app: KeyHost;

  constructor(app: KeyHost) {
    this.#app = app;
  }

  async add(command: AddCommand): Promise<CommandReply> {
    const app = this.#app;
    const secret = checkSecret(command.secret);
    const baseUrl = command.baseUrl === undefined ? null : acceptedUrl(command.baseUrl);
    const notes: string[] = [];
    const endpoint = command.provider === "custom" ? await this.#endpoint(command, baseUrl, secret) : null;
    if (!endpoint) rejectCustomOptions(command);
    const provider = endpoint ? app.registry.preview(endpoint) : this.#builtIn(command.provider);
    if (secret === null && !provider.anonymous) {
      throw new CommandError(
        "key_missing",
        `${provider.name} needs a key.`,
        `Get one at ${provider.signUpUrl}`,
      );
    }
    if (secret !== null) notes.push(...shapeNotes(app, provider, secret));
    const fingerprint = secret === null ? null : app.vault.fingerprint(secret);
    this.#refuseDuplicate(provider, fingerprint, baseUrl);
    const stored = app.store.change(() => {
      if (endpoint) app.store.endpoints.set(endpoint);
      return app.store.keys.insert(
        {
          provider: provider.id,
          label: command.label ?? null,
          account: command.account ?? null,
          baseUrl: endpoint ? null : baseUrl,
          last4: secret === null ? null : secret.slice(-4),
          fingerprint,
          createdAt: app.clock.now(),
        },
        (id) => (secret === null ? null : app.vault.seal(secretPlace(provider.id, id), secret)),
      );
    });
    if (endpoint) app.registry.setCustom(endpoint);
    if (endpoint) app.record(providerEvent(provider, app.modelOverrides()));
    app.putKey(stored);
    if (provider.terms !== null && this.#isFirst(stored)) notes.push(provider.terms);
    return { type: "key", key: app.keyView(stored.id), notes };
  }

  async remove(id: string): Promise<CommandReply> {
    const app = this.#app;
    const key = this.#existing(id);
    const last = app.store.keys.list().filter((other) => other.provider === key.provider).length === 1;
    const endpointGone = last && app.registry.isCustom(key.provider);
    app.store.change(() => {
      app.store.keys.remove(id);
      if (endpointGone) app.store.endpoints.remove(key.provider);
    });
    app.dropKey(id);
    if (endpointGone) {
      app.registry.removeCustom(key.provider);
      app.record({ type: "provider-removed", provider: key.provider });
    }
    return { type: "removed", id };
  }

  async reorder(ids: readonly string[]): Promise<CommandReply> {
    const app = this.#app;
    const seen = new Set<string>();
    for (const id of ids) {
      this.#existing(id);
      if (seen.has(id)) throw new CommandError("duplicate_id", `${id} is named twice.`, null, true);
      seen.add(id);
    }
    app.record({ type: "keys-ordered", keyIds: app.store.keys.reorder(ids) });
    return { type: "keys", keys: app.keyViews() };
  }

  async setState(id: string, state: "disabled" | "unknown"): Promise<CommandReply> {
    this.#existing(id);
    const at = this.#app.clock.now();
    this.#app.store.keys.update(id, { state: { state, detail: null, at } });
    this.#app.record({ type: "key-state-changed", keyId: id, state, detail: null, at });
    return { type: "key", key: this.#app.keyView(id), notes: [] };
  }

  /** Tests one key, or all of them one after the other: no provider is asked twice at once. */
  async test(id: string | null): Promise<CommandReply> {
    const ids = id === null ? this.#app.store.keys.list().map((key) => key.id) : [this.#existing(id).id];
    const probes: ProbeView[] = [];
    for (const keyId of ids) probes.push(await this.probe(keyId));
    return { type: "probes", probes };
  }

  /** One probe, with what it means for the key. */
  async probe(id: string): Promise<ProbeView> {
    const app = this.#app;
    const key = this.#existing(id);
    const provider = app.registry.find(key.provider);
    if (!provider) throw new CommandError("unknown_provider", `The provider ${key.provider} is not known.`);
    const result = await probeKey(app, provider, app.secretOf(id), key.baseUrl);
    const at = app.clock.now();
    if (result.result !== "inconclusive" && app.state.catalogue.keys.get(id)?.state !== "disabled") {
      const state = result.result === "valid" ? "healthy" : "invalid";
      const detail = state === "invalid" ? result.detail : null;
      app.record({ type: "key-state-changed", keyId: id, state, detail, at });
      if (state === "healthy" && app.state.catalogue.rest(`key:${id}`).kind === "invalid_key") {
        app.record({ type: "rest-cleared", scope: `key:${id}` });
      }
    }
    return { id, provider: key.provider, ...result };
  }

  #existing(id: string): StoredKey {
    const key = this.#app.store.keys.find(id);
    if (key) return key;
    throw new CommandError("unknown_key", `There is no key "${id}".`, "See: freellm keys list");
  }

  #isFirst(key: StoredKey): boolean {
    return this.#app.store.keys.list().filter((other) => other.provider === key.provider).length === 1;
  }

  #builtIn(id: string): ProviderSpec {
    const provider = this.#app.registry.find(id);
    if (provider) return provider;
    const known = this.#app.providers.all().map((spec) => spec.id);
    throw new CommandError(
      "unknown_provider",
      `There is no provider "${id}".`,
      `Known: ${known.join(", ")}; or custom with --base-url for any other endpoint.`,
      true,
    );
  }

  #refuseDuplicate(provider: ProviderSpec, fingerprint: string | null, baseUrl: string | null): void {
    const keyUrl = provider.baseUrl === baseUrl ? null : baseUrl;
    const same = this.#app.store.keys
      .list()
      .find(
        (key) => key.provider === provider.id && key.fingerprint === fingerprint && key.baseUrl === keyUrl,
      );
    if (!same) return;
    const what = fingerprint === null ? "This endpoint" : "This key";
    throw new CommandError(
      "duplicate_key",
      `${what} is there already, as ${same.id}.`,
      "See: freellm keys list",
    );
  }

  /** The endpoint as it will be after this command: a new one, or a known one with what the command adds. */
  async #endpoint(
    command: AddCommand,
    baseUrl: string | null,
    secret: string | null,
  ): Promise<CustomEndpoint> {
    const app = this.#app;
    if (baseUrl === null) {
      throw new CommandError(
        "base_url_missing",
        "A custom endpoint needs a base URL.",
        "Add --base-url URL",
        true,
      );
    }
    const known = app.store.endpoints.list().find((endpoint) => endpoint.baseUrl === baseUrl);
    const id = known?.id ?? providerIdOf(command.name ?? new URL(baseUrl).host);
    if (!known && (id === "" || id === "custom" || id === "auto" || app.registry.find(id))) {
      throw new CommandError(
        "name_taken",
        `The name "${command.name ?? id}" is taken.`,
        "Choose another with --name",
        true,
      );
    }
    const named = await this.#namedModels(command, known, baseUrl, secret, id);
    return {
      id,
      name: known?.name ?? command.name ?? id,
      baseUrl,
      models: mergeModels(known?.models ?? [], named),
    };
  }

  async #namedModels(
    command: AddCommand,
    known: CustomEndpoint | undefined,
    baseUrl: string,
    secret: string | null,
    id: string,
  ): Promise<CustomEndpoint["models"]> {
    const limited = command.limits !== undefined || command.context !== undefined;
    let found: { id: string; contextWindow: number | null }[];
    if (command.models !== undefined && command.models.length > 0) {
      found = [...new Set(command.models)].map((model) => ({ id: model, contextWindow: null }));
    } else if (known) {
      if (!limited) return [];
      found = [...known.models];
    } else {
      const provider = this.#app.providers.custom({ id, name: id, baseUrl, models: [] });
      found = await discoverModels(this.#app, provider, secret);
    }
    const limits = limitSpecs(
      command.limits ?? {},
      found.map((model) => model.id),
    );
    return found.map((model) => ({
      id: model.id,
      contextWindow: command.context ?? model.contextWindow,
      limits,
    }));
  }
}

/** Printable ASCII without blanks: anything else is a slip of the clipboard, or an attempt to forge a header. */
function checkSecret(secret: string | null): string | null {
  const trimmed = secret?.trim() ?? "";
  if (trimmed === "") return null;
  if (trimmed.length > LONGEST_SECRET || !/^[\x21-\x7e]+$/.test(trimmed)) {
    throw new CommandError(
      "key_malformed",
      "This is not a key: it holds blanks, line breaks or characters outside ASCII, or is far too long.",
      "Paste the key alone.",
      true,
    );
  }
  return trimmed;
}

function acceptedUrl(text: string): string {
  const checked = checkBaseUrl(text);
  if ("url" in checked) return checked.url;
  throw new CommandError("base_url_refused", checked.error, checked.hint, true);
}

function rejectCustomOptions(command: AddCommand): void {
  const given = (["name", "models", "context", "limits"] as const).filter(
    (option) => command[option] !== undefined,
  );
  if (given.length === 0) return;
  throw new CommandError(
    "option_for_custom",
    `${given.map((option) => `--${option === "models" ? "model" : option}`).join(", ")} belongs to custom endpoints.`,
    "freellm keys add custom --base-url URL ...",
    true,
  );
}

/** What the shape of a key says, as notes: nobody but the provider knows whether it is good. */
function shapeNotes(app: KeyHost, provider: ProviderSpec, secret: string): string[] {
  const recognised = app.providers.recognise(secret);
  if (recognised && recognised.id !== provider.id) {
    return [`This looks like a key of ${recognised.name}, not of ${provider.name}.`];
  }
  if (provider.keyPattern !== null && !new RegExp(provider.keyPattern).test(secret)) {
    return [`This does not look like a key of ${provider.name}. Test it with: freellm keys test`];
  }
  return [];
}
