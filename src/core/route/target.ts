/** A target is one model on one key: what the planner chooses between. */
import type { FailureKind } from "../chat/failure.ts";
import type { Counter } from "./counter.ts";
import type { ModelKey, RestScope, RoutedKey } from "./event.ts";
import type { ModelEntry } from "./model-entry.ts";

export { type ModelEntry, windowOf } from "./model-entry.ts";

/** A pause of one scope. The object stays while the scope exists; it rests while `until` lies ahead. */
export interface Rest {
  scope: RestScope;
  /** When it was set: a clock that shows less was set back. */
  since: number;
  until: number;
  kind: FailureKind | null;
  /** Consecutive hits without a success between: lengthens rests that nobody stated. */
  hits: number;
  /** Nobody stated it: one call finds out whether it is over. */
  guessed: boolean;
  /** The call that is finding out. */
  probe: number | null;
}

export interface Target {
  /** Tells it from all others; never reused. */
  ordinal: number;
  /** Its key or model is gone: a request that still holds it must not use it. */
  removed: boolean;
  model: ModelEntry;
  key: RoutedKey;
  counters: readonly Counter[];
  /** Narrowest first: target, key, account, model, provider. */
  rests: readonly Rest[];
}

/** A rest that ends later wins. Failures of calls that were under way when it began are no further hits. */
export function setRest(current: Rest, next: Pick<Rest, "kind" | "until" | "guessed">, at: number): void {
  const { kind, until, guessed } = next;
  if (current.until <= at) current.hits++;
  if (until <= current.until) return;
  Object.assign(current, { since: at, until, kind, guessed, probe: null });
}

/** It never was. */
export function clearRest(rest: Rest): void {
  const none = { since: 0, until: 0, kind: null, hits: 0, guessed: false, probe: null };
  Object.assign(rest, none satisfies Omit<Rest, "scope">);
}

/** A call went well after it: the next one begins anew. */
export function endRest(rest: Rest): void {
  rest.hits = 0;
  rest.guessed = false;
  rest.probe = null;
}

/** A rest that was set this much later than now is void: the clock was set back. */
const CLOCK_TOLERANCE_MS = 30_000;
/** The call that finds out has no known end: look again after this long. */
const PROBE_RECHECK_MS = 500;

/** null when it does not stand in the way of a call now; else when to look again. */
export function restingUntil({ kind, since, until, guessed, probe }: Rest, now: number): number | null {
  if (kind === null || now < since - CLOCK_TOLERANCE_MS) return null;
  if (until > now) return until;
  return guessed && probe !== null ? now + PROBE_RECHECK_MS : null;
}

export function restScopes(key: RoutedKey, model: ModelKey): RestScope[] {
  return [
    `target:${key.id} ${model}`,
    `key:${key.id}`,
    `account:${key.account}`,
    `model:${model}`,
    `provider:${key.provider}`,
  ];
}
