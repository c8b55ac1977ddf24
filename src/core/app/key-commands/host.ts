/** What the commands on keys work on: the application, seen from here. */
import { CommandError, type KeyView, unknownKey } from "../../command.ts";
import type { Log } from "../../ports.ts";
import type { ProviderSpec } from "../../provider.ts";
import type { KeyId, ModelKey, RouterEvent } from "../../route/event.ts";
import type { RouterState } from "../../route/state.ts";
import type { StoredKey } from "../../store/keys.ts";
import type { Store } from "../../store/store.ts";
import type { Vault } from "../../vault/vault.ts";
import { proxyPlace } from "../keyring.ts";
import type { ProbePorts } from "../probe.ts";
import type { Registry } from "../registry.ts";

export interface KeyHost extends ProbePorts {
  readonly store: Store;
  readonly vault: Vault;
  readonly registry: Registry;
  readonly state: RouterState;
  readonly log: Log;
  record(event: RouterEvent): void;
  secretOf(id: KeyId): string | null;
  /** The key's own proxy, or `direct`; null where the setting for all holds. */
  proxyOf(id: KeyId): string | null;
  /** Takes a stored key into service, or what has changed of it. */
  putKey(key: StoredKey): void;
  dropKey(id: KeyId): void;
  keyView(id: KeyId): KeyView;
  keyViews(): KeyView[];
  modelOverrides(): ReadonlyMap<ModelKey, boolean>;
}

/** Throws CommandError. */
export function existingKey(app: KeyHost, id: string): StoredKey {
  const key = app.store.keys.find(id);
  if (key) return key;
  throw unknownKey(id);
}

/** The proxy of a key as it is kept; null for none of its own. */
export function sealedProxy(
  { vault }: KeyHost,
  provider: string,
  id: KeyId,
  proxy: string | null,
): Uint8Array | null {
  return proxy === null ? null : vault.seal(proxyPlace(provider, id), proxy);
}

/** The provider of a key. Throws CommandError. */
export function providerOfKey(app: KeyHost, key: StoredKey): ProviderSpec {
  const provider = app.registry.find(key.provider);
  if (provider) return provider;
  throw new CommandError("unknown_provider", `The provider ${key.provider} is not known.`);
}

/** A provider by the id that the user gave. Throws CommandError. */
export function knownProvider(app: KeyHost, id: string): ProviderSpec {
  const provider = app.registry.find(id);
  if (provider) return provider;
  const usable = app.providers.all().filter(({ status }) => status !== "retired");
  const known = usable.map((spec) => spec.id).sort();
  throw new CommandError(
    "unknown_provider",
    `There is no provider "${id}".`,
    `Known: ${known.join(", ")}; or custom with --base-url for any other endpoint.`,
    true,
  );
}

/** Whether a key without an address of its own may be the same as one that was found to belong to another host of its provider. */
function sameHost(provider: ProviderSpec, stored: string | null, given: string | null): boolean {
  const normal = (url: string | null): string | null => (url === provider.baseUrl ? null : url);
  if (normal(stored) === normal(given)) return true;
  return given === null && stored !== null && provider.otherBaseUrls.includes(stored);
}

/** The key that has this secret (null: none) at this address already. */
export function duplicateOf(
  app: KeyHost,
  provider: ProviderSpec,
  fingerprint: string | null,
  baseUrl: string | null,
): StoredKey | undefined {
  return app.store.keys
    .list()
    .find(
      (key) =>
        key.provider === provider.id &&
        key.fingerprint === fingerprint &&
        sameHost(provider, key.baseUrl, baseUrl),
    );
}
