/** From what the user pasted as a key to what a call carries: the address and the one header. Pure. */
import type { ProviderSpec } from "../provider.ts";

export interface Credential {
  /** API root of the call, the account id filled in. */
  baseUrl: string;
  /** The part that is secret; null for a call without a key. */
  secret: string | null;
  headers: Record<string, string>;
}

/** Separators between an account id and its token: the first is ours, the others are what people paste. */
const ACCOUNT_AND_TOKEN = /^([0-9a-f]{32})[:|/](.+)$/i;

/** null for a text without an account id in front. */
export function splitAccount(pasted: string): { account: string; token: string } | null {
  const [, account, token] = ACCOUNT_AND_TOKEN.exec(pasted) ?? [];
  return account === undefined || token === undefined ? null : { account: account.toLowerCase(), token };
}

/**
 * `ownBaseUrl` is the address that belongs to this key, where it has one. A pasted text that lacks the account id is
 * taken as the bare token: the call then fails at the provider, which says so.
 */
export function openCredential(
  provider: Pick<ProviderSpec, "baseUrl" | "auth" | "credential">,
  ownBaseUrl: string | null,
  pasted: string | null,
): Credential {
  const root = ownBaseUrl ?? provider.baseUrl;
  if (pasted === null) return { baseUrl: root, secret: null, headers: {} };
  const parts = provider.credential === "account_and_token" ? splitAccount(pasted) : null;
  const secret = parts?.token ?? pasted;
  const baseUrl = parts === null ? root : root.replace("{account}", parts.account);
  const headers: Record<string, string> =
    provider.auth === "bearer" ? { authorization: `Bearer ${secret}` } : { [provider.auth]: secret };
  return { baseUrl, secret, headers };
}
