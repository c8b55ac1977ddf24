/**
 * Collects how a request is decided, while it is: what the failover loop knows anyway, a few assignments a call. The record is
 * made of it behind the answer. Candidates are walked only where the first one was not simply called.
 */
import type { Failure } from "../chat/failure.ts";
import type { Need } from "../route/counter.ts";
import type {
  BreakStep,
  CallStep,
  DecisionRecord,
  DecisionStep,
  FailureNote,
  Marks,
  WaitStep,
  Walk,
} from "../route/decision.ts";
import type { Exhaustion } from "../route/exhaustion.ts";
import type { CallNumber } from "../route/failover.ts";
import type { Progress, RouteRequest } from "../route/plan.ts";
import type { StrategyName } from "../route/preferences.ts";
import { score } from "../route/score.ts";
import type { Target } from "../route/target.ts";
import { walkTo } from "../route/walk.ts";

/** What the request was when it was first planned. */
export interface Planned {
  models: string[];
  strategy: StrategyName;
  route: RouteRequest;
}

/** What is known of a request only at its end, or by its surroundings. */
export type Surroundings = Pick<DecisionRecord, "id" | "at" | "surface" | "status" | "outcome">;

const NO_WALK: Walk = Object.freeze({ passed: [], others: {} });

interface PlacedCall {
  target: Target;
  step: CallStep;
}

export class Trace {
  readonly #steps: DecisionStep[] = [];
  /** Calls in flight, with their steps. */
  #open: PlacedCall[] = [];
  /** Calls that failed, and whose traces in the progress are not read yet. */
  #failed: PlacedCall[] = [];
  #first: Omit<DecisionRecord, keyof Surroundings | "version" | "steps" | "omitted"> | null = null;
  #progress: Progress | null = null;
  /** The instant of the latest look at the state, and what it had seen then. */
  #at = 0;
  #sequence = 0;

  looked(at: number, sequence: number): number {
    this.#at = at;
    this.#sequence = sequence;
    return at;
  }

  planned({ models, strategy, route }: Planned): void {
    const { needs, tokens, seed, bound } = route;
    this.#progress = route.progress;
    const place = bound && { keyId: bound.key.id, model: bound.model.key };
    this.#first = { models, known: true, needs, tokens, strategy, seed, bound: place };
  }

  /** A call is about to take its place: nothing is taken yet. */
  chosen(route: RouteRequest, target: Target, need: Need, { attempt, isDouble }: CallNumber): void {
    const { progress, weights, candidates, bound, seed } = route;
    this.#readMarks(progress);
    const isFirst = target === (bound ?? candidates[0]);
    const skips = weights === null ? !isFirst : target !== bound && progress.passedOver;
    const isPlain = isDouble || (attempt === 1 && this.#steps.length === 0 && !skips);
    const walk = isPlain ? NO_WALK : walkTo(route, this.#at, target);
    const step: CallStep = {
      type: "call",
      at: this.#at,
      sequence: this.#sequence,
      keyId: target.key.id,
      model: target.model.key,
      tokens: need.tokens,
      inputTokens: need.inputTokens,
      score: weights === null ? null : score(target, weights, this.#at, seed),
      isDouble,
      familyUntil: progress.waitingFor?.until ?? null,
      sparesFailing: progress.sparesFailing,
      durationMs: null,
      failure: null,
      marks: NO_MARKS,
      passed: walk.passed,
      others: walk.others,
    };
    this.#steps.push(step);
    this.#open.push({ target, step });
  }

  waits(route: RouteRequest, until: number): WaitStep {
    this.#readMarks(route.progress);
    const step: WaitStep = {
      ...{ type: "wait", at: this.#at, sequence: this.#sequence, until, durationMs: null },
    };
    this.#steps.push(step);
    return step;
  }

  /** Before the next look at the state. */
  counted(route: RouteRequest, counted: number, at: number): void {
    this.#readMarks(route.progress);
    this.#steps.push({ type: "count", at: this.#at, counted, durationMs: at - this.#at });
  }

  failed(target: Target, failure: Failure, durationMs: number): void {
    const call = this.#open.find((open) => open.target === target);
    if (call === undefined) return;
    this.#open = this.#open.filter((open) => open !== call);
    call.step.durationMs = durationMs;
    call.step.failure = noteOf(failure);
    this.#failed.push(call);
  }

  answered(target: Target, at: number): void {
    for (const { step, target: called } of this.#open) {
      if (called === target) step.durationMs = at - step.at;
    }
    this.#open = [];
  }

  /** `route` as it goes on. */
  broke(route: RouteRequest, target: Target, failure: Failure, at: number): void {
    this.#readMarks(route.progress);
    const step: BreakStep = {
      ...{ type: "break", at, keyId: target.key.id, model: target.model.key },
      ...{ failure: noteOf(failure), tokens: route.tokens },
    };
    this.#steps.push(step);
  }

  /** Called when the exhaustion is known, and what the state is by then does not matter: it was looked at before. */
  exhausted(route: RouteRequest, why: Exhaustion): void {
    this.#readMarks(route.progress);
    const step = { type: "end" as const, at: this.#at, sequence: this.#sequence };
    this.#steps.push({ ...step, ...why, ...walkTo(route, this.#at, null) });
  }

  /** Behind the answer. `model`: the name asked for, as it may be kept. */
  record(surroundings: Surroundings, model: string): Omit<DecisionRecord, "version"> {
    if (this.#progress) this.#readMarks(this.#progress);
    const first = this.#first ?? UNKNOWN;
    const models = this.#first === null ? [model] : first.models;
    return {
      id: surroundings.id,
      at: surroundings.at,
      surface: surroundings.surface,
      models,
      known: first.known,
      needs: first.needs,
      tokens: first.tokens,
      strategy: first.strategy,
      seed: first.seed,
      bound: first.bound,
      steps: this.#steps,
      omitted: 0,
      status: surroundings.status,
      outcome: surroundings.outcome,
    };
  }

  /** What calls that failed left in the progress is there a moment after they failed. */
  #readMarks(progress: Progress): void {
    if (this.#failed.length === 0) return;
    for (const { step, target } of this.#failed) {
      step.marks = {
        tried: progress.tried.has(target),
        retried: progress.retried.has(target),
        refused: progress.refusedBy.has(target.model),
        objected: progress.objected.has(target.key.provider),
        overflowed: progress.overflowed,
      };
    }
    this.#failed = [];
  }
}

const UNKNOWN = Object.freeze({
  known: false,
  needs: { tools: false, vision: false, jsonSchema: false, private: false },
  tokens: { input: 0, output: 0 },
  strategy: "priority" as const,
  seed: 0,
  bound: null,
  models: [],
});

const NO_MARKS: Readonly<Marks> = Object.freeze({
  tried: false,
  retried: false,
  refused: false,
  objected: false,
  overflowed: 0,
});

function noteOf({ kind, rule, status, message, until }: Failure): FailureNote {
  return { kind, rule, status: status ?? null, message, until: until ?? null };
}
