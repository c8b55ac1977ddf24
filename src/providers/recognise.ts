/** Whose key a pasted text is. The shape alone decides: asking a provider would disclose the key to it. */
import type { ProviderSpec, Recognition } from "../core/provider.ts";

/** A prefix up to this long is used by unrelated services, too. */
const SHORT_PREFIX = 3;

/** Two parts, such as an account id and its token. */
const COMPOSITE = /^[^:|/]+[:|/].+$/;

const REFUSED: readonly { provider: string; shape: RegExp; why: string }[] = [
  {
    provider: "cloudflare",
    shape: /^(?:[0-9a-f]{32}[:|/])?cfk_/,
    why: "This is a Global API Key of Cloudflare, which may do everything with the account. Make an API token with the permission Workers AI instead.",
  },
];

/** Names the provider by a prefix (the longest that fits), then by a composite shape, then lists whose shape it has. */
export function recogniseKey(providers: readonly ProviderSpec[], pasted: string): Recognition {
  const key = pasted.trim();
  const refusal = REFUSED.find(({ shape }) => shape.test(key));
  const refusing = providers.find(({ id }) => id === refusal?.provider);
  if (refusal && refusing) return { kind: "refused", provider: refusing, why: refusal.why };
  const named = byPrefix(providers, key);
  if (named) return { kind: "certain", provider: named };
  const candidates = providers.filter((provider) => provider.keyPattern !== null && hasShape(provider, key));
  const [only] = candidates;
  if (only === undefined) return { kind: "unknown" };
  if (candidates.length === 1 && COMPOSITE.test(key)) return { kind: "certain", provider: only };
  return { kind: "ambiguous", candidates };
}

function byPrefix(providers: readonly ProviderSpec[], key: string): ProviderSpec | undefined {
  let found: ProviderSpec | undefined;
  let length = 0;
  for (const provider of providers) {
    for (const prefix of provider.keyPrefixes) {
      if (prefix.length <= length || key.length <= prefix.length || !key.startsWith(prefix)) continue;
      if (prefix.length <= SHORT_PREFIX && !hasShape(provider, key)) continue;
      found = provider;
      length = prefix.length;
    }
  }
  return found;
}

function hasShape({ keyPattern }: ProviderSpec, key: string): boolean {
  return keyPattern === null || new RegExp(keyPattern).test(key);
}
