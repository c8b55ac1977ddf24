/** A provider's own list of its models, asked for. */
import { CommandError } from "../command.ts";
import type { Outbound, Timers } from "../ports.ts";
import type { ModelListing, ProviderSpec, Providers } from "../provider.ts";
import { openCredential } from "../serve/credential.ts";

const TIMEOUT_MS = 20_000;
const MAX_REPLY_BYTES = 8 * 1024 * 1024;

export interface ListPorts {
  readonly outbound: Outbound;
  readonly providers: Providers;
  readonly timers: Timers;
}

/** Where the list of a provider lies below its base URL; null where it has none. */
export function listPathOf({ modelsPath }: Pick<ProviderSpec, "modelsPath">): string | null {
  return modelsPath === undefined ? "/models" : modelsPath;
}

/** Or why there is none, in words that go on after "could not be asked:". Never rejects. */
export async function askForModels(
  ports: ListPorts,
  provider: ProviderSpec,
  secret: string | null,
  baseUrl: string | null,
): Promise<ModelListing | { error: string }> {
  const path = listPathOf(provider);
  if (path === null) return { error: "it has no list of its models" };
  const credential = openCredential(provider, baseUrl, secret);
  const abort = new AbortController();
  const timer = ports.timers.after(TIMEOUT_MS, () => abort.abort());
  try {
    const response = await ports.outbound.send({
      url: `${credential.baseUrl}${path}`,
      method: "GET",
      headers: { accept: "application/json", ...provider.quirks.headers, ...credential.headers },
      signal: abort.signal,
    });
    const body = await response.text(MAX_REPLY_BYTES);
    if (response.status !== 200) return { error: `it answered with HTTP ${response.status}` };
    const listing = ports.providers.parseModelList(body);
    if (!listing || listing.models.length === 0) return { error: "its answer holds no list of models" };
    return listing;
  } catch (error) {
    if (abort.signal.aborted) return { error: `no answer within ${TIMEOUT_MS / 1000} s` };
    const { message } = ports.providers.classifyError(provider, error);
    // Whoever tells it names the provider.
    return { error: message.replace(`${provider.name}: `, "").replace(/\.$/, "") };
  } finally {
    timer.cancel();
  }
}

/** The models that an endpoint lists. Throws CommandError when it lists none. */
export async function discoverModels(
  ports: ListPorts,
  provider: ProviderSpec,
  secret: string | null,
): Promise<{ id: string; contextWindow: number | null }[]> {
  const listing = await askForModels(ports, provider, secret, null);
  if ("models" in listing) return listing.models;
  throw new CommandError(
    "no_model_list",
    `${provider.baseUrl} could not be asked for its models: ${listing.error}.`,
    "Look at the address, or name its models with --model ID",
  );
}
