/** Serves one chat request on any surface: body in, answer or error out, and a record of it at the end. */
import { type Answer, addEvent, emptyAnswer } from "../chat/answer.ts";
import type { Failure } from "../chat/failure.ts";
import { LATER, promised } from "../chat/later.ts";
import type { Problem } from "../chat/problem.ts";
import type { ChatRequest } from "../chat/request.ts";
import type { RequestOutcome } from "../route/event.ts";
import type { Surface } from "../surface/surface.ts";
import type { ClientLink } from "./client-link.ts";
import type { Gateway } from "./gateway.ts";
import type { AnswerStream, LiveAnswer } from "./live-answer.ts";
import { answerHeaders, problemResponse } from "./report.ts";
import type { RequestOptions } from "./request-options.ts";
import { RescuedAnswer } from "./rescue.ts";
import { attemptRecord } from "./route-ports.ts";
import { RoutedRequest, type Started } from "./routed-request.ts";
import { type StreamEnd, streamBody } from "./stream.ts";

/** One request from its decoded form to its end. */
export class ChatExchange {
  readonly requestId: string;
  readonly #gateway: Gateway;
  readonly #surface: Surface;
  readonly #request: ChatRequest;
  readonly #options: RequestOptions;
  readonly #client: ClientLink;
  readonly #arrivedAt: number;
  readonly #routed: RoutedRequest;
  readonly #ended: () => void;
  #isOver = false;

  /** `ended` is called once, when the client got all it will get. */
  constructor(
    gateway: Gateway,
    surface: Surface,
    request: ChatRequest,
    options: RequestOptions,
    client: ClientLink,
    ended: () => void,
  ) {
    this.#gateway = gateway;
    this.#surface = surface;
    this.#request = request;
    this.#options = options;
    this.#client = client;
    this.#ended = ended;
    this.requestId = gateway.newRequestId();
    this.#arrivedAt = gateway.clock.now();
    this.#routed = new RoutedRequest(gateway, request, options, client, this.requestId);
  }

  /** Never rejects. */
  respond(): Promise<Response> {
    return this.#request.stream ? this.#stream() : this.#whole();
  }

  #failed(error: unknown): { problem: Problem } {
    this.#gateway.log.error("a request failed inside freellm", { error: stackOf(error) });
    return { problem: { kind: "internal", message: "freellm failed at this request; its log says why." } };
  }

  async #stream(): Promise<Response> {
    const run = this.#routed.start().catch((error: unknown) => this.#failed(error));
    const started = await this.#untilHeld(run);
    if (started === null) return this.#streamed(run, true);
    if ("answer" in started) return this.#streamed(run, false);
    return this.#refuse(started);
  }

  /** Nothing has been sent before all of it is there: an answer that breaks is asked for again elsewhere. */
  async #whole(): Promise<Response> {
    let live: LiveAnswer | null = null;
    try {
      const started = await this.#routed.start();
      if (!("answer" in started)) return this.#refuse(started);
      live = started.answer;
      for (;;) {
        const answer = await wholeOf(live);
        if (this.#client.gone) return this.#refuse({ gone: true });
        if (answer.failure === null) {
          const body = this.#surface.whole(answer, this.#request);
          this.#finish(200, "ok", live);
          return new Response(body, { headers: this.#headers("application/json") });
        }
        const other = await this.#routed.goOn(live, answer.failure, "");
        if (other === null) {
          const message = `The answer broke off: ${answer.failure.message}`;
          return this.#refuse({ problem: { kind: "stream_broken", message } }, "broken", live);
        }
        live = other;
      }
    } catch (error) {
      live?.cancel();
      return this.#refuse(this.#failed(error));
    }
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

  #streamed(run: Promise<Started>, isLate: boolean): Response {
    let shown: AnswerStream | null = null;
    const start = run.then((started) => {
      if ("gone" in started) return { problem: { kind: "internal" as const, message: "The client left." } };
      if ("problem" in started) return started;
      shown = this.#options.rescue ? this.#rescued(started.answer) : started.answer;
      return { answer: shown };
    });
    const source = {
      start,
      isLate,
      encoder: this.#surface.stream(this.#request),
      ended: (end: StreamEnd) => {
        if (end === "client_gone") this.#client.leave();
        this.#finish(end === "client_gone" ? 499 : 200, end, shown);
      },
    };
    const body = streamBody(this.#gateway, source, this.#client);
    const headers = this.#headers(this.#surface.streamContentType);
    headers["cache-control"] = "no-cache";
    return new Response(body, { headers });
  }

  #rescued(answer: LiveAnswer): RescuedAnswer {
    return new RescuedAnswer(answer, {
      goOn: async (broken: LiveAnswer, failure: Failure, text: string) => {
        const next = await this.#routed.goOn(broken, failure, text);
        const { requestId } = this;
        this.#gateway.log.info("an answer broke", {
          requestId,
          failure: failure.kind,
          rescued: next !== null,
        });
        return next;
      },
      continuesExactly: ({ reservation }) => {
        const provider = this.#gateway.providerOf(reservation.target.key.provider);
        return provider?.quirks.continuation === "prefix";
      },
    });
  }

  /** `broken`: what came of it. */
  #refuse(
    started: { problem: Problem } | { gone: true },
    outcome: RequestOutcome = "failed",
    broken: AnswerStream | null = null,
  ): Response {
    if ("gone" in started) {
      this.#finish(499, "client_gone", null);
      return new Response(null, { status: 499 });
    }
    const response = problemResponse(this.#surface, started.problem, this.#headers("application/json"));
    this.#finish(response.status, outcome, broken);
    return response;
  }

  #headers(contentType: string): Record<string, string> {
    const { servedBy, failed } = this.#routed;
    return answerHeaders(this.requestId, contentType, servedBy, failed);
  }

  #finish(status: number, outcome: RequestOutcome, answer: AnswerStream | null): void {
    // Once, also where what follows fails.
    if (this.#isOver) return;
    this.#isOver = true;
    this.#ended();
    const { servedBy: target, failed, firstContentMs, model, elapsed } = this.#routed;
    const usage = answer?.usage;
    const ended = { id: this.requestId, at: this.#arrivedAt, surface: this.#surface.name, status, outcome };
    this.#gateway.decisions.remember(() => this.#routed.trace.record(ended, model));
    const attempts = [...failed];
    // A break that nobody could mend was told already: one of the hops, others may have failed after it.
    const isTold = answer?.failure != null && answer.failure === this.#routed.told;
    if (target && !isTold) attempts.push(attemptRecord(target, answer?.failure ?? null, firstContentMs ?? 0));
    this.#gateway.record({
      type: "request-finished",
      record: {
        id: this.requestId,
        at: this.#arrivedAt,
        surface: this.#surface.name,
        model,
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
        firstContentMs,
        durationMs: elapsed,
      },
    });
  }
}

/** All of an answer, up to its end or its break. */
function wholeOf(live: LiveAnswer): Promise<Answer> {
  const answer = emptyAnswer();
  return promised((wake) => {
    for (;;) {
      const events = live.read(wake);
      if (events === LATER) return LATER;
      if (events === null) return answer;
      for (const event of events) addEvent(answer, event);
    }
  });
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
