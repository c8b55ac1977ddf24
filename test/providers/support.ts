/** What the provider tests share: targets, requests, and a replay of bytes in pieces. */
import type { Answer } from "../../src/core/chat/answer.ts";
import type { ChatEvent } from "../../src/core/chat/event.ts";
import type { ChatRequest } from "../../src/core/chat/request.ts";
import type { CallTarget, ProviderSpec } from "../../src/core/provider.ts";
import { ExpiringMemory } from "../../src/core/serve/memory.ts";
import { providers } from "../../src/providers/index.ts";
import { foldAnswer } from "../support/answer.ts";

/** 2025-11-23T10:00:00Z. */
export const NOW = 1_763_892_000_000;

export const custom = providers.custom({
  id: "shed",
  name: "Shed",
  baseUrl: "http://127.0.0.1:9/v1/",
  models: [{ id: "m-1", contextWindow: 8192, limits: [] }],
});

/** The built-in ones and one endpoint of a user. */
export const everyProvider: readonly ProviderSpec[] = [...providers.all(), custom];

/** Those that speak the OpenAI wire. */
export const openaiProviders = everyProvider.filter((provider) => provider.dialect === "openai");

export function providerNamed(name: string): ProviderSpec {
  const provider = name === "custom" ? custom : providers.find(name);
  if (!provider) throw new Error(`no provider ${name}`);
  return provider;
}

export function targetOf(provider: ProviderSpec, changes: Partial<CallTarget> = {}): CallTarget {
  return {
    provider,
    modelId: provider.models[0]?.id ?? "m-1",
    maxOutputTokens: null,
    capabilities: { tools: true, vision: true, jsonSchema: true, reasoning: true },
    baseUrl: provider.baseUrl,
    refusedParameters: new Set(),
    memory: new ExpiringMemory({ monotonic: () => 0 }),
    ...changes,
  };
}

export function chatRequest(changes: Partial<ChatRequest> = {}): ChatRequest {
  return {
    model: "auto",
    messages: [{ role: "user", content: "Hello" }],
    tools: [],
    sampling: {},
    stream: true,
    includeUsage: false,
    bytes: 100,
    ...changes,
  };
}

/** The body that goes out, parsed. */
export function encodedBody(
  provider: ProviderSpec,
  request: Partial<ChatRequest>,
  target: Partial<CallTarget> = {},
): Record<string, unknown> {
  const encoded = providers.dialect(provider).encode(chatRequest(request), targetOf(provider, target));
  const body: unknown = JSON.parse(encoded.body);
  if (typeof body !== "object" || body === null) throw new Error("the body is no object");
  return { ...body };
}

/** The events of a stream that arrives in these pieces. */
export function replay(
  provider: ProviderSpec,
  pieces: readonly Uint8Array[],
  request: Partial<ChatRequest> = {},
): ChatEvent[] {
  const dialect = providers.dialect(provider);
  const decoder = dialect.decodeStream(chatRequest(request), targetOf(provider), () => NOW);
  return [...pieces.flatMap((piece) => decoder.push(piece)), ...decoder.end()];
}

export function replayText(provider: ProviderSpec, text: string, request: Partial<ChatRequest> = {}): Answer {
  return foldAnswer(replay(provider, [new TextEncoder().encode(text)], request));
}

/** Chunks as a stream that ends as it should. */
export function stream(...chunks: unknown[]): string {
  return `${chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join("")}data: [DONE]\n\n`;
}

export function chunk(delta: unknown, finish: string | null = null, more: object = {}): object {
  return {
    id: "chatcmpl-1",
    created: 1,
    model: "m-1",
    choices: [{ index: 0, delta, finish_reason: finish }],
    ...more,
  };
}

export function wholeAnswer(
  provider: ProviderSpec,
  body: string,
  request: Partial<ChatRequest> = {},
): Answer {
  const events = providers
    .dialect(provider)
    .decodeWhole(body, chatRequest({ stream: false, ...request }), targetOf(provider), NOW);
  return foldAnswer(events);
}
