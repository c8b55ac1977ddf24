/** Serves one chat request on any surface: body in, answer or error out, and a record of it at the end. */
import { addEvent, emptyAnswer } from "../chat/answer.ts";
import type { Failure } from "../chat/failure.ts";
import type { Problem } from "../chat/problem.ts";
import type { ChatRequest } from "../chat/request.ts";
import { measureRequest } from "../route/estimate.ts";
import type { AttemptRecord, RequestOutcome } from "../route/event.ts";
import { type FailoverPorts, failover, type Outcome } from "../route/failover.ts";
import { newProgress, type RouteRequest } from "../route/plan.ts";
import { strategyOf } from "../route/score.ts";
import type { Target } from "../route/target.ts";
import type { Surface } from "../surface/surface.ts";
import { createRedactor } from "../vault/redact.ts";
import { createAttempt } from "./attempt.ts";
import type { ClientLink } from "./client-link.ts";
import { type ConversationIdentity, identify } from "./conversation.ts";
import type { Gateway } from "./gateway.ts";
import type { LiveAnswer } from "./live-answer.ts";
import { problemOf, problemResponse, routingHeaders } from "./report.ts";
import type { RequestOptions } from "./request-options.ts";
import { reserve } from "./reserve.ts";
import { streamBody } from "./stream.ts";
import { WaitAbortedError } from "./waiters.ts";

type Started = { answer: LiveAnswer } | { problem: Problem } | { gone: true };

/** One request from its decoded form to its end. */
export class ChatExchange {
  readonly requestId: string;
  readonly #gateway: Gateway;
  readonly #surface: Surface;
  readonly #request: ChatRequest;
  readonly #options: RequestOptions;
  readonly #client: ClientLink;
  readonly #arrivedAt: number;
  readonly #startedAt: number;
  /** The hops before the one that answered. */
  readonly #failed: AttemptRecord[] = [];
  readonly #ended: () => void;
  /** The model asked for, as it may be kept. */
  #model: string;
  #servedBy: Target | null = null;
  #firstContentMs: number | null = null;

  /** `ended` is called once, when the client got all it will get. */
  constructor(
    gateway: Gateway,
    surface: Surface,
    request: ChatRequest,
    options: RequestOptions,
    client: ClientLink,
    ended: () => void,
  ) {
    this.#options = options;
    this.#ended = ended;
    this.#gateway = gateway;
    this.#surface = surface;
    this.#request = request;
    this.#model = request.model;
    this.#client = client;
    this.requestId = gateway.newRequestId();
    this.#arrivedAt = gateway.clock.now();
    this.#startedAt = gateway.clock.monotonic();
  }

  /** Never rejects. */
  async respond(): Promise<Response> {
    const run = this.#run().catch((error: unknown): Started => {
      this.#gateway.log.error("a request failed inside freellm", { error: stackOf(error) });
      return { problem: { kind: "internal", message: "freellm failed at this request; its log says why." } };
    });
    if (!this.#request.stream) return this.#whole(await run);
    const started = await this.#untilHeld(run);
    if (started === null) return this.#streamed(run);
    if ("answer" in started) return this.#streamed(run);
    return this.#refuse(started);
  }

  async #run(): Promise<Started> {
    const gateway = this.#gateway;
    const { model, fallbackModels } = this.#request;
    const { catalogue } = gateway.state;
    const resolution = fallbackModels
      ? catalogue.resolveChain([model, ...fallbackModels])
      : catalogue.resolve(model);
    if (resolution.kind === "unknown") {
      // Somebody may have put a key where the model belongs.
      this.#model = createRedactor().scrub(model);
      const message = `The model "${this.#model}" does not exist. See: freellm models list`;
      return { problem: { kind: "unknown_model", message, parameter: "model" } };
    }
    const { tokens, needs } = measureRequest(this.#request, this.#options.private);
    const conversation = identify(this.#request, this.#options.sessionId, gateway.digest);
    const route: RouteRequest = {
      candidates: resolution.targets,
      needs,
      tokens,
      weights: strategyOf(resolution.strategy, catalogue.preferences.weights).weights,
      seed: seedOf(this.requestId),
      bound: boundTarget(gateway, conversation, resolution.targets),
      progress: newProgress(),
    };
    const { patienceMs } = this.#options;
    const { maxAttempts, failoverBudgetMs: budgetMs } = gateway.limits;
    let outcome: Outcome<LiveAnswer>;
    try {
      const attempt = createAttempt(gateway, this.#request, this.#client);
      const limits = { maxAttempts, budgetMs, patienceMs };
      outcome = await failover(route, attempt, limits, this.#ports(tokens.input));
    } catch (error) {
      if (error instanceof WaitAbortedError) return { gone: true };
      throw error;
    }
    if (outcome.kind === "committed") {
      this.#servedBy = outcome.target;
      this.#firstContentMs = this.#elapsed();
      this.#bind(conversation, outcome.target);
      return { answer: outcome.answer };
    }
    if (this.#client.gone) return { gone: true };
    const named = resolution.kind === "named";
    return {
      problem: problemOf(outcome, model, named, this.#failed, gateway.clock.now(), resolution.targets),
    };
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

  #ports(estimate: number): FailoverPorts {
    const gateway = this.#gateway;
    return {
      now: () => gateway.clock.now(),
      elapsed: () => gateway.clock.monotonic() - this.#startedAt,
      record: (event) => gateway.record(event),
      reserve: (target, need) => reserve(gateway, target, need, estimate, this.requestId),
      wait: (until) => gateway.waiters.wait(until, this.#client.signal),
      hop: (target, failure, startedAt) => {
        if (failure.kind === "invalid_key") gateway.doubt(target.key.id);
        this.#failed.push(attemptRecord(target, failure, gateway.clock.now() - startedAt));
      },
    };
  }

  async #whole(started: Started): Promise<Response> {
    if (!("answer" in started)) return this.#refuse(started);
    const answer = emptyAnswer();
    for (;;) {
      const events = await started.answer.read();
      if (events === null) break;
      for (const event of events) addEvent(answer, event);
    }
    if (this.#client.gone) return this.#refuse({ gone: true });
    if (answer.failure) {
      const message = `The answer broke off: ${answer.failure.message}`;
      return this.#refuse({ problem: { kind: "stream_broken", message } }, "broken");
    }
    const body = this.#surface.whole(answer, this.#request);
    this.#finish(200, "ok", started.answer);
    return new Response(body, { headers: { ...this.#headers(), "content-type": "application/json" } });
  }

  /** The outcome, or null when it took longer than the client may be left without headers. */
  #untilHeld(run: Promise<Started>): Promise<Started | null> {
    return new Promise((resolve, reject) => {
      const timer = this.#gateway.timers.after(this.#gateway.limits.headerHoldMs, () => resolve(null));
      run.then(
        (started) => {
          timer.cancel();
          resolve(started);
        },
        (error: unknown) => {
          timer.cancel();
          reject(error);
        },
      );
    });
  }

  #streamed(run: Promise<Started>): Response {
    let live: LiveAnswer | null = null;
    const start = run.then((started) => {
      if ("answer" in started) live = started.answer;
      return "gone" in started
        ? { problem: { kind: "internal" as const, message: "The client left." } }
        : started;
    });
    const body = streamBody(this.#gateway, {
      start,
      encoder: this.#surface.stream(this.#request),
      ended: (end) => {
        if (end === "client_gone") this.#client.leave();
        this.#finish(end === "client_gone" ? 499 : 200, end, live);
      },
    });
    const headers = {
      ...this.#headers(),
      "content-type": this.#surface.streamContentType,
      "cache-control": "no-cache",
    };
    return new Response(body, { headers });
  }

  #refuse(started: { problem: Problem } | { gone: true }, outcome: RequestOutcome = "failed"): Response {
    if ("gone" in started) {
      this.#finish(499, "client_gone", null);
      return new Response(null, { status: 499 });
    }
    const response = problemResponse(this.#surface, started.problem, this.#headers());
    this.#finish(response.status, outcome, null);
    return response;
  }

  #headers(): Record<string, string> {
    const target = this.#servedBy;
    const servedBy = target && { provider: target.key.provider, model: target.model.model.id };
    return routingHeaders(this.requestId, servedBy, this.#failed);
  }

  #elapsed(): number {
    return Math.round(this.#gateway.clock.monotonic() - this.#startedAt);
  }

  #finish(status: number, outcome: RequestOutcome, answer: LiveAnswer | null): void {
    this.#ended();
    const target = this.#servedBy;
    const usage = answer?.usage;
    const attempts = [...this.#failed];
    if (target) attempts.push(attemptRecord(target, answer?.failure ?? null, this.#firstContentMs ?? 0));
    this.#gateway.record({
      type: "request-finished",
      record: {
        id: this.requestId,
        at: this.#arrivedAt,
        surface: this.#surface.name,
        model: this.#model,
        stream: this.#request.stream,
        status,
        outcome,
        servedBy: target && {
          provider: target.key.provider,
          model: target.model.model.id,
          keyId: target.key.id,
        },
        attempts,
        inputTokens: usage?.inputTokens ?? 0,
        outputTokens: usage?.outputTokens ?? 0,
        firstContentMs: this.#firstContentMs,
        durationMs: this.#elapsed(),
      },
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

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function attemptRecord(target: Target, failure: Failure | null, durationMs: number): AttemptRecord {
  return {
    provider: target.key.provider,
    model: target.model.model.id,
    keyId: target.key.id,
    outcome: failure?.kind ?? "ok",
    status: failure?.status ?? null,
    rule: failure?.rule ?? null,
    message: failure?.message ?? null,
    durationMs,
  };
}
