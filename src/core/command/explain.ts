/** Explanations in the contract: what can be asked about decisions, and how they are told. Times are epoch milliseconds. */
import type { KeyId, ModelKey, RequestOutcome } from "../route/event.ts";

export type ExplainCommand =
  /** `id` null: the latest request. */
  | {
      type: "explain";
      id: string | null;
      /** Every candidate with its verdict, as it was when the request was first decided. */
      full?: boolean;
      replay?: boolean;
      /** Replays with this change: `groq.tpm=30000`, `groq-1=disabled`, `strategy=smart`. */
      whatIf?: string;
    }
  /** A request that is not sent: where it would go now. */
  | { type: "explain-plan"; request: PlannedRequest };

export interface PlannedRequest {
  model: string;
  tools?: boolean;
  vision?: boolean;
  jsonSchema?: boolean;
  private?: boolean;
  /** Of the prompt, and of the answer at most. */
  inputTokens?: number;
  outputTokens?: number;
}

export interface RequestNeedsView {
  tools: boolean;
  vision: boolean;
  jsonSchema: boolean;
  private: boolean;
}

/** A candidate that would have gone before the one that was called. */
export interface PassedView {
  keyId: KeyId;
  model: ModelKey;
  /** A short name, and the same in words. */
  reason: string;
  why: string;
  until: number | null;
}

export interface FailureView {
  kind: string;
  /** What it means, in words. */
  meaning: string;
  /** Which rule read the reply so. */
  rule: string;
  status: number | null;
  /** Redacted; null where there was no room for it. */
  message: string | null;
  /** When the provider said that it would serve again. */
  until: number | null;
  /** What freellm did about it. */
  followed: string;
  /** What a person can do; null where nothing needs to be done. */
  remedy: string | null;
}

export type ExplainedStep =
  | {
      type: "call";
      at: number;
      keyId: KeyId;
      model: ModelKey;
      reserved: { tokens: number; inputTokens: number };
      score: number | null;
      /** Sent beside the call before it, which was slow. */
      isDouble: boolean;
      durationMs: number | null;
      /** null: it answered, or the client left. */
      failure: FailureView | null;
      passed: PassedView[];
      /** Further ones, by reason. */
      others: Record<string, number>;
    }
  | { type: "wait"; at: number; until: number; durationMs: number | null }
  /** The prompt was counted, since an estimate could not tell where it fits. */
  | { type: "count"; at: number; tokens: number; durationMs: number }
  /** An answer broke after its first words; what follows went on with it. */
  | { type: "break"; at: number; keyId: KeyId; model: ModelKey; failure: FailureView }
  | {
      type: "end";
      at: number;
      /** Why nothing was left to call, as a short name and in words. */
      reason: string;
      why: string;
      retryAt: number | null;
      passed: PassedView[];
      others: Record<string, number>;
    };

/** One candidate of a request, in the order in which they are tried. */
export interface VerdictView {
  keyId: KeyId;
  model: ModelKey;
  usable: boolean;
  /** A short name; null when it is usable. */
  reason: string | null;
  /** In words; null when it is usable. */
  why: string | null;
  until: number | null;
  /** What would be reserved. */
  reserves: { tokens: number; inputTokens: number };
  /** null where the order is the user's. */
  score: number | null;
  /** Each from 0 to 1. */
  parts: { quality: number; success: number; speed: number; quota: number };
}

export interface ChoiceView {
  /** null: nothing could be called. */
  keyId: KeyId | null;
  model: ModelKey | null;
  tokens: number | null;
  score: number | null;
}

export interface ReplayView {
  /** What was asked to be otherwise; null for a plain replay. */
  whatIf: string | null;
  /** Whether every decision came out as it was recorded, bit for bit. */
  agrees: boolean;
  /** Why it could not be replayed; null when it was. */
  problem: string | null;
  /** One for each decision, up to the first that is another one. */
  decisions: { recorded: ChoiceView; decided: ChoiceView; agrees: boolean }[];
}

export interface ExplanationView {
  id: string;
  at: number;
  version: string | null;
  surface: string;
  /** The model asked for, and the client's own fallbacks. */
  models: string[];
  needs: RequestNeedsView | null;
  tokens: { input: number; output: number } | null;
  strategy: string | null;
  seed: number | null;
  /** Where its conversation was served before. */
  bound: { keyId: KeyId; model: ModelKey } | null;
  status: number;
  outcome: RequestOutcome;
  servedBy: { keyId: KeyId; model: ModelKey } | null;
  /** null where the history does not have it any more. */
  usage: { inputTokens: number; outputTokens: number } | null;
  firstContentMs: number | null;
  durationMs: number | null;
  steps: ExplainedStep[];
  /** Steps that the record had no room for. */
  omitted: number;
  /** null unless asked for, or where that time cannot be gone back to: `notes` say so. */
  verdicts: VerdictView[] | null;
  replay: ReplayView | null;
  notes: string[];
}

export interface PlanView {
  at: number;
  model: string;
  needs: RequestNeedsView;
  tokens: { input: number; output: number };
  strategy: string;
  /** Where it would go now; null: nowhere. */
  target: { keyId: KeyId; model: ModelKey } | null;
  /** Why not, and when it may; in words. */
  why: string | null;
  retryAt: number | null;
  verdicts: VerdictView[];
}

export type ExplainReply =
  | { type: "explanation"; explanation: ExplanationView }
  | { type: "plan"; plan: PlanView };
