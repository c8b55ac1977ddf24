/**
 * What is kept of how one request was decided: enough to tell a person why it went where it went, and to decide it again.
 * Names, numbers and rules; no prompt, no completion. Times are epoch milliseconds.
 */
import type { FailureKind } from "../chat/failure.ts";
import type { RequestNeeds, TokenEstimate } from "./estimate.ts";
import type { KeyId, ModelKey, RequestOutcome } from "./event.ts";
import type { Exhaustion } from "./exhaustion.ts";
import type { Obstacle } from "./plan.ts";
import type { StrategyName } from "./preferences.ts";

export type ObstacleReason = Obstacle["reason"];

/** A candidate that would have gone before the one that was called. */
export interface PassedOver {
  keyId: KeyId;
  model: ModelKey;
  reason: ObstacleReason;
  /** When that is over; null when time does not heal it. */
  until: number | null;
  /** Which limit it is, or which failure it rests after. */
  detail: string | null;
}

/** Who stood in the way of the order: the first ones one by one, the rest as a count by reason. */
export interface Walk {
  passed: PassedOver[];
  others: Partial<Record<ObstacleReason | "usable", number>>;
}

export interface FailureNote {
  kind: FailureKind;
  rule: string;
  status: number | null;
  /** Redacted; null where the record had no room for it. */
  message: string | null;
  /** What the provider stated. */
  until: number | null;
}

/** What a failed call left in the request's memory. */
export interface Marks {
  tried: boolean;
  retried: boolean;
  /** The model refused the request whatever the key. */
  refused: boolean;
  /** The provider called the request itself wrong. */
  objected: boolean;
  /** Windows up to so many tokens were too small by then; 0: none was. */
  overflowed: number;
}

export interface CallStep extends Walk {
  type: "call";
  /** The instant that the decision was made for, and the number of events that the state had seen then. */
  at: number;
  sequence: number;
  keyId: KeyId;
  model: ModelKey;
  /** What was reserved. */
  tokens: number;
  inputTokens: number;
  /** null: the order was the user's. */
  score: number | null;
  isDouble: boolean;
  /** Only models of the last target's family were allowed until then. */
  familyUntil: number | null;
  sparesFailing: boolean;
  /** To the failure or to the first content; null while neither came. */
  durationMs: number | null;
  failure: FailureNote | null;
  marks: Marks;
}

export interface WaitStep {
  type: "wait";
  at: number;
  sequence: number;
  until: number;
  durationMs: number | null;
}

/** The prompt was counted, as the way hinged on its size: the steps after this one go by the count. */
export interface CountStep {
  type: "count";
  at: number;
  counted: number;
  durationMs: number;
}

/** An answer broke after its first content, and was asked for again or continued elsewhere: the steps after this one. */
export interface BreakStep {
  type: "break";
  at: number;
  keyId: KeyId;
  model: ModelKey;
  failure: FailureNote;
  /** The estimate of what is asked from here on. */
  tokens: TokenEstimate;
}

/** Nothing was left to call. */
export interface EndStep extends Walk, Exhaustion {
  type: "end";
  at: number;
  sequence: number;
}

export type DecisionStep = CallStep | WaitStep | CountStep | BreakStep | EndStep;

export interface DecisionRecord {
  /** The request's. */
  id: string;
  /** Arrival. */
  at: number;
  version: string;
  surface: string;
  /** The model asked for; behind it the client's own fallbacks that are known. */
  models: string[];
  /** false: the name is not known. */
  known: boolean;
  needs: RequestNeeds;
  tokens: TokenEstimate;
  strategy: StrategyName;
  seed: number;
  bound: { keyId: KeyId; model: ModelKey } | null;
  steps: DecisionStep[];
  /** Steps that the record had no room for; they were behind the first ones. */
  omitted: number;
  status: number;
  outcome: RequestOutcome;
}
