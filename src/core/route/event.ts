/**
 * Everything that can change the routing state, as data. `RouterState.apply` is the only consumer that decides
 * anything; the journal, the admin stream and the simulator see the same events. Times are epoch milliseconds.
 */
import type { Failure, FailureKind } from "../chat/failure.ts";
import type {
  Capabilities,
  DataUse,
  LearntSource,
  LimitMetric,
  LimitObservation,
  LimitReset,
  LimitScope,
  LimitSpec,
  LimitWindow,
  SpeedClass,
  UnitCost,
  UsageObservation,
} from "./limits.ts";
import type { Preferences } from "./preferences.ts";

/** `<provider>-<n>`, never reused. */
export type KeyId = string;
/** `<provider>/<account name>`. */
export type AccountId = string;
/** `<provider>/<upstream id>`. */
export type ModelKey = string;

export function modelKey(provider: string, modelId: string): ModelKey {
  return `${provider}/${modelId}`;
}

export type KeyState = "healthy" | "rate_limited" | "invalid" | "error" | "unknown" | "disabled";

export interface RoutedProvider {
  id: string;
  name: string;
  failedCallsCount: "yes" | "no" | "unknown";
  firstContentMs: number | null;
}

export interface RoutedModel {
  provider: string;
  /** Upstream id. */
  id: string;
  family: string;
  name: string;
  aliases: readonly string[];
  contextWindow: number | null;
  maxOutputTokens: number | null;
  capabilities: Capabilities;
  /** 0 to 100, an estimate of the catalogue. */
  intelligence: number | null;
  /** What the catalogue says of it; counts until something was measured. */
  speed: SpeedClass | null;
  dataUse: DataUse;
  limits: readonly LimitSpec[];
  /** Needed by limits that count in units. */
  unitCost?: UnitCost;
  enabled: boolean;
}

export interface RoutedKey {
  id: KeyId;
  provider: string;
  account: AccountId;
  /** What is known of it from before: `disabled` and `invalid` keys are never chosen. */
  state: KeyState;
  detail: string | null;
}

/** One attempt of a request: a hop of its failover trail. */
export interface AttemptRecord {
  provider: string;
  model: string;
  keyId: KeyId;
  outcome: "ok" | FailureKind;
  status: number | null;
  /** The rule that classified the failure. */
  rule: string | null;
  message: string | null;
  /** Milliseconds from the start of the attempt to its failure or commit. */
  durationMs: number;
}

export type RequestOutcome = "ok" | "failed" | "broken" | "client_gone";

/** One client request, as history, `explain` and the dashboard keep it. No prompt, no completion. */
export interface RequestRecord {
  id: string;
  /** Arrival. */
  at: number;
  surface: string;
  /** The model that was asked for. */
  model: string;
  stream: boolean;
  /** Status the client saw; 499 when the client left. */
  status: number;
  outcome: RequestOutcome;
  servedBy: { provider: string; model: string; keyId: KeyId } | null;
  attempts: AttemptRecord[];
  inputTokens: number;
  outputTokens: number;
  firstContentMs: number | null;
  durationMs: number;
}

/** Where a conversation stays, and since when. */
export interface Binding {
  keyId: KeyId;
  model: ModelKey;
  at: number;
}

/** A cap that replies taught, of one model on one account. */
export interface LearntLimit {
  account: AccountId;
  model: ModelKey;
  /** Tell it from others of that metric and window; absent in what older programs wrote. */
  scope?: LimitScope;
  pool?: string | null;
  /** Whose it is, where it holds for one key alone; absent in what older programs wrote. */
  keyId?: KeyId;
  metric: LimitMetric;
  window: LimitWindow;
  cap: number;
  source: LearntSource;
  /** Absent where it slides, and in what older programs wrote. */
  reset?: LimitReset;
  /** What others had used by the usage endpoint, and until when (epoch milliseconds) that counts; absent where nothing was. */
  elsewhere?: { amount: number; until: number };
}

/** Prompt tokens of counted calls: as estimated for any model, as reserved after this one's correction, and as counted. */
export interface EstimateSums {
  calls: number;
  estimated: number;
  reserved: number;
  real: number;
  /** Sum of how far the estimate of each call was off. */
  error: number;
}

/** What calls of a model have shown; null where too little was seen. */
export interface MeasuredMemory {
  firstContentMs: number | null;
  tokensPerSecond: number | null;
  estimateFactor: number | null;
  /** Of a call, in the mean. */
  inputTokens: number | null;
  outputTokens: number | null;
  accuracy: EstimateSums | null;
}

/** What the state learnt and keeps over a restart, beside the ledger. */
export interface Learnt {
  limits: LearntLimit[];
  conversations: ({ conversation: string } & Binding)[];
  measured: ({ model: ModelKey } & MeasuredMemory)[];
}

export type RouterEvent =
  | { type: "provider-set"; provider: RoutedProvider; models: readonly RoutedModel[] }
  | { type: "provider-removed"; provider: string }
  | { type: "key-set"; key: RoutedKey }
  | { type: "key-removed"; keyId: KeyId }
  | { type: "keys-ordered"; keyIds: readonly KeyId[] }
  | { type: "models-ordered"; models: readonly ModelKey[] }
  | { type: "preferences-set"; preferences: Preferences }
  /** These go before all others, whatever the order. */
  | { type: "models-pinned"; models: readonly ModelKey[] }
  | { type: "model-enabled"; model: ModelKey; enabled: boolean }
  | { type: "key-state-changed"; keyId: KeyId; state: KeyState; detail: string | null; at: number }
  | {
      type: "call-reserved";
      callId: number;
      /** The request that it is for; absent where there is none. */
      requestId?: string;
      keyId: KeyId;
      model: ModelKey;
      at: number;
      tokens: number;
      inputTokens: number;
      /** From 1: the how-manieth call of its request. */
      attempt?: number;
      /** Sent beside another one of the same request. */
      isDouble?: boolean;
      /** Prompt tokens as estimated for any model, before this one's correction. */
      estimate: number;
    }
  | {
      type: "call-settled";
      callId: number;
      at: number;
      /** 0 when the provider does not count the call, for example because it failed. */
      requests: 0 | 1;
      inputTokens: number;
      outputTokens: number;
      /** The tokens are what the provider counted, not our estimate. */
      counted: boolean;
      /** Milliseconds from the first content to the end; absent for a call that gave none. */
      generationMs?: number | undefined;
    }
  | {
      type: "call-succeeded";
      /** Absent where nobody counts retries. */
      callId?: number;
      keyId: KeyId;
      model: ModelKey;
      at: number;
      firstContentMs: number;
    }
  | { type: "call-failed"; keyId: KeyId; model: ModelKey; at: number; failure: Failure }
  | {
      type: "limit-observed";
      keyId: KeyId;
      model: ModelKey;
      at: number;
      observations: readonly LimitObservation[];
    }
  /** `isLate`: calls were under way that the figures may not have yet. */
  | {
      type: "usage-observed";
      keyId: KeyId;
      at: number;
      observations: readonly UsageObservation[];
      isLate: boolean;
    }
  | { type: "parameter-refused"; model: ModelKey; parameter: string }
  /** A prompt of so many estimated tokens was too long. `stated`: the window as the model itself gave it, in tokens. */
  | { type: "window-refused"; model: ModelKey; promptTokens: number; stated: number | null }
  /** `guessed`: nobody stated how long; one call finds out whether it is over. */
  | { type: "rest-set"; scope: RestScope; kind: FailureKind; until: number; at: number; guessed?: true }
  | { type: "rest-cleared"; scope: RestScope }
  /** From now on the conversation stays where it was served. */
  | { type: "conversation-bound"; conversation: string; keyId: KeyId; model: ModelKey; at: number }
  | {
      type: "usage-restored";
      keyId: KeyId;
      model: ModelKey;
      /** The use happened between `from` and `to`; windows date it at `to`. */
      from: number;
      to: number;
      requests: number;
      inputTokens: number;
      outputTokens: number;
    }
  | { type: "learnt-restored"; learnt: Learnt; at: number }
  | { type: "request-finished"; record: RequestRecord };

/** What rests: `key:groq-1`, `account:groq/main`, `target:groq-1 groq/llama`, `model:groq/llama`, `provider:groq`. */
export type RestScope = string;
