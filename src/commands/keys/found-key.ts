/** A key as it was found in a list of lines or an environment, with what stands beside it. */
import type { ModelGroup } from "../../core/command.ts";
import { checkProxyUrl } from "../../core/net/proxy-url.ts";

export interface FoundKey {
  line: number;
  /** The variable that holds it; null for a bare key. */
  name: string | null;
  /** null for an endpoint or a provider that needs no key. */
  secret: string | null;
  /** A provider's id or `custom`; null when it is not known. */
  provider: string | null;
  /** Ids of the providers that it may belong to, where that is not clear. */
  candidates: readonly string[];
  /** Why it cannot be added, in words. */
  problem: string | null;
  label?: string;
  account?: string;
  baseUrl?: string;
  proxy?: string;
  disabled?: boolean;
  /** The name of an endpoint of the user's own. */
  endpoint?: string;
  modelGroups?: ModelGroup[];
}

/** Stands in the place of a key where a provider is used without one. */
export const KEYLESS = "keyless";

export function proxyProblem(proxy: string | undefined): string | null {
  const checked = proxy === undefined ? null : checkProxyUrl(proxy);
  return checked && "error" in checked ? checked.error : null;
}

/** What is kept beside a secret, by the names that stand for it behind the secret's own. */
export function companions(
  name: string,
  values: ReadonlyMap<string, string>,
): Pick<FoundKey, "label" | "account" | "baseUrl" | "proxy" | "disabled"> {
  const label = values.get(`${name}_LABEL`);
  const account = values.get(`${name}_ACCOUNT`);
  const baseUrl = values.get(`${name}_BASE_URL`);
  const proxy = values.get(`${name}_PROXY`);
  return {
    ...(label ? { label } : {}),
    ...(account ? { account } : {}),
    ...(baseUrl ? { baseUrl } : {}),
    ...(proxy ? { proxy } : {}),
    ...(/^(?:1|yes|true)$/i.test(values.get(`${name}_DISABLED`) ?? "") ? { disabled: true } : {}),
  };
}
