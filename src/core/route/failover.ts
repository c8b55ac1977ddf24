/**
 * The failover loop: plan, reserve, attempt, learn; again until an attempt commits or nothing is left to try.
 * Before the commit every failure is invisible to the client; after it the stream belongs to the caller.
 */
import type { Failure } from "../chat/failure.ts";
import { consequenceOf, restAfter } from "./consequence.ts";
import type { Need } from "./counter.ts";
import type { RouterEvent } from "./event.ts";
import { type Exhaustion, exhaustion } from "./exhaustion.ts";
import { bestUsable, boundFreeAt, hasSpare, needOf, otherUsable, type RouteRequest } from "./plan.ts";
import { type Reservation, spentOnFailure } from "./reservation.ts";
import { type Target, windowOf } from "./target.ts";

export interface FailoverLimits {
  maxAttempts: number;
  /** Starting attempts and waiting end after this many milliseconds; the first retry always runs. */
  budgetMs: number;
  /** How long this client is willing to wait for a target to be free, in milliseconds. */
  patienceMs: number;
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

/** How far the way through the loop is. */
interface Way {
  readonly request: RouteRequest;
  readonly ports: FailoverPorts;
  attempts: number;
  badGenerations: number;
}

/** What an attempt at `target`, begun at `startedAt`, sees of its way. */
class AttemptSituation implements Situation {
  readonly #way: Way;
  readonly #target: Target;
  readonly #startedAt: number;
  #doubledAt = 0;

  constructor(way: Way, target: Target, startedAt: number) {
    this.#way = way;
    this.#target = target;
    this.#startedAt = startedAt;
  }

  get badGenerations(): number {
    return this.#way.badGenerations;
  }

  hasSpare(): boolean {
    return hasSpare(this.#way.request, this.#target, this.#way.ports.now());
  }

  second(): Reservation | null {
    const { request, ports } = this.#way;
    this.#doubledAt = ports.now();
    const other = ports.allowsHedge() ? otherUsable(request, this.#target, this.#doubledAt) : null;
    if (other === null) return null;
    return ports.reserve(other, needOf(request, other), { attempt: ++this.#way.attempts, isDouble: true });
  }

  lost(reservation: Reservation, failure: Failure): void {
    const { request, ports } = this.#way;
    reservation.settle(spentOnFailure(reservation, failure));
    const isFirst = reservation.target === this.#target;
    ports.hop(reservation.target, failure, isFirst ? this.#startedAt : this.#doubledAt);
    const { waitingFor } = request.progress;
    learn(request, reservation.target, failure, ports);
    // A double is an extra: nobody waits for its equals.
    request.progress.waitingFor = waitingFor;
  }
}

export async function failover<Answer>(
  request: RouteRequest,
  attempt: Attempt<Answer>,
  limits: FailoverLimits,
  ports: FailoverPorts,
): Promise<Outcome<Answer>> {
  let last: Failure | null = null;
  const way: Way = { request, ports, attempts: 0, badGenerations: 0 };
  const stickUntil = ports.now() + STICKY_WAIT_MS;
  while (way.attempts < limits.maxAttempts) {
    const now = ports.now();
    const patience = Math.min(limits.patienceMs, limits.budgetMs) - ports.elapsed();
    const boundAt = way.attempts === 0 ? boundFreeAt(request, now) : null;
    if (boundAt !== null && boundAt <= stickUntil && boundAt - now <= patience) {
      await ports.wait(boundAt);
      continue;
    }
    request.progress.sparesFailing = way.attempts > 0 && !ports.allowsRetry();
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
    if (way.attempts > 1 && ports.elapsed() > limits.budgetMs) break;
    const number = { attempt: ++way.attempts, isDouble: false };
    const reservation = ports.reserve(target, needOf(request, target), number);
    let result: AttemptResult<Answer> | null = null;
    try {
      result = await attempt(reservation, new AttemptSituation(way, target, now));
    } finally {
      if (result === null || "failure" in result) {
        reservation.settle(spentOnFailure(reservation, result?.failure ?? null, result?.begun));
      }
    }
    if ("answer" in result) {
      return { kind: "committed", answer: result.answer, target: result.target ?? target };
    }
    last = result.failure;
    if (last.kind === "bad_generation") way.badGenerations++;
    ports.hop(target, last, now);
    if (learn(request, target, last, ports) === "final") return { kind: "refused", failure: last };
  }
  return { kind: "exhausted", why: exhaustion(request, ports.now()), last };
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
