/** Decisions as they are shown. Pure. */
import type {
  ChoiceView,
  ExplainedStep,
  ExplanationView,
  FailureView,
  PassedView,
  ReplayView,
  VerdictView,
} from "../../command/explain.ts";
import type { DecisionRecord, DecisionStep, FailureNote, PassedOver } from "../../route/decision.ts";
import type { AttemptRecord, KeyId, ModelKey, RequestRecord } from "../../route/event.ts";
import { modelKey } from "../../route/event.ts";
import { needOf, plan, type RouteRequest } from "../../route/plan.ts";
import type { Choice, ReplayedStep } from "../../route/replay.ts";
import { score, scoreParts } from "../../route/score.ts";
import { passedOver } from "../../route/walk.ts";
import { meaningOf, remedyOf, whatFollowed, whyNothing, whyPassed } from "./words.ts";

/** `record`: what the history knows beside it; null where it does not any more. */
export function explanationOf(decision: DecisionRecord, record: RequestRecord | null): ExplanationView {
  const { id, at, version, surface, models, known, needs, tokens, strategy, seed, bound } = decision;
  // The slower one of two did not fail either, but has no end.
  const served = decision.steps.findLast(
    (step) => step.type === "call" && step.failure === null && step.durationMs !== null,
  );
  const answered = decision.outcome === "ok" || decision.outcome === "broken";
  return {
    ...{ id, at, version, surface, models, bound, seed: known ? seed : null },
    ...{ needs: known ? needs : null, tokens: known ? tokens : null, strategy: known ? strategy : null },
    ...{ status: decision.status, outcome: decision.outcome, omitted: decision.omitted },
    servedBy: answered && served?.type === "call" ? { keyId: served.keyId, model: served.model } : null,
    ...factsOf(record),
    steps: decision.steps.map(stepView),
    ...{ verdicts: null, replay: null, notes: [] },
  };
}

/** Of a request that is older than the decisions that are kept: its trail. */
export function oldExplanation(record: RequestRecord): ExplanationView {
  const { id, at, surface, model, status, outcome, servedBy, attempts } = record;
  return {
    ...{ id, at, version: null, surface, models: [model], status, outcome, omitted: 0 },
    ...{ needs: null, tokens: null, strategy: null, seed: null, bound: null },
    servedBy: servedBy && { keyId: servedBy.keyId, model: modelKey(servedBy.provider, servedBy.model) },
    ...factsOf(record),
    steps: attempts.map((attempt) => attemptView(attempt, at)),
    ...{ verdicts: null, replay: null },
    notes: ["Only the trail of this request is kept; how the last 10,000 were decided is known in full."],
  };
}

function factsOf(record: RequestRecord | null) {
  return {
    usage: record && { inputTokens: record.inputTokens, outputTokens: record.outputTokens },
    firstContentMs: record?.firstContentMs ?? null,
    durationMs: record?.durationMs ?? null,
  };
}

function stepView(step: DecisionStep): ExplainedStep {
  switch (step.type) {
    case "wait":
      return { type: "wait", at: step.at, until: step.until, durationMs: step.durationMs };
    case "count":
      return { type: "count", at: step.at, tokens: step.counted, durationMs: step.durationMs };
    case "break": {
      const { at, keyId, model } = step;
      return { type: "break", at, keyId, model, failure: failureView(step.failure, keyId, model, false) };
    }
    case "end": {
      const { at, kind, retryAt, others } = step;
      const passed = step.passed.map(passedView);
      return { type: "end", at, reason: kind, why: whyNothing(kind), retryAt, passed, others };
    }
    case "call": {
      const { at, keyId, model, tokens, inputTokens, isDouble, durationMs, failure, marks, others } = step;
      const again = marks.retried && !marks.tried;
      return {
        ...{ type: "call", at, keyId, model, reserved: { tokens, inputTokens }, score: step.score },
        ...{ isDouble, durationMs, failure: failure && failureView(failure, keyId, model, again) },
        ...{ passed: step.passed.map(passedView), others },
      };
    }
  }
}

function attemptView(attempt: AttemptRecord, at: number): ExplainedStep {
  const { provider, keyId, outcome, status, rule, message, durationMs } = attempt;
  const model = modelKey(provider, attempt.model);
  const note: FailureNote | null =
    outcome === "ok" ? null : { kind: outcome, rule: rule ?? "", status, message, until: null };
  return {
    ...{ type: "call", at, keyId, model, reserved: { tokens: 0, inputTokens: 0 }, score: null },
    ...{ isDouble: false, durationMs, failure: note && failureView(note, keyId, model, false) },
    ...{ passed: [], others: {} },
  };
}

function failureView(note: FailureNote, keyId: KeyId, model: ModelKey, again: boolean): FailureView {
  return {
    ...{ ...note, meaning: meaningOf(note.kind), followed: whatFollowed(note, again) },
    remedy: remedyOf(note.kind, keyId, model),
  };
}

function passedView({ keyId, model, reason, until, detail }: PassedOver): PassedView {
  return { keyId, model, reason, why: whyPassed(reason, detail, until), until };
}

/** Every candidate, in the order in which they are tried. */
export function verdictsOf(route: RouteRequest, now: number): VerdictView[] {
  return [...plan(route, now)].map(({ target, obstacle }): VerdictView => {
    const { keyId, model, reason, until, detail } =
      obstacle === null
        ? { keyId: target.key.id, model: target.model.key, reason: null, until: null, detail: null }
        : passedOver(target, obstacle, now);
    const { tokens, inputTokens } = needOf(route, target);
    return {
      ...{ keyId, model, usable: reason === null, reason },
      why: reason === null ? null : whyPassed(reason, detail, until),
      ...{ until, reserves: { tokens, inputTokens } },
      score: route.weights === null ? null : score(target, route.weights, now, route.seed),
      parts: scoreParts(target, now),
    };
  });
}

export function replayView(steps: readonly ReplayedStep[], whatIf: string | null): ReplayView {
  const decisions = steps.map(({ recorded, decided, agrees }) => ({
    ...{ recorded: choiceView(recorded), decided: choiceView(decided), agrees },
  }));
  return { whatIf, agrees: decisions.every(({ agrees }) => agrees), problem: null, decisions };
}

function choiceView(choice: Choice): ChoiceView {
  if (choice.keyId === null) return { keyId: null, model: null, tokens: null, score: null };
  const { keyId, model, tokens, score: value } = choice;
  return { keyId, model, tokens, score: value };
}
