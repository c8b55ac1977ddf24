/** A place that a call takes in the counters, and what it is taken to have cost in the end. */
import type { Failure, FailureKind } from "../chat/failure.ts";
import type { Need } from "./counter.ts";
import type { Target } from "./target.ts";

/** A place taken in every counter that the target touches. Must be settled exactly once; later calls do nothing. */
export interface Reservation {
  readonly callId: number;
  readonly target: Target;
  readonly need: Need;
  settle(spent: Spent): void;
}

/** What the provider counted for a call, as far as anybody knows. */
export interface Spent {
  requests: 0 | 1;
  inputTokens: number;
  outputTokens: number;
  /** The provider itself counted. */
  counted: boolean;
  /** Milliseconds from the first content to the end. */
  generationMs?: number;
}

/**
 * Unless the provider is known not to count failures the request counts; the prompt does unless it was refused unread.
 * Only what the provider answered itself is a failure to it: a call that was given up here may go well there.
 */
export function spentOnFailure(
  reservation: Reservation,
  failure: Failure | null,
  begun: boolean = false,
): Spent {
  const { target, need } = reservation;
  const isFree = failure?.status !== undefined && target.model.provider.failedCallsCount === "no";
  if (failure?.unsent || isFree) return { requests: 0, inputTokens: 0, outputTokens: 0, counted: false };
  if (failure !== null && (begun || MAY_BE_ANSWERED.has(failure.kind)))
    return spentUnseen(reservation, failure.kind);
  const unread = failure?.status !== undefined && failure.status >= 400 && failure.status < 500;
  return { requests: 1, inputTokens: unread ? 0 : need.inputTokens, outputTokens: 0, counted: false };
}

/** The provider may have written as much of an answer as it was asked for, seen or not. */
const MAY_BE_ANSWERED: ReadonlySet<FailureKind> = new Set<FailureKind>([
  "aborted",
  "timeout",
  "broken_stream",
  "bad_generation",
]);

function spentUnseen({ target, need }: Reservation, kind: FailureKind): Spent {
  // What came whole and could not be used is no failure to the provider.
  const mayCount = target.model.provider.failedCallsCount !== "no" || kind === "bad_generation";
  const outputTokens = mayCount ? need.tokens - need.inputTokens : 0;
  return { requests: 1, inputTokens: need.inputTokens, outputTokens, counted: false };
}
