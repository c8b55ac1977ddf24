/** What each kind of failure means for the next requests, as a table. `classify` says what happened; this says what follows. */
import type { Failure, FailureKind } from "../chat/failure.ts";
import type { RouterEvent } from "./event.ts";
import { restScopes, type Target } from "./target.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export interface Consequence {
  /** How long the failure's scope rests when the provider stated nothing: by consecutive hit, the last for all further ones. Empty: no rest. */
  rest: readonly number[];
  /** Counts for the circuit breaker of the model. */
  breaker: boolean;
  /**
   * What the failover loop may do next: `next` target; `other_provider` once, then give up; `larger_window` only;
   * `other_model`; `final`: tell the client.
   */
  onward: "next" | "other_provider" | "larger_window" | "other_model" | "final";
}

const next = (rest: readonly number[] = [], breaker = false): Consequence => ({
  rest,
  breaker,
  onward: "next",
});

const CONSEQUENCES: Readonly<Record<FailureKind, Consequence>> = {
  invalid_key: next([MINUTE, 10 * MINUTE, HOUR]),
  no_credit: next([DAY]),
  forbidden: next([HOUR, 4 * HOUR, DAY]),
  rate_minute: next([MINUTE]),
  rate_unknown: next([15 * SECOND, MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR]),
  quota_hour: next([10 * MINUTE, HOUR]),
  quota_day: next([HOUR, 4 * HOUR, DAY]),
  quota_week: next([HOUR, DAY]),
  quota_month: next([HOUR, DAY]),
  concurrency: next([2 * SECOND, 5 * SECOND]),
  capacity: next([30 * SECOND, MINUTE]),
  server_error: next([], true),
  transport: next([], true),
  timeout: next([], true),
  bad_reply: next([], true),
  broken_stream: next([], true),
  model_gone: next([10 * MINUTE, HOUR, DAY]),
  not_on_plan: next([DAY]),
  not_routable: next([DAY]),
  context_too_long: { rest: [], breaker: false, onward: "larger_window" },
  too_large: { rest: [], breaker: false, onward: "other_model" },
  too_costly: { rest: [], breaker: false, onward: "other_model" },
  parameter: next(),
  history: next(),
  bad_generation: next(),
  content_filter: { rest: [], breaker: false, onward: "final" },
  client_error: { rest: [], breaker: false, onward: "other_provider" },
  config: next([10 * MINUTE, HOUR]),
  aborted: { rest: [], breaker: false, onward: "final" },
};

export function consequenceOf(kind: FailureKind): Consequence {
  return CONSEQUENCES[kind];
}

const SCOPE_INDEX = { target: 0, key: 1, account: 2, model: 3, provider: 4 } as const;

/** The rest that follows from a failure of `target`; null when nothing rests. What the provider stated always counts. */
export function restAfter(
  target: Target,
  failure: Failure,
  at: number,
): Extract<RouterEvent, { type: "rest-set" }> | null {
  if (failure.scope === "request" || failure.kind === "aborted") return null;
  const index = SCOPE_INDEX[failure.scope];
  const scope = restScopes(target.key, target.model.key)[index];
  if (scope === undefined) return null;
  const { rest } = consequenceOf(failure.kind);
  const current = target.rests[index];
  // A guess says nothing new while the scope rests already: this call was under way when that began.
  if (failure.until === undefined && current !== undefined && current.until > at) return null;
  const hits = current?.hits ?? 0;
  const guess = rest[Math.min(hits, rest.length - 1)];
  const until = failure.until ?? (guess === undefined ? undefined : at + guess);
  if (until === undefined || until <= at) return null;
  const guessed = failure.until === undefined ? { guessed: true as const } : {};
  return { type: "rest-set", scope, kind: failure.kind, until, at, ...guessed };
}
