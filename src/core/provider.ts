/** The contract between the core and the providers. The core knows providers only through it; `src/providers` implements it. */
import type { ChatEvent } from "./chat/event.ts";
import type { Failure } from "./chat/failure.ts";
import type { ReplyHeaders } from "./chat/reply-headers.ts";
import type { ChatRequest } from "./chat/request.ts";
import type { OpenAIQuirks } from "./provider/quirks.ts";
import type { UsageSpec } from "./provider/usage.ts";
import type {
  Capabilities,
  DataUse,
  LimitObservation,
  LimitSpec,
  ModelListing,
  ModelStatus,
  SpeedClass,
  UnitCost,
  UsageObservation,
} from "./route/limits.ts";

export type { OpenAIQuirks } from "./provider/quirks.ts";
export type { UsageLimit, UsageSpec } from "./provider/usage.ts";
export type {
  Capabilities,
  DataUse,
  LimitObservation,
  LimitSpec,
  ListedModel,
  ModelListing,
  ModelStatus,
  SpeedClass,
  UnitCost,
  UsageObservation,
} from "./route/limits.ts";

/** Where a fact comes from and when it held. */
export interface FactSource {
  source: string;
  /** ISO date. */
  asOf: string;
}

/**
 * `active`: free and open to all; `limited`: free with a catch (evaluation, real-name binding, promotion, doubt), told by
 * `statusNote`; `paid`: no free tier is left, so its models start disabled; `retired`: gone, kept to explain its keys.
 */
export type ProviderStatus = "active" | "limited" | "paid" | "retired";

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
  speed: SpeedClass | null;
  limits: readonly LimitSpec[];
  aliases?: readonly string[];
  /** Where it differs from the provider's. */
  dataUse?: DataUse;
  /** Needed by limits of the metric `units`. */
  unitCost?: UnitCost;
}

/** Which rate headers a provider sends and what its units mean. */
export type HeaderFamily = "generic" | "groq" | "openrouter" | "mistral" | "cerebras" | "modelscope" | "none";

/**
 * What the user pastes as a key. `plain`: the secret itself. `account_and_token`: `<account id>:<token>`; the account id
 * takes the place of `{account}` in the base URL and only the token is sent.
 */
export type CredentialShape = "plain" | "account_and_token";

/** The one header that carries the credential. */
export type AuthHeader = "bearer" | "x-goog-api-key";

export interface ProbeSpec {
  method: "GET" | "POST";
  /** Path below the base URL; starts with "/". */
  path: string;
  /** Path from the root of the host instead of below the base URL. */
  fromRoot?: boolean;
  /** With `fromRoot`: another origin of the provider, asked unless the key has an address of its own. */
  host?: string;
  /** For POST: a chat call of one output token on this model; without one there is no body. */
  model?: string;
  /** Statuses that prove the key good. */
  valid: readonly number[];
  /** Statuses that prove it bad. Everything else is inconclusive. */
  invalid: readonly number[];
  costsQuota: boolean;
  /**
   * GET may be answered to anybody: a made-up key is tried once a host, and where that passes, too, keys are tested by a
   * chat call of one output token.
   */
  control?: boolean;
}

export interface ProviderSpec extends FactSource {
  id: string;
  name: string;
  status: ProviderStatus;
  /** Why the status is not `active`, in one sentence for the user. */
  statusNote: string | null;
  signUpUrl: string | null;
  docsUrl: string | null;
  /** API root without a trailing slash. */
  baseUrl: string;
  /** Other hosts of the same provider with keys of their own: found out when a key is added, remembered with the key. */
  otherBaseUrls: readonly string[];
  dialect: "openai" | "gemini";
  /** How images that the client names by address go out: as they are (the default), or fetched and put into the request. */
  images?: "url" | "inline";
  /** Read by the OpenAI dialect alone. */
  quirks: OpenAIQuirks;
  auth: AuthHeader;
  credential: CredentialShape;
  /** The shape of a key as far as it is known, which may be that of others, too. Source text of a RegExp. */
  keyPattern: string | null;
  /** What only keys of this provider begin with; one of up to three characters counts only together with the pattern. */
  keyPrefixes: readonly string[];
  /** Environment names under which users usually keep the key. */
  environment: readonly string[];
  /** Environment names of the account id, for `account_and_token`. */
  accountEnvironment: readonly string[];
  /** Calls without a key work. */
  anonymous: boolean;
  headerFamily: HeaderFamily;
  /** Whether a call that failed counts against the request caps; `unknown` counts. */
  failedCallsCount: "yes" | "no" | "unknown";
  probe: ProbeSpec;
  usage?: UsageSpec;
  /** Where its list of models lies below the base URL, where that is not `/models`; null where it has none. */
  modelsPath?: string | null;
  /** How long the first content may take, in milliseconds, where the provider is known to be slow. */
  firstContentMs: number | null;
  dataUse: DataUse;
  /** One line on the terms, shown by `keys add`. */
  terms: string | null;
  models: readonly ModelSpec[];
}

/**
 * What a wire hands out and wants back in a later request, while clients have no place to keep it. Bounded and expiring:
 * whatever was remembered may be gone.
 */
export interface Memory {
  get(key: string): string | undefined;
  set(key: string, value: string): void;
}

/** What a dialect needs to know of the target. */
export interface CallTarget {
  provider: ProviderSpec;
  /** The id that goes upstream. */
  modelId: string;
  maxOutputTokens: number | null;
  capabilities: Capabilities;
  /** API root of this call, without a trailing slash. */
  baseUrl: string;
  /** Parameters this model refused before: left out from the start. */
  refusedParameters: ReadonlySet<string>;
  /** Shared by all calls of this process. */
  memory: Memory;
}

export interface EncodedCall {
  url: string;
  headers: Record<string, string>;
  body: string;
  /** How the answer will come; may differ from what the client asked for (`jsonModeStreaming`). */
  stream: boolean;
  /** The call must not reuse an idle connection. */
  freshConnection?: boolean;
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
  headers: ReplyHeaders;
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

/** Whose key a text is, by its shape. Where that is `ambiguous`, no candidate may be told the key unasked. */
export type Recognition =
  | { kind: "certain"; provider: ProviderSpec }
  | { kind: "ambiguous"; candidates: readonly ProviderSpec[] }
  | { kind: "refused"; provider: ProviderSpec; why: string }
  | { kind: "unknown" };

/** The door of `src/providers`. */
export interface Providers {
  /** Built-in providers in the order in which they are offered. */
  all(): readonly ProviderSpec[];
  find(id: string): ProviderSpec | undefined;
  custom(endpoint: CustomEndpoint): ProviderSpec;
  recognise(key: string): Recognition;
  dialect(provider: ProviderSpec): Dialect;
  classify(provider: ProviderSpec, reply: FailedReply): Failure;
  /** Classifies an exception of the outbound call (no reply, reset, TLS). */
  classifyError(provider: ProviderSpec, error: unknown): Failure;
  /** What a reply says about limits: the headers of any, and the body of one that is an error. */
  observe(provider: ProviderSpec, headers: ReplyHeaders, now: number, errorBody?: string): LimitObservation[];
  /** What a reply of its usage endpoint says; nothing where it is none, or of another form than is known. */
  readUsage(usage: UsageSpec, body: string, now: number): UsageObservation[];
  /** A `GET /models` reply in any known shape; undefined when it is none. */
  parseModelList(body: string): ModelListing | undefined;
}
