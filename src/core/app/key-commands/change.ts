/** Changes of keys that keep their id, their place in the order and their history. */
import { type Command, CommandError } from "../../command.ts";
import type { ProviderSpec } from "../../provider.ts";
import type { RestScope } from "../../route/event.ts";
import { splitAccount } from "../../serve/credential.ts";
import type { StoredKey } from "../../store/keys.ts";
import { secretPlace } from "../keyring.ts";
import { providerEvent } from "../registry.ts";
import { throughProxy } from "../through-proxy.ts";
import { acceptedProxy, acceptedSecret, acceptedUrl, credentialFor, shapeNotes } from "./accept.ts";
import { duplicateOf, existingKey, type KeyHost, providerOfKey, sealedProxy } from "./host.ts";
import { tryKey } from "./trial.ts";

/** Label, account, address and proxy. Gives notes. Throws CommandError. */
export function changeKey(app: KeyHost, command: Extract<Command, { type: "key-edit" }>): string[] {
  const key = existingKey(app, command.id);
  const { label, account } = command;
  const baseUrl =
    command.baseUrl === undefined || command.baseUrl === null
      ? command.baseUrl
      : acceptedUrl(command.baseUrl);
  const proxy =
    command.proxy === undefined || command.proxy === null ? command.proxy : acceptedProxy(command.proxy);
  if ([label, account, baseUrl, proxy].every((change) => change === undefined)) {
    throw new CommandError(
      "nothing_to_change",
      "Nothing to change was named.",
      "Use --label, --account, --base-url or --proxy.",
      true,
    );
  }
  const notes: string[] = [];
  const ofEndpoint = baseUrl !== undefined && app.registry.isCustom(key.provider);
  if (ofEndpoint) notes.push(...moveEndpoint(app, key, baseUrl));
  const at = app.clock.now();
  const moved = baseUrl !== undefined && (ofEndpoint || baseUrl !== key.baseUrl);
  const stored = app.store.keys.update(key.id, {
    ...(label === undefined ? {} : { label }),
    ...(account === undefined ? {} : { account: account ?? key.id }),
    ...(baseUrl === undefined || ofEndpoint ? {} : { baseUrl }),
    ...(proxy === undefined ? {} : { proxy: sealedProxy(app, key.provider, key.id, proxy) }),
    ...(moved && key.state !== "disabled" ? { state: { state: "unknown", detail: null, at } } : {}),
  });
  app.putKey(stored);
  if (moved || proxy !== undefined) clearRests(app, key.id);
  return notes;
}

/** The address of an endpoint is that of all its keys. */
function moveEndpoint(app: KeyHost, key: StoredKey, baseUrl: string | null): string[] {
  const endpoint = app.store.endpoints.find(key.provider);
  if (!endpoint) return [];
  if (baseUrl === null) {
    throw new CommandError(
      "base_url_missing",
      "A custom endpoint needs a base URL.",
      "Give one with --base-url.",
      true,
    );
  }
  const other = app.store.endpoints.list().find((one) => one.id !== endpoint.id && one.baseUrl === baseUrl);
  if (other) {
    throw new CommandError(
      "duplicate_endpoint",
      `This address is that of ${other.name} already.`,
      `Add the key there: freellm keys add custom --base-url ${baseUrl}`,
    );
  }
  const moved = { ...endpoint, baseUrl };
  app.store.endpoints.set(moved);
  app.record(providerEvent(app.registry.setCustom(moved), app.modelOverrides()));
  const keys = app.store.keys.list().filter(({ provider }) => provider === key.provider);
  return keys.length > 1 ? [`All ${keys.length} keys of ${endpoint.name} are used at the new address.`] : [];
}

/** The new secret takes over only when the provider has accepted it, unless the command says otherwise. Throws CommandError. */
export async function replaceSecret(
  app: KeyHost,
  command: Extract<Command, { type: "key-rotate" }>,
): Promise<string[]> {
  const { id } = command;
  const key = existingKey(app, id);
  const provider = providerOfKey(app, key);
  const secret = credentialFor(
    app,
    provider,
    withOldAccount(app, provider, id, acceptedSecret(command.secret)),
  );
  if (secret === null) throw new CommandError("key_missing", "The new key is missing.", null, true);
  const fingerprint = app.vault.fingerprint(secret);
  const hosts = [provider.baseUrl, ...provider.otherBaseUrls];
  const ownUrl = key.baseUrl === null || hosts.includes(key.baseUrl) ? null : key.baseUrl;
  refuseKnown(app, key, fingerprint, ownUrl);
  const notes = app.registry.isCustom(provider.id) ? [] : shapeNotes(app, provider, secret);
  const trial =
    command.test === false
      ? null
      : await tryKey(throughProxy(app, app.proxyOf(id)), provider, secret, ownUrl);
  if (trial?.result === "inconclusive") {
    throw new CommandError(
      "not_tested",
      `The new key could not be tested: ${trial.detail}. The old one stays.`,
      "Try again later, or replace it untested: --no-test",
    );
  }
  const current = existingKey(app, id);
  refuseKnown(app, current, fingerprint, ownUrl);
  const at = app.clock.now();
  const state = current.state === "disabled" ? "disabled" : trial ? "healthy" : "unknown";
  const stored = app.store.keys.update(id, {
    baseUrl: trial ? trial.baseUrl : current.baseUrl,
    secret: {
      sealed: app.vault.seal(secretPlace(provider.id, id), secret),
      last4: secret.slice(-4),
      fingerprint,
    },
    state: { state, detail: null, at },
  });
  app.putKey(stored);
  clearRests(app, id);
  return notes;
}

/** A new token alone belongs to the account of the old one. */
function withOldAccount(
  app: KeyHost,
  provider: ProviderSpec,
  id: string,
  secret: string | null,
): string | null {
  if (secret === null || provider.credential !== "account_and_token" || splitAccount(secret)) return secret;
  const old = splitAccount(app.secretOf(id) ?? "");
  return old ? `${old.account}:${secret}` : secret;
}

function refuseKnown(app: KeyHost, key: StoredKey, fingerprint: string, baseUrl: string | null): void {
  const same = duplicateOf(app, providerOfKey(app, key), fingerprint, baseUrl);
  if (!same) return;
  const message =
    same.id === key.id
      ? "This is the key that is there already."
      : `This key is there already, as ${same.id}.`;
  throw new CommandError("duplicate_key", message, "Nothing was replaced.");
}

/** Ends what the key and its account rest for. Gives notes about what stands in the way all the same. Throws CommandError. */
export function clearKey(app: KeyHost, id: string): string[] {
  const { provider, account } = existingKey(app, id);
  const cleared = clearRests(app, id, [`account:${provider}/${account}`]);
  const { state, detail } = app.keyView(id);
  const none = cleared === 0 ? ["It did not rest."] : [];
  if (state !== "rate_limited" && state !== "error") return none;
  const rest = cleared === 0 ? "It" : "Its rest is over, but it";
  return [...none, `${rest} cannot be called yet: ${detail ?? state}. That passes by itself.`];
}

/** What was refused under the old secret, address or proxy says nothing about the new one. Gives how many rests there were. */
function clearRests(app: KeyHost, id: string, more: readonly RestScope[] = []): number {
  const now = app.clock.now();
  const own = [...app.state.catalogue.rests.values()].filter(
    ({ scope, until }) =>
      until > now && (scope === `key:${id}` || scope.startsWith(`target:${id} `) || more.includes(scope)),
  );
  for (const { scope } of own) app.record({ type: "rest-cleared", scope });
  return own.length;
}
