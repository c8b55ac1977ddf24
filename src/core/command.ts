/**
 * What a user can ask of freellm, whoever asks: the command line without a server, the command line through a
 * running server, the dashboard. One shape for the admin API and for calls in the process.
 */
import type { ExplainCommand, ExplainReply } from "./command/explain.ts";
import type { EndpointView, KeyCheck, KeyCommand, KeyView, ProbeView, SealedKey } from "./command/keys.ts";
import type { EstimateSums, KeyId, RequestRecord } from "./route/event.ts";
import type {
  Confidence,
  DataUse,
  JointForecast,
  LimitMetric,
  LimitSource,
  LimitSpec,
  LimitWindow,
  ModelStatus,
  SpeedClass,
} from "./route/limits.ts";

export type {
  CustomLimits,
  EndpointView,
  KeyCheck,
  KeyCommand,
  KeyView,
  ModelGroup,
  ProbeView,
  SealedKey,
} from "./command/keys.ts";

export type Command =
  | KeyCommand
  | ExplainCommand
  /** `mayCost`: the user knows that its calls may cost money. */
  | { type: "model-enable"; model: string; mayCost?: boolean }
  | { type: "model-disable"; model: string }
  /** Models that are left out keep their order behind those given. */
  | { type: "models-reorder"; models: string[] }
  /** Every model that is known, those that no request is offered included. */
  | { type: "models-list" }
  /**
   * In this and the next two, a model is named by its id, or several by their provider, family, upstream id or a pattern
   * with `*`. `enabled` null: as the catalogue has it.
   */
  | { type: "models-switch"; models: string[]; enabled: boolean | null; mayCost?: boolean }
  | { type: "models-pin"; models: string[]; pinned: boolean }
  /** Asks the provider, or each one that has a key (null), for its list of models; `apply` false only tells. */
  | { type: "models-refresh"; provider: string | null; apply: boolean }
  /** A signed catalogue: its text, or where to get it. `key`: whose signature is to count, too. */
  | {
      type: "models-import";
      document?: string;
      url?: string;
      /** Where the document does not hold it. */
      signature?: string;
      key?: string;
      apply: boolean;
    }
  /** Back to what was before the last import. */
  | { type: "models-import-undo" }
  /** The latest requests that fit, at most `limit`: of a model or provider, served by it or tried at it. */
  | { type: "requests-list"; limit: number; failed?: boolean; model?: string; provider?: string }
  | { type: "token-show" }
  | { type: "token-rotate" }
  /** A token of its own for one client. */
  | { type: "token-add"; name: string }
  | { type: "token-revoke"; name: string }
  | { type: "tokens-list" };

export interface ModelView {
  /** `<provider>/<upstream id>`. */
  id: string;
  provider: string;
  model: string;
  family: string;
  name: string;
  /** `unknown`: the user once chose something about it, and nobody knows it any more. */
  status: ModelStatus | "unknown";
  /** Where it became known; null when it is not. */
  origin: "built_in" | "imported" | "discovered" | "user" | null;
  contextWindow: number | null;
  maxOutputTokens: number | null;
  capabilities: { tools: boolean; vision: boolean; jsonSchema: boolean; reasoning: boolean };
  /** 0 to 100, an estimate. */
  intelligence: number | null;
  speed: SpeedClass | null;
  dataUse: DataUse;
  limits: readonly LimitSpec[];
  /** Where the facts are from, and the ISO date on which they held; "" where nobody says. */
  source: string;
  asOf: string;
  /** Known to cost nothing. */
  free: boolean;
  /** To be told before it is enabled. */
  mayCost: boolean;
  enabled: boolean;
  /** What the user said about it; null: nothing. */
  override: boolean | null;
  /** Whether a request could be served by it now. */
  available: boolean;
  /** Why not, in words. */
  reason: string | null;
  /** Epoch milliseconds at which it is expected to be available again. */
  until: number | null;
  /** 1 is tried first; 0 is never tried. */
  order: number;
  pinned: boolean;
  /** What a strategy makes of it; null where none scores. */
  scores: Readonly<Record<string, number>> | null;
}

/** What a list or a catalogue changes about a model. */
export interface ModelChange {
  model: string;
  /** `back`: it was gone or retired. */
  kind: "new" | "gone" | "back" | "changed";
  /** In words; of a new model, what is known of it. */
  facts: { name: string; from: string | null; to: string | null }[];
  /** Whether it is used afterwards. */
  enabled: boolean;
}

export interface RefreshView {
  provider: string;
  /** The key that asked; null for a call without one. */
  key: string | null;
  /** How many models the provider lists; 0 where it could not be asked. */
  listed: number;
  /** Why it could not be asked, in words. */
  error: string | null;
  changes: ModelChange[];
  applied: boolean;
}

export interface CatalogueView {
  /** ISO time; null: no imported catalogue is in force. */
  issued: string | null;
  signer: string | null;
  changes: ModelChange[];
  notes: string[];
  applied: boolean;
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
  left: number;
  /** ISO time; null when nothing is used. */
  resetsAt: string | null;
  source: LimitSource;
  /** Of `used`, what the provider told of and did not go through here; absent in what older servers say. */
  elsewhere?: number;
  /** Expected within the next hour. */
  ratePerHour: number;
  /** ISO time; null where it does not run dry before it is reset. */
  runsDryAt: string | null;
  /** How much to believe that. */
  confidence: Confidence;
}

/** What is left of everything free until `resetsAt`, in calls of the usual size. Times in epoch milliseconds. */
export type FreeView = JointForecast;

/** Accounts that one provider seems to count as one: as one they are counted until then. */
export interface DrainView {
  provider: string;
  keys: KeyId[];
  /** Epoch milliseconds. */
  until: number;
}

/** How well the prompts of one model were estimated; sums in tokens. */
export interface AccuracyView extends EstimateSums {
  /** `<provider>/<upstream id>`. */
  model: string;
}

/** When a key or a model has nothing left at the pace of the last while. */
export interface ForecastView {
  scope: "key" | "model";
  id: string;
  /** The limit that is reached; null when it is no single one. */
  metric: LimitMetric | null;
  window: LimitWindow | null;
  /** Epoch milliseconds. */
  dryAt: number;
  /** When that limit is free again; null when it is not known. */
  resetsAt: number | null;
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
  /** What runs dry first; absent while nothing is known. */
  forecast?: ForecastView[];
  free?: FreeView;
  drains?: DrainView[];
  accuracy?: AccuracyView[];
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
  | ExplainReply
  | { type: "key"; key: KeyView; notes: string[] }
  | { type: "keys"; keys: KeyView[] }
  | { type: "removed"; id: string }
  /** In the order of the question. */
  | { type: "checked"; checks: KeyCheck[] }
  /** `header` says which opener the vault wants. */
  | { type: "sealed"; header: string; keys: SealedKey[]; endpoints: EndpointView[] }
  | { type: "probes"; probes: ProbeView[] }
  | { type: "model"; model: ModelView }
  | { type: "models"; models: ModelView[] }
  | { type: "refreshed"; refreshes: RefreshView[] }
  /** Latest first. */
  | { type: "requests"; requests: RequestRecord[] }
  | { type: "catalogue"; catalogue: CatalogueView }
  | { type: "token"; token: string }
  /** Of the tokens beside the unified one. */
  | { type: "token-names"; names: string[] };

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

export function unknownKey(id: string): CommandError {
  return new CommandError("unknown_key", `There is no key "${id}".`, "See: freellm keys list");
}

/** Whoever can carry out commands: the application in this process, or a client of a running server. */
export interface Admin {
  snapshot(): Promise<Snapshot>;
  analytics(range: AnalyticsRange): Promise<AnalyticsView>;
  execute(command: Command): Promise<CommandReply>;
}
