/** One call of one target with its deadlines, up to the commit (the first event that carries content) and after it. */
import { type ChatEvent, isContent } from "../chat/event.ts";
import type { Failure } from "../chat/failure.ts";
import type { ChatRequest } from "../chat/request.ts";
import { ReplyTooLargeError } from "../net/reply.ts";
import type { OutboundResponse } from "../ports.ts";
import type { ChatDecoder, ProviderSpec } from "../provider.ts";
import type { AttemptResult, Reservation, Situation } from "../route/failover.ts";
import type { Target } from "../route/target.ts";
import { createRedactor } from "../vault/redact.ts";
import { describeTarget } from "./call-target.ts";
import type { ClientLink } from "./client-link.ts";
import { type Credential, openCredential } from "./credential.ts";
import { Deadline } from "./deadline.ts";
import { firstContentDeadline } from "./first-content.ts";
import type { Gateway } from "./gateway.ts";
import { type EventSource, LiveAnswer } from "./live-answer.ts";
import type { Turn } from "./turn/index.ts";

/** Decoded bytes of a whole reply. */
const MAX_REPLY_BYTES = 32 * 1024 * 1024;
/** Decoded bytes of a streamed reply: more than the longest answer has, less than a small bomb unpacks to. */
const MAX_STREAM_BYTES = 256 * 1024 * 1024;
/** Decoded bytes of an error reply. */
const MAX_ERROR_BYTES = 8 * 1024 * 1024;
/** Events that may come before the first content. */
const MAX_HELD_EVENTS = 20_000;
/** After its last event a provider is given this long to close, so that the connection can be used again. */
const CLOSING_MS = 1_000;
/** A finish reason without a `[DONE]`: how long to wait for more, such as the usage. */
const AFTER_FINISH_MS = 3_000;
/** Characters of an error reply that are looked at. */
const READ_OF_ERROR = 64 * 1024;

export class Call implements EventSource {
  readonly #gateway: Gateway;
  readonly #provider: ProviderSpec;
  readonly #client: ClientLink;
  readonly #turn: Turn;
  readonly #abort = new AbortController();
  readonly #deadline: Deadline;
  readonly #stop = (): void => this.#abort.abort();
  #givenUp = false;
  #timedOut: string | null = null;
  /** A finish reason has been seen. */
  #finished = false;
  /** Bytes read so far. */
  #streamed = 0;
  /** The key of this call, so that no provider can echo it into an error text. */
  #secret: string | null = null;
  #reader: ReadableStreamDefaultReader<Uint8Array> | null = null;
  #decoder: ChatDecoder | null = null;
  committed = false;

  constructor(gateway: Gateway, provider: ProviderSpec, client: ClientLink, turn: Turn) {
    this.#turn = turn;
    this.#gateway = gateway;
    this.#provider = provider;
    this.#client = client;
    const expired = (): void => {
      this.#timedOut = this.committed ? "the next chunk" : "any content";
      this.#abort.abort();
    };
    this.#deadline = new Deadline(gateway.clock, gateway.timers, expired, gateway.limits.upstreamTimeoutMs);
    client.onGone(this.#stop);
  }

  /** Another call was faster: nobody is to blame. */
  giveUp(): void {
    this.#givenUp = true;
    this.#abort.abort();
  }

  get heldCharacters(): number {
    return this.#turn.heldCharacters;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  async run(
    request: ChatRequest,
    reservation: Reservation,
    situation: Situation,
  ): Promise<AttemptResult<LiveAnswer>> {
    const gateway = this.#gateway;
    const provider = this.#provider;
    const { target } = reservation;
    const dialect = gateway.providers.dialect(provider);
    let credential: Credential;
    let proxy: string | null;
    try {
      proxy = gateway.proxyOf(target.key.id);
      const pasted = gateway.secretOf(target.key.id);
      credential = openCredential(provider, gateway.baseUrlOf(target.key.id), pasted);
    } catch {
      return { failure: configFailure("key", `the key ${target.key.id} does not open`) };
    }
    this.#secret = credential.secret;
    const callTarget = describeTarget(gateway, provider, reservation, credential.baseUrl);
    const encoded = dialect.encode(request, callTarget);
    const deadline = firstContentDeadline({
      ...{ target, provider, situation, mostMs: gateway.limits.firstContentMs },
      outputTokens: reservation.need.tokens - reservation.need.inputTokens,
      streamed: encoded.stream,
    });
    this.#deadline.set(deadline);
    const startedAt = gateway.clock.monotonic();
    const response = await gateway.outbound.send({
      url: encoded.url,
      method: "POST",
      headers: { ...encoded.headers, ...credential.headers },
      body: encoded.body,
      signal: this.#abort.signal,
      freshConnection: encoded.freshConnection === true,
      ...(proxy === null ? {} : { proxy }),
    });
    if (response.status !== 200) return { failure: await this.#refused(response, target) };
    this.#observe(response, target);
    const streamed = encoded.stream && !isJson(response);
    let held: ChatEvent[];
    if (streamed) {
      this.#reader = response.reader();
      this.#decoder = dialect.decodeStream(request, callTarget, () => gateway.clock.now());
      held = await this.#untilContent();
    } else {
      const body = await response.text(MAX_REPLY_BYTES);
      held = this.#turn.accept(dialect.decodeWhole(body, request, callTarget, gateway.clock.now()));
    }
    const broken = held.find((event) => event.type === "failure");
    if (broken?.type === "failure") return { failure: this.#scrubbed(broken.failure) };
    this.committed = true;
    // The next deadline begins with the next read: a client that does not read is not the provider's fault.
    if (streamed) this.#deadline.pause();
    else this.#rest();
    gateway.record({
      type: "call-succeeded",
      callId: reservation.callId,
      keyId: target.key.id,
      model: target.model.key,
      at: gateway.clock.now(),
      firstContentMs: gateway.clock.monotonic() - startedAt,
    });
    const broke = (failure: Failure): void =>
      gateway.record({
        type: "call-failed",
        keyId: target.key.id,
        model: target.model.key,
        at: gateway.clock.now(),
        failure,
      });
    return { answer: new LiveAnswer(reservation, held, this, broke, gateway.clock) };
  }

  async next(): Promise<ChatEvent[] | null> {
    const decoder = this.#decoder;
    while (this.#reader && decoder) {
      // A turn that has begun shows signs of life, also while it is held.
      const lives = this.committed || this.#turn.begun;
      if (lives) this.#deadline.set(this.#finished ? AFTER_FINISH_MS : this.#gateway.limits.streamStallMs);
      const chunk = await this.#read(this.#reader);
      if (this.committed) this.#deadline.pause();
      const decoded = chunk === null ? decoder.end() : decoder.push(chunk);
      if (decoded.some((event) => event.type === "finish")) this.#finished = true;
      const events = this.#turn.accept(decoded);
      if (chunk === null || decoder.over) this.#leave(chunk === null);
      const last = events.at(-1);
      if (last === undefined) continue;
      if (last.type === "failure") last.failure = this.#scrubbed(last.failure);
      return events;
    }
    return null;
  }

  /** The next bytes; null at the end, which a finished answer also has when its provider just falls silent. */
  async #read(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Uint8Array | null> {
    try {
      const { done, value } = await reader.read();
      if (done) return null;
      this.#streamed += value.byteLength;
      if (this.#streamed > MAX_STREAM_BYTES) throw new ReplyTooLargeError(MAX_STREAM_BYTES);
      return value;
    } catch (error) {
      // All of the answer is there, whatever became of the connection.
      if (this.#finished && !this.#client.gone) return null;
      throw error;
    }
  }

  /** Nothing more is wanted. What is still open is read to its end for a moment, so that the connection can be used again. */
  #leave(closed: boolean): void {
    const reader = this.#reader;
    this.#reader = null;
    if (closed || !reader) {
      this.#rest();
      return;
    }
    this.#client.release(this.#stop);
    this.#deadline.set(CLOSING_MS);
    const toEnd = async (): Promise<void> => {
      while (!(await reader.read()).done);
    };
    toEnd()
      .catch(() => {})
      .finally(() => this.#deadline.cancel());
  }

  cancel(): void {
    this.close();
  }

  /** Drops the connection, also when nobody has read the body to its end. */
  close(): void {
    this.#rest();
    this.#abort.abort();
  }

  /** Nothing more is expected of this connection. */
  #rest(): void {
    this.#client.release(this.#stop);
    this.#deadline.cancel();
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
  async #untilContent(): Promise<ChatEvent[]> {
    const held: ChatEvent[] = [];
    for (;;) {
      const events = await this.next();
      if (events === null) return held;
      for (const event of events) held.push(event);
      if (events.some((event) => event.type === "failure" || isContent(event))) return held;
      if (held.length > MAX_HELD_EVENTS) return [{ type: "failure", failure: endlessFailure() }];
    }
  }

  #observe(response: OutboundResponse, target: Target, errorBody?: string): void {
    const at = this.#gateway.clock.now();
    const observations = this.#gateway.providers.observe(this.#provider, response.headers, at, errorBody);
    if (observations.length === 0) return;
    const keyId = target.key.id;
    this.#gateway.record({ type: "limit-observed", keyId, model: target.model.key, at, observations });
  }

  async #refused(response: OutboundResponse, target: Target): Promise<Failure> {
    const { status, headers } = response;
    const text = await response.text(MAX_ERROR_BYTES).catch(() => "");
    const body = this.#withoutSecret(text.slice(0, READ_OF_ERROR));
    this.#observe(response, target, body);
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

export function configFailure(scope: "request" | "key", message: string): Failure {
  return { kind: "config", scope, rule: "config/unusable", message };
}

function endlessFailure(): Failure {
  const message = "the stream brings no content";
  return { kind: "bad_reply", scope: "model", rule: "generic/no-content", message };
}
