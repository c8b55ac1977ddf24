/** Which keys to get first: free ones, out of what the providers' data say. */
import type { LimitSpec, ModelSpec, ProviderSpec, Providers } from "../core/provider.ts";
import type { Output } from "./output.ts";

/** Known to be there to stay, quick to get, and good together: speed, size, long contexts, many models. */
const FIRST = ["groq", "google", "mistral", "openrouter", "cloudflare", "nvidia"] as const;

export interface Suggestion {
  provider: ProviderSpec;
  /** What it gives for free, in words. */
  gives: string;
}

/** In the order in which to get them; those that are `there` already are left out. */
export function firstKeys(providers: Providers, there: readonly string[] = []): Suggestion[] {
  return FIRST.flatMap((id) => {
    const provider = providers.find(id);
    if (provider === undefined || there.includes(id)) return [];
    return [{ provider, gives: freeTier(provider) }];
  });
}

/** How many models, the best of them, and its limits. */
function freeTier({ models }: ProviderSpec): string {
  const free = models.filter(({ status }) => status === "active" || status === "promo");
  const [best] = [...free].sort((one, other) => (other.intelligence ?? 0) - (one.intelligence ?? 0));
  if (best === undefined) return "models that its own list names";
  const count = free.length === 1 ? best.name : `${free.length} models, among them ${best.name}`;
  const limits = shortLimits(best);
  return limits === "" ? count : `${count} (${limits})`;
}

/** The limits that a person feels: of a day or longer, and requests a minute. */
function shortLimits({ limits }: ModelSpec): string {
  const long = limits.filter(({ window }) => LONG.includes(window));
  const shown = long.length > 0 ? long : limits.filter(({ metric }) => metric === "requests").slice(0, 1);
  return shown.map(oneLimit).join(", ");
}

const LONG: readonly LimitSpec["window"][] = ["day", "week", "month"];

function oneLimit({ metric, window, cap, pool }: LimitSpec): string {
  const counted = metric === "units" ? (pool ?? metric) : metric.replace("input_tokens", "prompt tokens");
  return `${shortNumber(cap)} ${counted} a ${window}`;
}

function shortNumber(count: number): string {
  if (count >= 1_000_000_000) return `${count / 1_000_000_000} billion`;
  if (count >= 1_000_000) return `${count / 1_000_000} million`;
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ",");
}

/** A line for each and one for its address. */
export function printFirstKeys(output: Output, suggestions: readonly Suggestion[]): void {
  const { bold, cyan } = output.paint;
  for (const { provider, gives } of suggestions) {
    output.prose(`  ${bold(provider.id.padEnd(12))}${gives}`);
    output.line(`  ${"".padEnd(12)}${cyan(provider.signUpUrl ?? provider.docsUrl ?? provider.baseUrl)}`);
  }
}
