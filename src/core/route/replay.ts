/**
 * Decides a request again: the state as it was at each of its decisions, the request as it was recorded, the same planner.
 * Without a change every choice must be the recorded one, bit for bit. Pure.
 */
import type { CallStep, DecisionRecord, EndStep, PassedOver } from "./decision.ts";
import type { RouterEvent } from "./event.ts";
import { type Exhaustion, exhaustion } from "./exhaustion.ts";
import { bestUsable, needOf, newProgress, otherUsable, type RouteRequest } from "./plan.ts";
import type { StrategyName } from "./preferences.ts";
import { score, strategyOf } from "./score.ts";
import type { RouterState } from "./state.ts";
import type { Target } from "./target.ts";
import { walkTo } from "./walk.ts";

/** A state that events are led through, in order and once. */
export interface Timeline {
  readonly state: RouterState;
  /** Until the state has seen `sequence` events. Throws where the events are not there. */
  advance(sequence: number): void;
}

/** What is asked to have been otherwise. */
export interface Change {
  /** Applied before the first decision. */
  events(state: RouterState, at: number): RouterEvent[];
  strategy: StrategyName | null;
}

/** What was called, or that nothing could be. */
export type Choice =
  | Pick<CallStep, "keyId" | "model" | "tokens" | "inputTokens" | "score">
  | (Exhaustion & { keyId: null });

export interface ReplayedStep {
  /** Of the record's steps. */
  index: number;
  recorded: Choice;
  decided: Choice;
  /** The same choice; without a change, for the same reasons. */
  agrees: boolean;
}

/** One step for each decision of the record, up to the first that another choice makes moot. */
export function replay(record: DecisionRecord, timeline: Timeline, change: Change | null): ReplayedStep[] {
  const decisions = replaying(record, timeline.state, change);
  for (;;) {
    const next = decisions.next();
    if (next.done) return next.value;
    timeline.advance(next.value);
  }
}

/** Yields how many events the state must have seen before it goes on. */
export function* replaying(
  record: DecisionRecord,
  state: RouterState,
  change: Change | null,
): Generator<number, ReplayedStep[]> {
  const replayed: ReplayedStep[] = [];
  let route: RouteRequest | null = null;
  let first: Target | null = null;
  for (const [index, step] of record.steps.entries()) {
    // What was between it and the one before is not known any more.
    if (record.omitted > 0 && index === record.steps.length - 1) break;
    if (step.type === "wait") continue;
    if (step.type === "count") {
      if (route) route.tokens = { ...route.tokens, counted: step.counted };
      continue;
    }
    if (step.type === "break") {
      const target = state.catalogue.target(step.keyId, step.model);
      if (route === null) break;
      if (target) route.progress.tried.add(target);
      route.bound = null;
      route.tokens = step.tokens;
      continue;
    }
    yield step.sequence;
    if (route === null) {
      for (const event of change?.events(state, step.at) ?? []) state.apply(event);
      route = routeOf(record, state, change);
    }
    if (step.type === "end") {
      const { kind, soonest, retryAt } = step;
      const decided = chosenAtEnd(route, step, change);
      const agrees = isEqual(decided, { keyId: null, kind, soonest, retryAt });
      replayed.push({ index, recorded: { keyId: null, kind, soonest, retryAt }, decided, agrees });
      break;
    }
    const recorded = choiceOf(step);
    prepare(route, step, first, state);
    const target: Target | null =
      step.isDouble && first !== null ? otherUsable(route, first, step.at) : bestUsable(route, step.at);
    const decided = target === null ? nothing(route, step.at) : chosen(route, target, step.at);
    const sameReasons = change !== null || target === null || hasSameReasons(route, step, target);
    const agrees = isEqual(decided, recorded) && sameReasons;
    replayed.push({ index, recorded, decided, agrees });
    if (target?.key.id !== step.keyId || target.model.key !== step.model) break;
    if (!step.isDouble) first = target;
    leaveMarks(route, step, target);
  }
  return replayed;
}

/** The request as the planner got it at the first decision. */
export function routeOf(record: DecisionRecord, state: RouterState, change: Change | null): RouteRequest {
  const { catalogue } = state;
  const [only = ""] = record.models;
  const chain = record.models.length > 1;
  const resolution = chain ? catalogue.resolveChain(record.models) : catalogue.resolve(only);
  const { bound, needs, seed } = record;
  const begun = record.steps.find(({ type }) => type !== "wait");
  const tokens = begun?.type === "count" ? { ...record.tokens, counted: begun.counted } : record.tokens;
  const candidates = resolution.kind === "unknown" ? [] : resolution.targets;
  const asked = resolution.kind === "unknown" ? record.strategy : resolution.strategy;
  // A model that was named has no strategy; `auto` has.
  const isFree = resolution.kind === "auto" && !chain;
  const strategy = isFree && change?.strategy ? change.strategy : asked;
  const place = bound && (catalogue.target(bound.keyId, bound.model) ?? null);
  return {
    ...{ candidates, needs, tokens, seed, bound: place, progress: newProgress() },
    weights: strategyOf(strategy, catalogue.preferences.weights).weights,
  };
}

function prepare(route: RouteRequest, step: CallStep, last: Target | null, state: RouterState): void {
  const { progress } = route;
  progress.sparesFailing = step.sparesFailing;
  const family = last?.model.model.family ?? state.catalogue.models.get(step.model)?.model.family ?? "";
  progress.waitingFor = step.familyUntil === null ? null : { family, until: step.familyUntil };
}

function leaveMarks({ progress }: RouteRequest, { marks }: CallStep, target: Target): void {
  if (marks.tried) progress.tried.add(target);
  if (marks.retried) progress.retried.add(target);
  if (marks.refused) progress.refusedBy.add(target.model);
  if (marks.objected) progress.objected.add(target.key.provider);
  progress.overflowed = Math.max(progress.overflowed, marks.overflowed);
}

function choiceOf({ keyId, model, tokens, inputTokens, score: value }: CallStep): Choice {
  return { keyId, model, tokens, inputTokens, score: value };
}

function chosen(route: RouteRequest, target: Target, at: number): Choice {
  const { tokens, inputTokens } = needOf(route, target);
  const value = route.weights === null ? null : score(target, route.weights, at, route.seed);
  return { keyId: target.key.id, model: target.model.key, tokens, inputTokens, score: value };
}

function nothing(route: RouteRequest, at: number): Choice {
  return { keyId: null, ...exhaustion(route, at) };
}

/** With a change there may be something to call, where there was nothing. */
function chosenAtEnd(route: RouteRequest, { at }: EndStep, change: Change | null): Choice {
  const target = change === null ? null : bestUsable(route, at);
  return target === null ? nothing(route, at) : chosen(route, target, at);
}

function hasSameReasons(route: RouteRequest, step: CallStep, target: Target): boolean {
  if (step.passed.length === 0) return true;
  const { passed } = walkTo(route, step.at, target);
  return step.passed.every((one, index) => isSameReason(one, passed[index]));
}

function isSameReason(one: PassedOver, other: PassedOver | undefined): boolean {
  if (other === undefined) return false;
  const { keyId, model, reason, until, detail } = one;
  const isSamePlace = keyId === other.keyId && model === other.model;
  return isSamePlace && reason === other.reason && until === other.until && detail === other.detail;
}

function isEqual(one: Choice, other: Choice): boolean {
  return JSON.stringify(Object.entries(one).sort()) === JSON.stringify(Object.entries(other).sort());
}
