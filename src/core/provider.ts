/** The contract between the core and the providers. The core knows providers only through it; `src/providers` implements it. */
import type { ChatEvent } from "./chat/event.ts";
import type { Failure } from "./chat/failure.ts";
import type { ChatRequest } from "./chat/request.ts";
import type { Capabilities, LimitObservation, LimitSpec } from "./route/limits.ts";

export type { Capabilities, LimitObservation, LimitSpec } from "./route/limits.ts";

/** Where a fact comes from and when it held. */
export interface FactSource {
  source: string;
  /** ISO date. */
  asOf: string;
}

export type DataUse = "no_training" | "may_train" | "unknown";
export type ModelStatus = "active" | "promo" | "unverified" | "gated" | "retired";

export interface ModelSpec extends FactSource {
  /** The id that goes upstream. */
  id: string;
  /** Models of one family are the same model at several providers. */
  family: string;
  name: string;
  status: ModelStatus;
  contextWindow: number | null;
  maxOutputTokens: number | null;
  capabilities: Capabilities;
  /** 0 to 100, an estimate. */
  intelligence: number | null;
  speed: "ultra" | "fast" | "normal" | "slow" | null;
  limits: readonly LimitSpec[];
  aliases?: readonly string[];
}

/** How the OpenAI dialect must bend for one provider. A closed record: data that the dialect reads, never a callback. */
export interface OpenAIQuirks {
  maxTokensField: "max_tokens" | "max_completion_tokens";
  seedField: "seed" | "random_seed";
  /** `fold` sends the developer role as system. */
  developerRole: "send" | "fold";
  /** `ask` sends stream_options.include_usage; `never` is for those that refuse it and report usage anyway. */
  streamUsage: "ask" | "never";
  toolChoiceRequired: "required" | "any" | "auto";
  /** `nine` maps every tool call id to exactly nine letters and digits, both ways, by a hash. */
  toolCallIds: "any" | "nine";
  parallelToolCalls: "send" | "drop" | "force_false";
  /** The name under which thinking is replayed in the history; `drop` leaves it out. */
  reasoningHistory: "reasoning_content" | "reasoning" | "drop";
  /** Text-only content arrays: sent as they are, or flattened to one string. */
  textContent: "parts" | "string";
  /** `name` on messages. */
  messageNames: "send" | "drop";
  /** JSON modes together with streaming or tools: `whole` asks unstreamed and re-emits. */
  jsonModeStreaming: "send" | "whole";
  /** Body fields (OpenAI names) that the provider refuses. */
  refusedFields: readonly string[];
  /** Fixed headers, for example an application title. */
  headers: Readonly<Record<string, string>>;
}

/** Which rate headers a provider sends and what its units mean. */
export type HeaderFamily = "generic" | "groq" | "openrouter" | "mistral" | "none";

export interface ProbeSpec {
  method: "GET" | "POST";
  /** Path below the base URL; starts with "/". */
  path: string;
  /** For POST: a chat call of one output token on this model. */
  model?: string;
  /** Statuses that prove the key good. */
  valid: readonly number[];
  /** Statuses that prove it bad. Everything else is inconclusive. */
  invalid: readonly number[];
  costsQuota: boolean;
}

export interface ProviderSpec extends FactSource {
  id: string;
  name: string;
  signUpUrl: string | null;
  docsUrl: string | null;
  /** API root without a trailing slash. */
  baseUrl: string;
  dialect: "openai";
  quirks: OpenAIQuirks;
  /** Shapes of a key; the first that matches a pasted key names the provider. Source text of a RegExp. */
  keyPattern: string | null;
  keyPrefixes: readonly string[];
  /** Environment names under which users usually keep the key. */
  environment: readonly string[];
  /** Calls without a key work. */
  anonymous: boolean;
  headerFamily: HeaderFamily;
  /** Whether a call that failed counts against the request caps; `unknown` counts. */
  failedCallsCount: "yes" | "no" | "unknown";
  probe: ProbeSpec;
  /** How long the first content may take, in milliseconds, where the provider is known to be slow. */
  firstContentMs: number | null;
  dataUse: DataUse;
  /** One line on the terms, shown by `keys add`. */
  terms: string | null;
  models: readonly ModelSpec[];
}

/** What a dialect needs to know of the target. */
export interface CallTarget {
  provider: ProviderSpec;
  /** The id that goes upstream. */
  modelId: string;
  maxOutputTokens: number | null;
  capabilities: Capabilities;
  /** Overrides the provider's base URL for this key. */
  baseUrl: string | null;
  /** Parameters this model refused before: left out from the start. */
  refusedParameters: ReadonlySet<string>;
}

export interface EncodedCall {
  url: string;
  headers: Record<string, string>;
  body: string;
  /** How the answer will come; may differ from what the client asked for (`jsonModeStreaming`). */
  stream: boolean;
}

/** Turns the bytes of one streamed answer into events, however they are cut. Never throws: what it cannot read becomes a `failure` event. */
export interface ChatDecoder {
  push(bytes: Uint8Array): ChatEvent[];
  /** The upstream closed the stream. */
  end(): ChatEvent[];
  /** The answer is complete: nothing that could still come matters. */
  readonly over: boolean;
}

export interface Dialect {
  encode(request: ChatRequest, target: CallTarget): EncodedCall;
  decodeStream(request: ChatRequest, target: CallTarget, now: () => number): ChatDecoder;
  /** A whole answer under HTTP 200. Never throws. */
  decodeWhole(body: string, request: ChatRequest, target: CallTarget, now: number): ChatEvent[];
}

/** A reply that is not an answer. */
export interface FailedReply {
  status: number;
  headers: Headers;
  body: string;
  /** Epoch milliseconds of arrival. */
  now: number;
}

/** What the user says of an endpoint of their own. */
export interface CustomEndpoint {
  id: string;
  name: string;
  baseUrl: string;
  models: readonly { id: string; contextWindow: number | null; limits: readonly LimitSpec[] }[];
}

/** The door of `src/providers`. */
export interface Providers {
  /** Built-in providers in the order in which they are offered. */
  all(): readonly ProviderSpec[];
  find(id: string): ProviderSpec | undefined;
  custom(endpoint: CustomEndpoint): ProviderSpec;
  /** The provider a pasted key belongs to, when its shape says so without doubt. */
  recognise(key: string): ProviderSpec | undefined;
  dialect(provider: ProviderSpec): Dialect;
  classify(provider: ProviderSpec, reply: FailedReply): Failure;
  /** Classifies an exception of the outbound call (no reply, reset, TLS). */
  classifyError(provider: ProviderSpec, error: unknown): Failure;
  /** What the headers of a reply, good or bad, say about limits. */
  observe(provider: ProviderSpec, headers: Headers, now: number): LimitObservation[];
  /** Model ids of a `GET /models` reply in any known shape; undefined when it is none. */
  parseModelList(body: string): { id: string; contextWindow: number | null }[] | undefined;
}
