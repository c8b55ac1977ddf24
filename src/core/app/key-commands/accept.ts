/** What is taken as a key and as its address, and what its shape says. */
import { CommandError } from "../../command.ts";
import { checkBaseUrl } from "../../net/address.ts";
import { checkProxyUrl } from "../../net/proxy-url.ts";
import type { ProviderSpec } from "../../provider.ts";
import { splitAccount } from "../../serve/credential.ts";
import type { KeyHost } from "./host.ts";

const LONGEST_SECRET = 4096;

/** Printable ASCII without blanks: anything else is a slip of the clipboard, or an attempt to forge a header. */
export function acceptedSecret(secret: string | null): string | null {
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

export function acceptedUrl(text: string): string {
  const checked = checkBaseUrl(text);
  if ("url" in checked) return checked.url;
  throw new CommandError("base_url_refused", checked.error, checked.hint, true);
}

/** Of a proxy: a URL or `direct`. */
export function acceptedProxy(text: string): string {
  const checked = checkProxyUrl(text);
  if ("url" in checked) return checked.url;
  throw new CommandError("proxy_refused", checked.error, checked.hint, true);
}

/** The secret in the form in which it is kept. Throws CommandError where the provider cannot use it. */
export function credentialFor(app: KeyHost, provider: ProviderSpec, secret: string | null): string | null {
  refuseRetired(provider);
  if (secret === null) {
    if (provider.anonymous) return null;
    throw new CommandError("key_missing", `${provider.name} needs a key.`, signUpHint(provider));
  }
  if (!app.registry.isCustom(provider.id)) refuseShape(app, provider, secret);
  if (provider.credential === "plain") return secret;
  const parts = splitAccount(secret);
  if (parts) return `${parts.account}:${parts.token}`;
  throw new CommandError(
    "account_id_missing",
    `A key of ${provider.name} is an account id and a token; the account id is missing.`,
    `Give it with --account-id, or paste <account id>:<token>. The id has 32 hexadecimal digits.`,
    true,
  );
}

/** Throws CommandError for a provider that is gone. */
export function refuseRetired({ name, status, statusNote }: ProviderSpec): void {
  if (status !== "retired") return;
  throw new CommandError(
    "provider_retired",
    statusNote ?? `${name} is gone.`,
    "Nothing was added, and such a key is of no use here any more. Other providers: freellm keys add",
  );
}

/** Kinds of keys that no call takes. */
function refuseShape(app: KeyHost, provider: ProviderSpec, secret: string): void {
  const recognised = app.providers.recognise(secret);
  if (recognised.kind !== "refused" || recognised.provider.id !== provider.id) return;
  throw new CommandError("key_refused", recognised.why, "Nothing was added.");
}

/** What the shape of a key says, as notes: nobody but the provider knows whether it is good. */
export function shapeNotes(app: KeyHost, provider: ProviderSpec, secret: string): string[] {
  const recognised = app.providers.recognise(secret);
  if (recognised.kind === "certain" && recognised.provider.id !== provider.id) {
    return [`This looks like a key of ${recognised.provider.name}, not of ${provider.name}.`];
  }
  const shapes = [secret, splitAccount(secret)?.token ?? secret];
  const { keyPattern } = provider;
  if (keyPattern !== null && !shapes.some((shape) => new RegExp(keyPattern).test(shape))) {
    return [`This does not look like a key of ${provider.name}. Test it with: freellm keys test`];
  }
  return [];
}

/** What the user should know of a provider, once: with its first key. */
export function introduction(provider: ProviderSpec): string[] {
  const notes: string[] = [];
  if (provider.status === "paid") {
    const why = provider.statusNote ?? `${provider.name} has no free models.`;
    notes.push(`${why} Its models stay off until you enable one: freellm models enable ${provider.id}/MODEL`);
  } else if (provider.status === "limited" && provider.statusNote !== null) {
    notes.push(provider.statusNote);
  }
  const terms = provider.terms === null ? [] : [`Terms of ${provider.name}: ${provider.terms}`];
  const use = DATA_USE[provider.dataUse];
  const data = use === null ? [] : [use];
  if (terms.length + data.length > 0) notes.push([...terms, ...data].join(" "));
  return notes;
}

const DATA_USE = {
  no_training: "It says that it does not train on what you send.",
  may_train: "It may train on what you send.",
  unknown: null,
} as const;

/** The same of an endpoint of the user's own. */
export function placeOf({ dataUse }: ProviderSpec): string[] {
  return dataUse === "no_training" ? ["It is on this machine: what you send stays here."] : [];
}

export function signUpHint(provider: ProviderSpec): string | null {
  return provider.signUpUrl === null ? null : `Get one at ${provider.signUpUrl}`;
}
