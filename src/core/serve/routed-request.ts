/** One request on its way through the router: to the target that answers it, and on to others when that breaks. */
import type { Failure } from "../chat/failure.ts";
import type { Problem } from "../chat/problem.ts";
import type { ChatRequest } from "../chat/request.ts";
import { measureRequest } from "../route/estimate.ts";
import type { AttemptRecord } from "../route/event.ts";
import { failover, type Outcome } from "../route/failover.ts";
import { newProgress, type RouteRequest } from "../route/plan.ts";
import { strategyOf } from "../route/score.ts";
import type { Target } from "../route/target.ts";
import { createRedactor } from "../vault/redact.ts";
import { createAttempt } from "./attempt.ts";
import type { ClientLink } from "./client-link.ts";
import { type ConversationIdentity, identify } from "./conversation.ts";
import type { Gateway } from "./gateway.ts";
import type { LiveAnswer } from "./live-answer.ts";
import { problemOf } from "./report.ts";
import type { RequestOptions } from "./request-options.ts";
import { canRescue, continuation } from "./rescue.ts";
import { attemptRecord, type RoutedFacts, RoutePorts } from "./route-ports.ts";
import { Trace } from "./trace.ts";
import { type Place, WaitAbortedError } from "./waiters.ts";

export type Started = { answer: LiveAnswer } | { problem: Problem } | { gone: true };

export class RoutedRequest implements RoutedFacts {
  readonly id: string;
  readonly place: Place;
  readonly #gateway: Gateway;
  readonly #request: ChatRequest;
  readonly #options: RequestOptions;
  readonly #client: ClientLink;
  readonly #startedAt: number;
  #route: RouteRequest | null = null;
  /** The hops that failed, in order. */
  readonly failed: AttemptRecord[] = [];
  /** How it was decided. */
  readonly trace = new Trace();
  /** The model asked for, as it may be kept. */
  model: string;
  servedBy: Target | null = null;
  /** The last break, which is among the hops already. */
  told: Failure | null = null;
  firstContentMs: number | null = null;

  /** `id` is the request's; its time runs from now. */
  constructor(
    gateway: Gateway,
    request: ChatRequest,
    options: RequestOptions,
    client: ClientLink,
    id: string,
  ) {
    this.#gateway = gateway;
    this.#request = request;
    this.#options = options;
    this.#client = client;
    this.id = id;
    this.#startedAt = gateway.clock.monotonic();
    this.place = gateway.waiters.arrive();
    this.model = request.model;
  }

  /** Milliseconds since the request began. */
  get elapsed(): number {
    return Math.round(this.#gateway.clock.monotonic() - this.#startedAt);
  }

  /** To the first target that answers. */
  async start(): Promise<Started> {
    const gateway = this.#gateway;
    const { model, fallbackModels } = this.#request;
    const { catalogue } = gateway.state;
    const resolution = fallbackModels
      ? catalogue.resolveChain([model, ...fallbackModels])
      : catalogue.resolve(model);
    if (resolution.kind === "unknown") {
      // Somebody may have put a key where the model belongs.
      this.model = createRedactor().scrub(model);
      const message = `The model "${this.model}" does not exist. See: freellm models list`;
      return { problem: { kind: "unknown_model", message, parameter: "model" } };
    }
    const conversation = identify(this.#request, this.#options.sessionId, gateway.digest);
    const { tokens, needs } = measureRequest(this.#request, this.#options.private);
    const route: RouteRequest = {
      candidates: resolution.targets,
      tokens,
      needs,
      weights: strategyOf(resolution.strategy, catalogue.preferences.weights).weights,
      seed: seedOf(this.id),
      bound: boundTarget(gateway, conversation, resolution.targets),
      progress: newProgress(),
    };
    this.#route = route;
    // Names that mean nothing may be anything.
    const models = fallbackModels
      ? [model, ...fallbackModels].filter((name) => catalogue.resolve(name).kind !== "unknown")
      : [model];
    this.trace.planned({ models, strategy: resolution.strategy, route });
    const outcome = await this.#failover(route, this.#request, this.#startedAt);
    if (outcome === null || this.#client.gone) {
      if (outcome?.kind === "committed") outcome.answer.cancel();
      return { gone: true };
    }
    if (outcome.kind === "committed") {
      this.firstContentMs = this.elapsed;
      this.#bind(conversation, outcome.target);
      return { answer: outcome.answer };
    }
    const named = resolution.kind === "named";
    const now = gateway.clock.now();
    return { problem: problemOf(outcome, model, named, this.failed, now, route) };
  }

  /**
   * After a break: the answer of another target. With `text`, which the client has already, it is asked to go on
   * from there; without, to answer the request anew. null when nothing is left that could.
   */
  async goOn(broken: LiveAnswer, failure: Failure, text: string): Promise<LiveAnswer | null> {
    const route = this.#route;
    if (route === null || this.#client.gone || !canRescue(failure)) return null;
    const { target } = broken.reservation;
    this.failed.push(attemptRecord(target, failure, this.elapsed));
    this.told = failure;
    route.progress.tried.add(target);
    route.bound = null;
    const request = continuation(this.#request, text);
    Object.assign(route, measureRequest(request, this.#options.private));
    this.trace.broke(route, target, failure, this.#gateway.clock.now());
    const outcome = await this.#failover(route, request, this.#gateway.clock.monotonic());
    return outcome?.kind === "committed" ? outcome.answer : null;
  }

  /** null when the client left while it waited. */
  async #failover(
    route: RouteRequest,
    request: ChatRequest,
    since: number,
  ): Promise<Outcome<LiveAnswer> | null> {
    const { maxAttempts, failoverBudgetMs: budgetMs } = this.#gateway.limits;
    const limits = {
      maxAttempts: maxAttempts - this.failed.length,
      budgetMs,
      patienceMs: this.#options.patienceMs,
    };
    try {
      const attempt = createAttempt(this.#gateway, request, this.#client);
      const ports = new RoutePorts(this.#gateway, this.#client, this, route, request, since);
      const outcome = await failover(route, attempt, limits, ports);
      if (outcome.kind === "committed") {
        this.servedBy = outcome.target;
        this.trace.answered(outcome.target, this.#gateway.clock.now());
      } else if (outcome.kind === "exhausted") this.trace.exhausted(route, outcome.why);
      return outcome;
    } catch (error) {
      if (error instanceof WaitAbortedError) return null;
      throw error;
    } finally {
      this.#gateway.waiters.passOn(this.place);
    }
  }

  /** The conversation stays here from now on. */
  #bind({ bind }: ConversationIdentity, { key, model }: Target): void {
    if (bind === null) return;
    const at = this.#gateway.clock.now();
    this.#gateway.record({
      type: "conversation-bound",
      conversation: bind,
      keyId: key.id,
      model: model.key,
      at,
    });
  }
}

/** Where the conversation is, if this request may go there. */
function boundTarget(
  { state, clock }: Gateway,
  { known }: ConversationIdentity,
  candidates: readonly Target[],
): Target | null {
  for (const name of known) {
    const binding = state.conversations.find(name, clock.now());
    if (binding === null) continue;
    const target = state.catalogue.target(binding.keyId, binding.model);
    if (target !== undefined && candidates.includes(target)) return target;
  }
  return null;
}

/** The number in a request's name: different for each, and the same when it is replayed. */
function seedOf(requestId: string): number {
  return Number.parseInt(requestId.slice(-8), 16) || 0;
}
