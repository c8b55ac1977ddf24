/**
 * The failover loop: plan, reserve, attempt, learn; again until an attempt commits or nothing is left to try.
 * Before the commit every failure is invisible to the client; after it the stream belongs to the caller.
 */
import type { Failure, FailureKind } from "../chat/failure.ts";
import { consequenceOf, restAfter } from "./consequence.ts";
import type { Need } from "./counter.ts";
import type { RouterEvent } from "./event.ts";
import { type Exhaustion, exhaustion } from "./exhaustion.ts";
import { bestUsable, boundFreeAt, hasSpare, needOf, otherUsable, type RouteRequest } from "./plan.ts";
import { type Target, windowOf } from "./target.ts";

export interface FailoverLimits {
  maxAttempts: number;
  /** Starting attempts and waiting end after this many milliseconds; the first retry always runs. */
  budgetMs: number;
  /** How long this client is willing to wait for a target to be free, in milliseconds. */
  patienceMs: number;
}

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

/** One try of one target. Resolves at the commit, with an answer that goes on, or with the failure before it. */
export type Attempt<Answer> = (
  reservation: Reservation,
  situation: Situation,
) => Promise<AttemptResult<Answer>>;

/** What an attempt may want to know of the request that it belongs to. */
export interface Situation {
  /** Another model could take over right now. */
  hasSpare(): boolean;
  /** How often a model gave something that could not be used. */
  badGenerations: number;
  /** A place at a second target, to be tried beside the first; null where there is none to spare. */
  second(): Reservation | null;
  /** The call at the second place, or at the first when the second answered, failed. */
  lost(reservation: Reservation, failure: Failure): void;
}

/** `target`: where the answer comes from, when it is not the reservation's. `begun`: a part of it was there before it failed. */
export type AttemptResult<Answer> =
  | { answer: Answer; target?: Target }
  | { failure: Failure; begun?: boolean };

/** Which of its request's calls this is, from 1, and whether it goes out beside another one. */
export interface CallNumber {
  attempt: number;
  isDouble: boolean;
}

export interface FailoverPorts {
  now(): number;
  /** Milliseconds since the request began, whatever the clock does. */
  elapsed(): number;
  record(event: RouterEvent): void;
  /** Synchronous: what `plan` saw is still true when the place is taken. */
  reserve(target: Target, need: Need, call: CallNumber): Reservation;
  /** Whether one more retry at a provider that just failed would do no harm. */
  allowsRetry(): boolean;
  /** Whether one more call may be doubled. */
  allowsHedge(): boolean;
  /** Waits until `until` or until something was settled, whichever is first; rejects when the client is gone. */
  wait(until: number): Promise<void>;
  /**
   * Counts the prompt where that may open a better target than `chosen` (null: none); resolves when `request.tokens` has the count
   * or there is none to be had. null where nothing hinges on it.
   */
  recount?(chosen: Target | null, now: number): Promise<void> | null;
  /** An attempt failed: one hop of the trail. */
  hop(target: Target, failure: Failure, startedAt: number): void;
}

export type Outcome<Answer> =
  | { kind: "committed"; answer: Answer; target: Target }
  | { kind: "refused"; failure: Failure }
  | { kind: "exhausted"; why: Exhaustion; last: Failure | null };

/** Nobody was passed over for it. */
function isFirst({ weights, bound, candidates, progress }: RouteRequest, target: Target | null): boolean {
  if (target === null) return false;
  if (weights === null) return target === (bound ?? candidates[0]);
  return target === bound || !progress.passedOver;
}

/** A stated wait this short is worth one retry of the same target. */
const SHORT_WAIT_MS = 2_500;
/** A conversation waits this long for the model and key that it is on, rather than move. */
const STICKY_WAIT_MS = 3_000;

export async function failover<Answer>(
  request: RouteRequest,
  attempt: Attempt<Answer>,
  limits: FailoverLimits,
  ports: FailoverPorts,
): Promise<Outcome<Answer>> {
  let last: Failure | null = null;
  let attempts = 0;
  let badGenerations = 0;
  const stickUntil = ports.now() + STICKY_WAIT_MS;
  let doubledAt = 0;
  const situation = (target: Target, startedAt: number): Situation => ({
    hasSpare: () => hasSpare(request, target, ports.now()),
    badGenerations,
    second() {
      doubledAt = ports.now();
      const other = ports.allowsHedge() ? otherUsable(request, target, doubledAt) : null;
      return other && ports.reserve(other, needOf(request, other), { attempt: ++attempts, isDouble: true });
    },
    lost(reservation, failure) {
      reservation.settle(spentOnFailure(reservation, failure));
      ports.hop(reservation.target, failure, reservation.target === target ? startedAt : doubledAt);
      const { waitingFor } = request.progress;
      learn(request, reservation.target, failure, ports);
      // A double is an extra: nobody waits for its equals.
      request.progress.waitingFor = waitingFor;
    },
  });
  while (attempts < limits.maxAttempts) {
    const now = ports.now();
    const patience = Math.min(limits.patienceMs, limits.budgetMs) - ports.elapsed();
    const boundAt = attempts === 0 ? boundFreeAt(request, now) : null;
    if (boundAt !== null && boundAt <= stickUntil && boundAt - now <= patience) {
      await ports.wait(boundAt);
      continue;
    }
    request.progress.sparesFailing = attempts > 0 && !ports.allowsRetry();
    const { progress } = request;
    // Without the patience to wait for its equals, and when that is over, a lesser model has to do.
    const equalsUntil = progress.waitingFor?.until ?? now;
    if (equalsUntil <= now) progress.waitingFor = null;
    const target = bestUsable(request, now);
    const counting = isFirst(request, target) ? null : (ports.recount?.(target, now) ?? null);
    if (counting !== null) {
      await counting;
      continue;
    }
    if (target === null && progress.waitingFor !== null && equalsUntil - now > patience) {
      progress.waitingFor = null;
      continue;
    }
    if (target === null) {
      const soonest = progress.waitingFor?.until ?? exhaustion(request, now).soonest;
      if (soonest === null || soonest - now > patience) break;
      // What is settled meanwhile wakes it earlier; then it looks, and waits on.
      await ports.wait(soonest);
      continue;
    }
    if (attempts > 1 && ports.elapsed() > limits.budgetMs) break;
    attempts++;
    const reservation = ports.reserve(target, needOf(request, target), {
      attempt: attempts,
      isDouble: false,
    });
    let result: AttemptResult<Answer> | null = null;
    try {
      result = await attempt(reservation, situation(target, now));
    } finally {
      if (result === null || "failure" in result) {
        reservation.settle(spentOnFailure(reservation, result?.failure ?? null, result?.begun));
      }
    }
    if ("answer" in result) {
      return { kind: "committed", answer: result.answer, target: result.target ?? target };
    }
    last = result.failure;
    if (last.kind === "bad_generation") badGenerations++;
    ports.hop(target, last, now);
    if (learn(request, target, last, ports) === "final") return { kind: "refused", failure: last };
  }
  return { kind: "exhausted", why: exhaustion(request, ports.now()), last };
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

/** Tells the state what the failure means for everybody, and the request's progress what it means for this one. */
function learn(
  request: RouteRequest,
  target: Target,
  failure: Failure,
  ports: FailoverPorts,
): "go_on" | "final" {
  const { progress } = request;
  const at = ports.now();
  const model = target.model.key;
  if (failure.kind === "aborted") return "final";
  ports.record({ type: "call-failed", keyId: target.key.id, model, at, failure });
  if (failure.kind === "context_too_long") {
    const stated = failure.statedLimit ?? null;
    ports.record({ type: "window-refused", model, promptTokens: request.tokens.input, stated });
  }
  const rest = restAfter(target, failure, at);
  if (rest) ports.record(rest);
  if (failure.kind === "parameter" && failure.parameter !== undefined) {
    const stripped = `${model} ${failure.parameter}`;
    if (!progress.stripped.has(stripped)) {
      progress.stripped.add(stripped);
      if (!target.model.refusedParameters.has(failure.parameter)) {
        ports.record({ type: "parameter-refused", model, parameter: failure.parameter });
      }
      return "go_on";
    }
  }
  const shortWait = rest !== null && failure.until !== undefined && rest.until - at <= SHORT_WAIT_MS;
  if ((failure.status === 500 || shortWait) && !progress.retried.has(target)) {
    progress.retried.add(target);
    if (shortWait) progress.waitingFor = { family: target.model.model.family, until: rest.until };
    return "go_on";
  }
  progress.tried.add(target);
  switch (consequenceOf(failure.kind).onward) {
    case "final":
      return "final";
    case "other_provider":
      progress.objected.add(target.key.provider);
      return progress.objected.size > 1 ? "final" : "go_on";
    case "larger_window":
      if (windowOf(target.model) === null) progress.refusedBy.add(target.model);
      progress.overflowed = Math.max(progress.overflowed, windowOf(target.model) ?? 0);
      return "go_on";
    case "other_model":
      progress.refusedBy.add(target.model);
      return "go_on";
    case "next":
      return "go_on";
  }
}
