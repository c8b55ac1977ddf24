/** Which keys a list of lines or an environment holds: by the names that users give them, else by their shape. */
import type { ProviderSpec, Providers } from "../../core/provider.ts";
import { splitAccount } from "../../core/serve/credential.ts";
import { foundEndpoints, isEndpointName } from "./found-endpoints.ts";
import { companions, type FoundKey, KEYLESS, proxyProblem } from "./found-key.ts";
import type { Line } from "./lines.ts";

const NUMBERED = /^(.*?)_?(\d{1,3})$/;
const COMPANION = /_(?:LABEL|ACCOUNT|BASE_URL|PROXY|DISABLED)$/;
/** Names that promise a secret: worth a word when nobody knows it. */
const SECRET_NAME = /(?:KEY|TOKEN|SECRET)S?(?:_?\d+)?$/i;

/** What stands where a key should be; null for a key. */
function standIn(value: string): string | null {
  if (/^\$\{?\w+\}?$/.test(value)) return "it refers to another variable; put the key itself there";
  const placeholder =
    /^(?:<.*>|\.{3,}|x{3,}|(?:your|my|the)[-_ ].*|(?:insert|paste|put)[-_ ].*|change[-_]?me|todo|none|null)$/i;
  return placeholder.test(value) ? "it is a placeholder, not a key" : null;
}

interface NamedProvider {
  provider: ProviderSpec;
  /** What stands behind the name, for further keys: `_2`. */
  suffix: string;
}

/** The provider whose keys users keep under this name, or under this name and a number. */
export function providerNamed(providers: Providers, name: string): NamedProvider | null {
  const upper = name.toUpperCase();
  const find = (plain: string): ProviderSpec | undefined =>
    providers.all().find(({ environment }) => environment.includes(plain));
  const exact = find(upper);
  if (exact) return { provider: exact, suffix: "" };
  const [, plain = "", number] = NUMBERED.exec(upper) ?? [];
  const numbered = number === undefined ? undefined : find(plain);
  return numbered ? { provider: numbered, suffix: upper.slice(plain.length) } : null;
}

/** Lines that are no keys (other settings, account ids, labels) are left out. */
export function findKeys(lines: readonly Line[], providers: Providers): FoundKey[] {
  const values = new Map(
    lines.flatMap(({ name, value }) => (name === null ? [] : [[name.toUpperCase(), value]])),
  );
  return [
    ...lines.flatMap((line) => readKey(line, values, providers)),
    ...foundEndpoints(lines, values),
  ].sort((one, other) => one.line - other.line);
}

function readKey(line: Line, values: ReadonlyMap<string, string>, providers: Providers): FoundKey[] {
  const { number, name, value, error } = line;
  const upper = name?.toUpperCase() ?? "";
  if (isEndpointName(upper)) return [];
  const named = name === null ? null : providerNamed(providers, name);
  const base = { line: number, name, secret: value, candidates: [], problem: error ?? standIn(value) };
  if (named) {
    if (value === "" && error === null) return [];
    const { provider, suffix } = named;
    const isKeyless = value === KEYLESS;
    const secret = withAccount(
      provider,
      value,
      (variable) => values.get(variable + suffix) ?? values.get(variable),
    );
    const more = companions(upper, values);
    return [
      {
        ...base,
        secret: isKeyless ? null : secret,
        provider: provider.id,
        problem: base.problem ?? unusable(provider, isKeyless) ?? proxyProblem(more.proxy),
        ...more,
      },
    ];
  }
  if (base.problem !== null) return SECRET_NAME.test(upper) ? [{ ...base, provider: null }] : [];
  const isCompanion =
    COMPANION.test(upper) && providerNamed(providers, upper.replace(COMPANION, "")) !== null;
  if (value === "" || isCompanion) return [];
  const recognised = providers.recognise(value);
  switch (recognised.kind) {
    case "certain":
      return [{ ...base, provider: recognised.provider.id }];
    case "refused":
      return [{ ...base, provider: recognised.provider.id, problem: recognised.why }];
    case "ambiguous":
      if (name !== null && !SECRET_NAME.test(name)) return [];
      return [{ ...base, provider: null, candidates: recognised.candidates.map(({ id }) => id) }];
    case "unknown":
      return name !== null && !SECRET_NAME.test(name) ? [] : [{ ...base, provider: null }];
  }
}

function unusable(provider: ProviderSpec, isKeyless: boolean): string | null {
  if (provider.status === "retired") return provider.statusNote ?? "it is gone";
  return isKeyless && !provider.anonymous ? `${provider.name} needs a key` : null;
}

/** The token with the account id in front, where the provider wants one and a variable holds it. */
export function withAccount(
  provider: ProviderSpec,
  secret: string,
  variable: (name: string) => string | undefined,
): string {
  if (provider.credential !== "account_and_token" || splitAccount(secret) !== null) return secret;
  const account = provider.accountEnvironment.map(variable).find((value) => value);
  return account === undefined ? secret : `${account.trim()}:${secret}`;
}
