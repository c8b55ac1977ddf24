/**
 * What a user can ask of freellm, whoever asks: the command line without a server, the command line through a
 * running server, the dashboard. One shape for the admin API and for calls in the process.
 */
import type { KeyState, RequestRecord } from "./route/event.ts";
import type { LimitMetric, LimitSource, LimitWindow } from "./route/limits.ts";

/** Limits of a custom endpoint's models on one account; absent means unlimited. */
export interface CustomLimits {
  rpm?: number;
  rpd?: number;
  tpm?: number;
  tpd?: number;
  concurrency?: number;
}

export type Command =
  | {
      type: "key-add";
      /** Built-in provider id, or `custom`. */
      provider: string;
      /** null for a provider or endpoint that needs no key. */
      secret: string | null;
      label?: string;
      account?: string;
      baseUrl?: string;
      /** For `custom`. */
      name?: string;
      models?: string[];
      context?: number;
      limits?: CustomLimits;
    }
  | { type: "key-remove"; id: string }
  /** Ids that are left out keep their order behind those given. */
  | { type: "keys-reorder"; ids: string[] }
  | { type: "key-enable"; id: string }
  | { type: "key-disable"; id: string }
  /** null tests every key. */
  | { type: "key-test"; id: string | null }
  | { type: "model-enable"; model: string }
  | { type: "model-disable"; model: string }
  /** Models that are left out keep their order behind those given. */
  | { type: "models-reorder"; models: string[] }
  | { type: "token-show" }
  | { type: "token-rotate" };

/** One key as it may be shown: never more of the secret than its last four characters. */
export interface KeyView {
  id: string;
  provider: string;
  label: string | null;
  account: string;
  state: KeyState;
  /** Why it is in this state, in words. */
  detail: string | null;
  /** Epoch milliseconds at which a rest ends. */
  until: number | null;
  last4: string | null;
  /** 1 is tried first. */
  order: number;
  baseUrl: string | null;
}

export interface ModelView {
  /** `<provider>/<upstream id>`. */
  id: string;
  provider: string;
  model: string;
  family: string;
  name: string;
  contextWindow: number | null;
  maxOutputTokens: number | null;
  capabilities: { tools: boolean; vision: boolean; jsonSchema: boolean; reasoning: boolean };
  enabled: boolean;
  /** Whether a request could be served by it now. */
  available: boolean;
  /** Why not, in words. */
  reason: string | null;
  /** Epoch milliseconds at which it is expected to be available again. */
  until: number | null;
  order: number;
}

export interface QuotaView {
  provider: string;
  /** Model or pool; null when it counts all. */
  model: string | null;
  /** The key or account that the counter belongs to. */
  owner: string;
  metric: LimitMetric;
  window: LimitWindow;
  used: number;
  cap: number;
  /** ISO time; null when nothing is used. */
  resetsAt: string | null;
  source: LimitSource;
}

export interface ProbeView {
  id: string;
  provider: string;
  result: "valid" | "invalid" | "inconclusive";
  detail: string;
  durationMs: number;
}

/** The whole state as the admin API gives it. */
export interface Snapshot {
  schema: 1;
  /** Number of the last event in it; `events?after=seq` goes on from there. */
  seq: number;
  version: string;
  /** Epoch milliseconds. */
  startedAt: number;
  now: number;
  address: string | null;
  keys: KeyView[];
  models: ModelView[];
  quotas: QuotaView[];
  /** Latest first, at most 100. */
  requests: RequestRecord[];
  totals: { requests: number; failed: number; failovers: number; inputTokens: number; outputTokens: number };
}

/** How far back `analytics` looks. */
export type AnalyticsRange = "1h" | "24h" | "7d" | "30d" | "90d";

/** Sums over one provider, model or key, or over all. Quantiles are right to about an eighth; null without a success. */
export interface AnalyticsRow {
  name: string;
  /** Calls of a provider, model or key; requests of clients in `total`. */
  requests: number;
  failed: number;
  inputTokens: number;
  outputTokens: number;
  p50Ms: number | null;
  p95Ms: number | null;
  /** Median time to the first content. */
  firstContentMs: number | null;
}

export interface AnalyticsView {
  schema: 1;
  range: AnalyticsRange;
  /** Epoch milliseconds. */
  from: number;
  to: number;
  slotMs: number;
  /** Oldest first, none left out. */
  slots: { at: number; requests: number; failed: number; tokens: number }[];
  total: AnalyticsRow;
  /** The most used first. */
  providers: AnalyticsRow[];
  models: AnalyticsRow[];
  keys: AnalyticsRow[];
}

export type CommandReply =
  | { type: "key"; key: KeyView; notes: string[] }
  | { type: "keys"; keys: KeyView[] }
  | { type: "removed"; id: string }
  | { type: "probes"; probes: ProbeView[] }
  | { type: "model"; model: ModelView }
  | { type: "models"; models: ModelView[] }
  | { type: "token"; token: string };

/** A command that cannot be carried out, in words for a person. `usage` means the command itself is wrong. */
export class CommandError extends Error {
  override name = "CommandError";
  constructor(
    readonly code: string,
    message: string,
    readonly hint: string | null = null,
    readonly usage = false,
  ) {
    super(message);
  }
}

/** Whoever can carry out commands: the application in this process, or a client of a running server. */
export interface Admin {
  snapshot(): Promise<Snapshot>;
  analytics(range: AnalyticsRange): Promise<AnalyticsView>;
  execute(command: Command): Promise<CommandReply>;
}
