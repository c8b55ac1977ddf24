/** Keys in clear as lines that an import reads back: nothing that the user said of them is lost. */
import type { EndpointView, ModelGroup } from "../../core/command.ts";
import type { Providers } from "../../core/provider.ts";
import { splitAccount } from "../../core/serve/credential.ts";
import { LIMITS } from "./addition.ts";
import { KEYLESS } from "./found-key.ts";
import { quoted } from "./lines.ts";
import type { ClearKey } from "./unseal.ts";

/** Lines of a `.env` file: the usual name of each provider, numbered from its second key on. */
export function exportLines(
  keys: readonly ClearKey[],
  endpoints: readonly EndpointView[],
  providers: Providers,
): string[] {
  const counts = new Map<string, number>();
  let customs = 0;
  return keys.flatMap((key) => {
    const { id, provider, secret, baseUrl } = key;
    const endpoint = endpoints.find((candidate) => candidate.id === provider);
    if (endpoint) {
      const name = `CUSTOM_${++customs}`;
      const models = endpoint.modelGroups.flatMap((group, index) => groupLines(name, group, index + 1));
      const secretLines = secret === null ? [] : [line(`${name}_KEY`, secret)];
      return [
        `# ${id}`,
        line(`${name}_NAME`, endpoint.name),
        line(`${name}_BASE_URL`, endpoint.baseUrl),
        ...secretLines,
        ...models,
        ...companionLines(name, key, keys),
      ];
    }
    const spec = providers.find(provider);
    const [plain] = spec?.environment ?? [];
    if (spec === undefined || plain === undefined) return [`# ${id}: its provider is not known any more`];
    const number = (counts.get(provider) ?? 0) + 1;
    counts.set(provider, number);
    const suffix = number === 1 ? "" : `_${number}`;
    const name = `${plain}${suffix}`;
    const parts = secret !== null && spec.credential === "account_and_token" ? splitAccount(secret) : null;
    const [accountName] = spec.accountEnvironment;
    const secretLines =
      parts === null || accountName === undefined
        ? [line(name, secret ?? KEYLESS)]
        : [line(`${accountName}${suffix}`, parts.account), line(name, parts.token)];
    const url = baseUrl === null ? [] : [line(`${name}_BASE_URL`, baseUrl)];
    return [`# ${id}`, ...secretLines, ...url, ...companionLines(name, key, keys)];
  });
}

/** What is kept beside a secret. */
function companionLines(name: string, key: ClearKey, keys: readonly ClearKey[]): string[] {
  const { label, proxy, disabled } = key;
  const account = accountText(key, keys);
  return [
    ...(label === null ? [] : [line(`${name}_LABEL`, label)]),
    ...(account === null ? [] : [line(`${name}_ACCOUNT`, account)]),
    ...(proxy === null ? [] : [line(`${name}_PROXY`, proxy)]),
    ...(disabled ? [line(`${name}_DISABLED`, "yes")] : []),
  ];
}

/**
 * null for an account that has this key alone and no name. Where an account is named by the id of a key, that id is another
 * key's at the next home: the name says that it comes from here.
 */
function accountText({ id, provider, account }: ClearKey, keys: readonly ClearKey[]): string | null {
  const isNamedById = keys.some((other) => other.provider === provider && other.id === account);
  const isLikeAnId = account.startsWith(`${provider}-`) && /^\d+$/.test(account.slice(provider.length + 1));
  if (!isNamedById && !isLikeAnId) return account;
  const isShared = keys.some(
    (other) => other.provider === provider && other.account === account && other.id !== id,
  );
  return account === id && !isShared ? null : `of-${account}`;
}

/** Models that share their limits: from the second group on, the names are numbered. */
function groupLines(name: string, { models, limits }: ModelGroup, number: number): string[] {
  const suffix = number === 1 ? "" : `_${number}`;
  const list = models.map(({ id, context }) => (context === null ? id : `${id} ${context}`)).join(", ");
  const caps = LIMITS.flatMap((limit) => {
    const cap = limits[limit];
    return cap === undefined ? [] : [line(`${name}_${limit.toUpperCase()}${suffix}`, String(cap))];
  });
  return [line(`${name}_MODELS${suffix}`, list), ...caps];
}

function line(name: string, value: string): string {
  return `${name}=${quoted(value)}`;
}
