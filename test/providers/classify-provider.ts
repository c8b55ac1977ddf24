/** Providers by id, for rules that are keyed by it: as they are offered, or a plain endpoint of that id. */
import type { Failure } from "../../src/core/chat/failure.ts";
import type { ProviderSpec } from "../../src/core/provider.ts";
import { providers } from "../../src/providers/index.ts";
import { custom, NOW } from "./support.ts";

export function providerOf(id: string): ProviderSpec {
  return id === "custom" ? custom : (providers.find(id) ?? { ...custom, id });
}

/** What the reply means; objects are sent as JSON. */
export function classified(
  provider: string,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
  now = NOW,
): Failure {
  return providers.classify(providerOf(provider), {
    status,
    headers: new Headers(headers),
    body: typeof body === "string" ? body : JSON.stringify(body),
    now,
  });
}
