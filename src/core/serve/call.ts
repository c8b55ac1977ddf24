/** One call of one target with its deadlines, up to the commit (the first event that carries content) and after it. */
import { type ChatEvent, isContent } from "../chat/event.ts";
import type { Failure } from "../chat/failure.ts";
import { LATER, type Later, promised, type Wake } from "../chat/later.ts";
import type { ChatRequest } from "../chat/request.ts";
import type { OutboundRequest, OutboundResponse } from "../ports.ts";
import type { CallTarget, ProviderSpec } from "../provider.ts";
import type { AttemptResult, Situation } from "../route/failover.ts";
import type { Reservation } from "../route/reservation.ts";
import { createRedactor } from "../vault/redact.ts";
import { CallSignal } from "./call-signal.ts";
import { describeTarget } from "./call-target.ts";
import type { ClientLink, ClientWork } from "./client-link.ts";
import { type Credential, openCredential } from "./credential.ts";
import { Deadline, type DeadlineOwner } from "./deadline.ts";
import { elapsedSince } from "./elapsed.ts";
import { firstContentDeadline } from "./first-content.ts";
import type { Gateway } from "./gateway.ts";
import { type Batch, type EventSource, LiveAnswer } from "./live-answer.ts";
import { StreamedReply, type StreamingCall } from "./streamed-reply.ts";
import type { Turn } from "./turn/index.ts";

/** Decoded bytes of a whole reply. */
const MAX_REPLY_BYTES = 32 * 1024 * 1024;
/** Decoded bytes of an error reply. */
const MAX_ERROR_BYTES = 8 * 1024 * 1024;
/** Events that may come before the first content. */
const MAX_HELD_EVENTS = 20_000;
/** Characters of an error reply that are looked at. */
const READ_OF_ERROR = 64 * 1024;

export class Call implements EventSource, ClientWork, DeadlineOwner, StreamingCall {
  readonly #gateway: Gateway;
  readonly #provider: ProviderSpec;
  readonly #client: ClientLink;
  readonly turn: Turn;
  readonly #reservation: Reservation;
  readonly deadline: Deadline;
  readonly signal = new CallSignal();
  #givenUp = false;
  #timedOut: string | null = null;
  /** The key of this call, so that no provider can echo it into an error text. */
  #secret: string | null = null;
  /** null where the answer comes whole. */
  #reply: StreamedReply | null = null;
  committed = false;

  constructor(
    gateway: Gateway,
    provider: ProviderSpec,
    client: ClientLink,
    turn: Turn,
    reservation: Reservation,
  ) {
    this.turn = turn;
    this.#gateway = gateway;
    this.#provider = provider;
    this.#client = client;
    this.#reservation = reservation;
    this.deadline = new Deadline(gateway.clock, gateway.timers, this, gateway.limits.upstreamTimeoutMs);
    client.onGone(this);
  }

  clientLeft(): void {
    this.signal.abort();
  }

  expired(): void {
    this.#timedOut = this.committed ? "the next chunk" : "any content";
    this.signal.abort();
  }

  /** Another call was faster: nobody is to blame. */
  giveUp(): void {
    this.#givenUp = true;
    this.signal.abort();
  }

  get clientGone(): boolean {
    return this.#client.gone;
  }

  get stallMs(): number {
    return this.#gateway.limits.streamStallMs;
  }

  release(): void {
    this.#client.release(this);
  }

  get heldCharacters(): number {
    return this.turn.heldCharacters;
  }

  /**
   * Up to the commit, or to the failure before it; never rejects. `inline` puts into the request what this provider does
   * not fetch itself; null where it takes the request as it is.
   */
  async run(
    asked: ChatRequest,
    situation: Situation,
    inline: ((signal: CallSignal) => Promise<ChatRequest>) | null,
  ): Promise<AttemptResult<LiveAnswer>> {
    const gateway = this.#gateway;
    let isSent = false;
    try {
      await gateway.journal.committed().catch((error: unknown) => this.#unsaved(error));
      // The provider was not asked, and will not be.
      if (this.#client.gone) return { failure: { ...this.failureOf(null), unsent: true } };
      const request = inline === null ? asked : await inline(this.signal);
      const opened = this.#open();
      if (opened === null) return { failure: unopened(this.#reservation.target.key.id) };
      const dialect = gateway.providers.dialect(this.#provider);
      const encoded = dialect.encode(request, opened.callTarget);
      this.deadline.set(this.#untilFirst(situation, encoded.stream));
      const startedAt = gateway.clock.monotonic();
      const { url, body, freshConnection = false } = encoded;
      const { signal } = this;
      const headers = Object.assign(encoded.headers, opened.credential.headers);
      const sent: OutboundRequest = { url, method: "POST", headers, body, signal, freshConnection };
      if (opened.proxy !== null) sent.proxy = opened.proxy;
      isSent = !signal.aborted;
      const response = await gateway.outbound.send(sent);
      const met = gateway.meetings.replies.point(gateway.state.openCalls);
      if (met !== null) await met;
      if (response.status !== 200) return { failure: await this.#refused(response) };
      this.#observe(response);
      let held: ChatEvent[];
      if (encoded.stream && !isJson(response)) {
        const decoder = dialect.decodeStream(request, opened.callTarget, () => gateway.clock.now());
        this.#reply = new StreamedReply(this, response.reader(), decoder);
        held = await this.#untilContent(this.#reply);
      } else {
        const text = await response.text(MAX_REPLY_BYTES);
        const events = dialect.decodeWhole(text, request, opened.callTarget, gateway.clock.now());
        held = this.turn.accept(events);
      }
      const broken = failureIn(held);
      if (broken !== null) return { failure: this.#scrubbed(broken) };
      return { answer: this.#commit(held, startedAt) };
    } catch (error) {
      const failure = this.failureOf(error);
      return { failure: isSent ? failure : { ...failure, unsent: true }, begun: this.turn.begun };
    } finally {
      if (!this.committed) this.cancel();
    }
  }

  /** Use that cannot be written is still counted in memory: serving goes on, and the log says so. */
  #unsaved(error: unknown): void {
    this.#gateway.log.error("the use of a key could not be saved", { error: String(error) });
  }

  /** What the call carries; null when the key does not open. */
  #open(): { credential: Credential; callTarget: CallTarget; proxy: string | null } | null {
    const gateway = this.#gateway;
    const keyId = this.#reservation.target.key.id;
    try {
      const proxy = gateway.proxyOf(keyId);
      const pasted = gateway.secretOf(keyId);
      const credential = openCredential(this.#provider, gateway.baseUrlOf(keyId), pasted);
      this.#secret = credential.secret;
      const callTarget = describeTarget(gateway, this.#provider, this.#reservation, credential.baseUrl);
      return { credential, callTarget, proxy };
    } catch {
      return null;
    }
  }

  #untilFirst(situation: Situation, streamed: boolean): number {
    const { target, need } = this.#reservation;
    const mostMs = this.#gateway.limits.firstContentMs;
    const outputTokens = need.tokens - need.inputTokens;
    const provider = this.#provider;
    return firstContentDeadline({ target, provider, situation, mostMs, outputTokens, streamed });
  }

  #commit(held: ChatEvent[], startedAt: number): LiveAnswer {
    const { clock } = this.#gateway;
    const { callId, target } = this.#reservation;
    this.committed = true;
    // The next deadline begins with the next read: a client that does not read is not the provider's fault.
    if (this.#reply === null) this.#rest();
    else if (!this.#reply.over) this.deadline.pause();
    this.#gateway.record({
      type: "call-succeeded",
      callId,
      keyId: target.key.id,
      model: target.model.key,
      at: clock.now(),
      firstContentMs: elapsedSince(clock, startedAt),
    });
    return new LiveAnswer(this.#reservation, held, this, clock);
  }

  broke(failure: Failure): void {
    const { key, model } = this.#reservation.target;
    const at = this.#gateway.clock.now();
    this.#gateway.record({ type: "call-failed", keyId: key.id, model: model.key, at, failure });
  }

  next(wake: Wake): Batch | Later {
    const events = this.#reply === null ? null : this.#reply.next(wake);
    if (events === null || events === LATER) return events;
    const last = events[events.length - 1];
    if (last?.type === "failure") last.failure = this.#scrubbed(last.failure);
    return events;
  }

  /** Drops the connection, also when nobody has read the body to its end. */
  cancel(): void {
    this.#rest();
    this.signal.abort();
  }

  /** Nothing more is expected of this connection. */
  #rest(): void {
    this.release();
    this.deadline.cancel();
  }

  failureOf(error: unknown): Failure {
    if (this.#client.gone) {
      return { kind: "aborted", scope: "request", rule: "client/gone", message: "the client left" };
    }
    if (this.#givenUp) {
      return { kind: "aborted", scope: "request", rule: "hedge/slower", message: "another call was faster" };
    }
    if (this.#timedOut !== null) {
      const message = `${this.#provider.name} did not send ${this.#timedOut} in time`;
      return { kind: "timeout", scope: "model", rule: "deadline/exceeded", message };
    }
    return this.#gateway.providers.classifyError(this.#provider, error);
  }

  /** Events up to and including the first batch with content, or to the end of the stream. */
  async #untilContent(reply: StreamedReply): Promise<ChatEvent[]> {
    const held: ChatEvent[] = [];
    const next = (wake: Wake) => reply.next(wake);
    for (;;) {
      const events = await promised(next);
      if (events === null) return held;
      for (const event of events) held.push(event);
      if (events.some((event) => event.type === "failure" || isContent(event))) return held;
      if (held.length > MAX_HELD_EVENTS) return [{ type: "failure", failure: endlessFailure() }];
    }
  }

  #observe(response: OutboundResponse, errorBody?: string): void {
    const { target } = this.#reservation;
    const at = this.#gateway.clock.now();
    const observations = this.#gateway.providers.observe(this.#provider, response.headers, at, errorBody);
    if (observations.length === 0) return;
    const keyId = target.key.id;
    this.#gateway.record({ type: "limit-observed", keyId, model: target.model.key, at, observations });
  }

  async #refused(response: OutboundResponse): Promise<Failure> {
    const { status, headers } = response;
    const text = await response.text(MAX_ERROR_BYTES).catch(() => "");
    const body = this.#withoutSecret(text.slice(0, READ_OF_ERROR));
    this.#observe(response, body);
    const now = this.#gateway.clock.now();
    return this.#gateway.providers.classify(this.#provider, { status, headers, body, now });
  }

  #scrubbed(failure: Failure): Failure {
    return { ...failure, message: this.#withoutSecret(failure.message) };
  }

  #withoutSecret(text: string): string {
    if (this.#secret === null) return text;
    const redactor = createRedactor();
    redactor.add(this.#secret);
    return redactor.scrub(text);
  }
}

function isJson(response: OutboundResponse): boolean {
  return response.headers.get("content-type")?.includes("application/json") === true;
}

function failureIn(events: readonly ChatEvent[]): Failure | null {
  for (const event of events) if (event.type === "failure") return event.failure;
  return null;
}

function unopened(keyId: string): Failure {
  const message = `the key ${keyId} does not open`;
  return { kind: "config", scope: "key", rule: "config/unusable", message, unsent: true };
}

function endlessFailure(): Failure {
  const message = "the stream brings no content";
  return { kind: "bad_reply", scope: "model", rule: "generic/no-content", message };
}
