/** Adding, changing, ordering and testing keys. */
import {
  type Command,
  CommandError,
  type CommandReply,
  type KeyCheck,
  type KeyCommand,
  type ProbeView,
} from "../../command.ts";
import type { ProviderSpec } from "../../provider.ts";
import { secretPlace } from "../keyring.ts";
import { type ProbePorts, probeHint, probeKey } from "../probe.ts";
import { providerEvent } from "../registry.ts";
import { throughProxy } from "../through-proxy.ts";
import { tellUsage } from "../usage.ts";
import {
  acceptedProxy,
  acceptedSecret,
  acceptedUrl,
  credentialFor,
  introduction,
  placeOf,
  shapeNotes,
} from "./accept.ts";
import { changeKey, clearKey, replaceSecret } from "./change.ts";
import { type AddCommand, endpointAfter, rejectCustomOptions } from "./endpoint.ts";
import { duplicateOf, existingKey, type KeyHost, knownProvider, providerOfKey, sealedProxy } from "./host.ts";
import { sealedKeys } from "./sealed.ts";
import { type Trial, tryKey } from "./trial.ts";

export type { KeyHost } from "./host.ts";

export function isKeyCommand(command: Command): command is KeyCommand {
  return /^keys?-/.test(command.type);
}

export class KeyCommands {
  readonly #app: KeyHost;

  constructor(app: KeyHost) {
    this.#app = app;
  }

  async execute(command: KeyCommand): Promise<CommandReply> {
    switch (command.type) {
      case "key-add":
        return this.add(command);
      case "key-remove":
        return this.remove(command.id);
      case "key-edit":
        return this.edit(command);
      case "key-rotate":
        return this.rotate(command);
      case "keys-reorder":
        return this.reorder(command.ids);
      case "key-enable":
        return this.setState(command.id, "unknown");
      case "key-disable":
        return this.setState(command.id, "disabled");
      case "key-clear":
        return { type: "key", notes: clearKey(this.#app, command.id), key: this.#app.keyView(command.id) };
      case "key-test":
        return this.test(command.id);
      case "keys-check":
        return this.check(command.keys);
      case "keys-sealed":
        return sealedKeys(this.#app, command.ids);
    }
  }

  async add(command: AddCommand): Promise<CommandReply> {
    const app = this.#app;
    const given = acceptedSecret(command.secret);
    const givenUrl = command.baseUrl === undefined ? null : acceptedUrl(command.baseUrl);
    const proxy = command.proxy === undefined ? null : acceptedProxy(command.proxy);
    const ports = throughProxy(app, proxy);
    const endpoint =
      command.provider === "custom" ? await endpointAfter(app, ports, command, givenUrl, given) : null;
    if (!endpoint) rejectCustomOptions(command);
    const provider = endpoint ? app.registry.preview(endpoint) : knownProvider(app, command.provider);
    const secret = endpoint ? given : credentialFor(app, provider, given);
    const ownUrl = endpoint ? null : givenUrl;
    const notes = secret === null || endpoint ? [] : shapeNotes(app, provider, secret);
    const fingerprint = secret === null ? null : app.vault.fingerprint(secret);
    this.#refuseDuplicate(provider, fingerprint, ownUrl);
    const trial = await trialOf(ports, provider, secret, ownUrl, command.test);
    if (trial?.result === "inconclusive") notes.push(`It could not be tested: ${trial.detail}`);
    // Somebody else may have added it meanwhile.
    this.#refuseDuplicate(provider, fingerprint, ownUrl);
    const at = app.clock.now();
    const stored = app.store.change(() => {
      if (endpoint) app.store.endpoints.set(endpoint);
      const { id } = app.store.keys.insert(
        {
          provider: provider.id,
          label: command.label ?? null,
          account: command.account ?? null,
          baseUrl: trial ? trial.baseUrl : ownUrl,
          last4: secret === null ? null : secret.slice(-4),
          fingerprint,
          createdAt: at,
        },
        (newId) => (secret === null ? null : app.vault.seal(secretPlace(provider.id, newId), secret)),
      );
      const state =
        command.disabled === true ? "disabled" : trial?.result === "valid" ? "healthy" : "unknown";
      return app.store.keys.update(id, {
        state: { state, detail: null, at },
        proxy: sealedProxy(app, provider.id, id, proxy),
      });
    });
    if (endpoint) app.record(providerEvent(app.registry.setCustom(endpoint), app.modelOverrides()));
    app.putKey(stored);
    tellUsage(app, provider, stored.id, trial?.usage ?? [], at);
    const siblings = app.store.keys.list().filter((other) => other.provider === stored.provider);
    if (siblings.length === 1) notes.push(...(endpoint ? placeOf(provider) : introduction(provider)));
    return { type: "key", key: app.keyView(stored.id), notes };
  }

  async remove(id: string): Promise<CommandReply> {
    const app = this.#app;
    const key = existingKey(app, id);
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

  async edit(command: Extract<KeyCommand, { type: "key-edit" }>): Promise<CommandReply> {
    const notes = changeKey(this.#app, command);
    return { type: "key", key: this.#app.keyView(command.id), notes };
  }

  async rotate(command: Extract<KeyCommand, { type: "key-rotate" }>): Promise<CommandReply> {
    const notes = await replaceSecret(this.#app, command);
    return { type: "key", key: this.#app.keyView(command.id), notes };
  }

  async reorder(ids: readonly string[]): Promise<CommandReply> {
    const app = this.#app;
    const seen = new Set<string>();
    for (const id of ids) {
      existingKey(app, id);
      if (seen.has(id)) throw new CommandError("duplicate_id", `${id} is named twice.`, null, true);
      seen.add(id);
    }
    app.record({ type: "keys-ordered", keyIds: app.store.keys.reorder(ids) });
    return { type: "keys", keys: app.keyViews() };
  }

  async setState(id: string, state: "disabled" | "unknown"): Promise<CommandReply> {
    existingKey(this.#app, id);
    const at = this.#app.clock.now();
    this.#app.store.keys.update(id, { state: { state, detail: null, at } });
    this.#app.record({ type: "key-state-changed", keyId: id, state, detail: null, at });
    return { type: "key", key: this.#app.keyView(id), notes: [] };
  }

  /** Tests one key, or all of them one after the other: no provider is asked twice at once. */
  async test(id: string | null): Promise<CommandReply> {
    const app = this.#app;
    const ids = id === null ? app.store.keys.list().map((key) => key.id) : [existingKey(app, id).id];
    const probes: ProbeView[] = [];
    for (const keyId of ids) probes.push(await this.probe(keyId, "user"));
    return { type: "probes", probes };
  }

  /**
   * One probe, with what it means for the key. What proves nothing changes nothing: an endpoint of the user's own may show its
   * list of models to anybody, so after a refused call that list alone does not end the key's rest.
   */
  async probe(id: string, asker: "user" | "traffic"): Promise<ProbeView> {
    const app = this.#app;
    const key = existingKey(app, id);
    const provider = providerOfKey(app, key);
    const probed = await probeKey(
      throughProxy(app, app.proxyOf(id)),
      provider,
      app.secretOf(id),
      key.baseUrl,
    );
    const { result, detail, durationMs, usage = [] } = probed;
    const at = app.clock.now();
    // The key may have been removed, disabled or replaced meanwhile.
    const now = app.store.keys.find(id);
    const same = now !== undefined && now.fingerprint === key.fingerprint;
    if (same && result !== "inconclusive" && app.state.catalogue.keys.get(id)?.state !== "disabled") {
      const state = result === "valid" ? "healthy" : "invalid";
      app.record({
        type: "key-state-changed",
        keyId: id,
        state,
        detail: state === "invalid" ? detail : null,
        at,
      });
      const isProof = asker === "user" || !app.registry.isCustom(provider.id);
      const rest = app.state.catalogue.rest(`key:${id}`);
      if (state === "healthy" && isProof && rest.kind === "invalid_key") {
        app.record({ type: "rest-cleared", scope: `key:${id}` });
      }
    }
    if (same) tellUsage(app, provider, id, usage, at - durationMs);
    return {
      id,
      provider: key.provider,
      result,
      detail,
      hint: probeHint(id, provider, probed, key.secret === null),
      durationMs,
    };
  }

  /** Whether keys could be added. Asks nobody. */
  async check(keys: Extract<KeyCommand, { type: "keys-check" }>["keys"]): Promise<CommandReply> {
    return { type: "checked", checks: keys.map((key) => this.#check(key)) };
  }

  #check({
    provider: id,
    secret: text,
    baseUrl,
  }: {
    provider: string;
    secret: string | null;
    baseUrl?: string;
  }): KeyCheck {
    const app = this.#app;
    try {
      const secret = acceptedSecret(text);
      const url = baseUrl === undefined ? null : acceptedUrl(baseUrl);
      const custom = id === "custom";
      const known = custom
        ? app.store.endpoints.list().find((endpoint) => endpoint.baseUrl === url)
        : undefined;
      if (custom && !known) return { duplicate: null, problem: null };
      const provider = knownProvider(app, known?.id ?? id);
      const credential = custom ? secret : credentialFor(app, provider, secret);
      const fingerprint = credential === null ? null : app.vault.fingerprint(credential);
      const same = duplicateOf(app, provider, fingerprint, custom ? null : url);
      return { duplicate: same?.id ?? null, problem: null };
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      return { duplicate: null, problem: error.message };
    }
  }

  #refuseDuplicate(provider: ProviderSpec, fingerprint: string | null, baseUrl: string | null): void {
    const same = duplicateOf(this.#app, provider, fingerprint, baseUrl);
    if (!same) return;
    const what = fingerprint === null ? "This endpoint" : "This key";
    throw new CommandError(
      "duplicate_key",
      `${what} is there already, as ${same.id}.`,
      "See: freellm keys list",
    );
  }
}

/** undefined tests only what has to be found out: which of several hosts a key belongs to. */
async function trialOf(
  ports: ProbePorts,
  provider: ProviderSpec,
  secret: string | null,
  baseUrl: string | null,
  test: boolean | undefined,
): Promise<Trial | null> {
  const wanted = test ?? (baseUrl === null && provider.otherBaseUrls.length > 0);
  return secret === null || !wanted ? null : await tryKey(ports, provider, secret, baseUrl);
}
