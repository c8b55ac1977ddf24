/** How requests were decided: what is kept of it, and what is told about it. */

import type { ExplainCommand, ExplainReply, PlannedRequest, ReplayView } from "../../command/explain.ts";
import { type Command, CommandError } from "../../command.ts";
import type { Clock, Log, Timers } from "../../ports.ts";
import type { DecisionRecord } from "../../route/decision.ts";
import { DEFAULT_OUTPUT_TOKENS } from "../../route/estimate.ts";
import { exhaustion } from "../../route/exhaustion.ts";
import { bestUsable, newProgress, type RouteRequest } from "../../route/plan.ts";
import { type Change, replay, routeOf } from "../../route/replay.ts";
import { strategyOf } from "../../route/score.ts";
import type { RouterState } from "../../route/state.ts";
import { WHAT_IF_FORMS, whatIf } from "../../route/what-if.ts";
import type { Store } from "../../store/store.ts";
import { EventRecorder } from "./recorder.ts";
import { openTimeline, TimelineError } from "./timeline.ts";
import { explanationOf, oldExplanation, replayView, verdictsOf } from "./views.ts";
import { whyNothing } from "./words.ts";

export interface ExplainerHost {
  state: RouterState;
  store: Store;
  clock: Clock;
  timers: Timers;
  log: Log;
}

/** A prompt of usual length. */
const USUAL_INPUT_TOKENS = 1_000;

export function isExplainCommand(command: Command): command is ExplainCommand {
  return command.type === "explain" || command.type === "explain-plan";
}

export class Explainer {
  readonly recorder: EventRecorder;
  readonly #host: ExplainerHost;
  readonly #version: string;

  /** `run` names this process; it is a part of the names of its requests. */
  constructor(host: ExplainerHost, version: string, run: string) {
    this.#host = host;
    this.#version = version;
    this.recorder = new EventRecorder({ ...pick(host), version, run });
  }

  remember(decision: () => Omit<DecisionRecord, "version">): void {
    this.#host.store.decisions.add(() => {
      // The record is made for this alone: it need not be copied.
      const record: Omit<DecisionRecord, "version"> & { version?: string } = decision();
      record.version = this.#version;
      return record as DecisionRecord;
    });
  }

  /** Throws CommandError for a request that nobody knows. */
  execute(command: ExplainCommand): ExplainReply {
    if (command.type === "explain-plan") return { type: "plan", plan: this.#plan(command.request) };
    const { id, full = false, whatIf: change } = command;
    const { store } = this.#host;
    const decision = id === null ? (store.decisions.recent(1)[0] ?? null) : store.decisions.find(id);
    const record = store.history.byId(decision?.id ?? id ?? "");
    if (decision === null) {
      if (record !== null) return { type: "explanation", explanation: oldExplanation(record) };
      throw id === null
        ? new CommandError("no_requests", "No request has been made yet.", null)
        : new CommandError(
            "unknown_request",
            `There is no request "${id}".`,
            "Its name is in the answer's X-Request-ID header; the latest one: freellm explain --last",
          );
    }
    const explanation = explanationOf(decision, record);
    if (full) {
      try {
        explanation.verdicts = this.#verdictsThen(decision);
      } catch (error) {
        explanation.notes.push(`The candidates of that moment cannot be listed: ${problemOf(error)}`);
      }
    }
    if (command.replay === true || change !== undefined) {
      explanation.replay = this.#replay(decision, change ?? null);
    }
    return { type: "explanation", explanation };
  }

  #timeline(decision: DecisionRecord) {
    const sequences = decision.steps.flatMap((step) => ("sequence" in step ? step.sequence : []));
    const [first] = sequences;
    if (first === undefined) throw new TimelineError("There was nothing to decide.");
    const run = runOf(decision.id);
    const last = sequences.at(-1) ?? first;
    this.recorder.flush();
    const { eventLog } = this.#host.store;
    return { timeline: openTimeline(eventLog, { run, version: this.#version, first, last }), first };
  }

  #verdictsThen(decision: DecisionRecord) {
    const { timeline, first } = this.#timeline(decision);
    timeline.advance(first);
    const at = decision.steps.find((step) => "sequence" in step)?.at ?? decision.at;
    return verdictsOf(routeOf(decision, timeline.state, null), at);
  }

  #replay(decision: DecisionRecord, text: string | null): ReplayView {
    try {
      const { timeline, first } = this.#timeline(decision);
      timeline.advance(first);
      const change = text === null ? null : changeOf(text, timeline.state);
      return replayView(replay(decision, timeline, change), text);
    } catch (error) {
      if (error instanceof CommandError) throw error;
      return { whatIf: text, agrees: false, problem: problemOf(error), decisions: [] };
    }
  }

  #plan(request: PlannedRequest) {
    const { state, clock } = this.#host;
    const { catalogue } = state;
    const resolution = catalogue.resolve(request.model);
    if (resolution.kind === "unknown") {
      throw new CommandError(
        "unknown_model",
        `The model "${request.model}" does not exist.`,
        "See: freellm models list",
      );
    }
    const at = clock.now();
    const { tools = false, vision = false, jsonSchema = false } = request;
    const needs = {
      tools,
      vision,
      jsonSchema,
      private: request.private === true || catalogue.preferences.private,
    };
    const { inputTokens = USUAL_INPUT_TOKENS, outputTokens = DEFAULT_OUTPUT_TOKENS } = request;
    const tokens = { input: inputTokens, output: outputTokens };
    const route: RouteRequest = {
      ...{ candidates: resolution.targets, needs, tokens, seed: 0, bound: null, progress: newProgress() },
      weights: strategyOf(resolution.strategy, catalogue.preferences.weights).weights,
    };
    const target = bestUsable(route, at);
    const { kind, retryAt } = exhaustion(route, at);
    return {
      ...{ at, model: request.model, needs, tokens, strategy: resolution.strategy },
      target: target && { keyId: target.key.id, model: target.model.key },
      why: target === null ? whyNothing(kind) : null,
      retryAt: target === null ? retryAt : null,
      verdicts: verdictsOf(route, at),
    };
  }
}

function pick({ state, store, timers, log }: ExplainerHost) {
  return { state, store, timers, log };
}

/** The part of a request's name that names the process. */
function runOf(requestId: string): string {
  return requestId.slice("req_".length, -8);
}

function changeOf(text: string, state: RouterState): Change {
  const change = whatIf(text, state);
  if (change !== null) return change;
  const message = `"${text}" does not say what might have been otherwise.`;
  throw new CommandError("what_if", message, `Use ${WHAT_IF_FORMS}.`, true);
}

/** In words; what is no TimelineError is damage. */
function problemOf(error: unknown): string {
  if (error instanceof TimelineError) return error.message;
  return `What was kept of it cannot be read (${error instanceof Error ? error.message : String(error)}).`;
}
