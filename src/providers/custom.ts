/** An endpoint of the user's own. Each is a provider by itself: what happens to one says nothing about another. */
import type { CustomEndpoint, ProviderSpec } from "../core/provider.ts";
import { listProbe, openaiProvider } from "./openai-provider.ts";

/** A provider made of what the user said. Nothing is known of its models, so nothing is withheld from them. */
export function customProvider(endpoint: CustomEndpoint): ProviderSpec {
  const source = "the user";
  // Facts of an endpoint hold from when it was added, which its store knows.
  const asOf = "";
  return openaiProvider({
    id: endpoint.id,
    name: endpoint.name,
    status: "active",
    statusNote: null,
    signUpUrl: null,
    docsUrl: null,
    baseUrl: endpoint.baseUrl.replace(/\/+$/, ""),
    environment: [],
    anonymous: true,
    probe: listProbe(),
    dataUse: isOnThisMachine(endpoint.baseUrl) ? "no_training" : "unknown",
    terms: null,
    models: endpoint.models.map(({ id, contextWindow, limits }) => ({
      id,
      family: id,
      name: id,
      status: "active",
      contextWindow,
      maxOutputTokens: null,
      capabilities: { tools: true, vision: true, jsonSchema: true, reasoning: true },
      intelligence: null,
      speed: null,
      limits,
      source,
      asOf,
    })),
    source,
    asOf,
  });
}

/** What never leaves the machine trains nobody else's model. */
function isOnThisMachine(baseUrl: string): boolean {
  const { hostname } = new URL(baseUrl);
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
