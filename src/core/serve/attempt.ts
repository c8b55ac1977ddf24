/** One call of one target, up to the commit: the first event that carries content. */
import { type ChatEvent, isContent } from "../chat/event.ts";
import type { Failure } from "../chat/failure.ts";
import type { ChatRequest } from "../chat/request.ts";
import type { OutboundResponse } from "../ports.ts";
import type { CallTarget, ChatDecoder, ProviderSpec } from "../provider.ts";
import type { Attempt, AttemptResult, Reservation } from "../route/failover.ts";
import type { Target } from "../route/target.ts";
import { createRedactor } from "../vault/redact.ts";
import type { ClientLink } from "./client-link.ts";
import { Deadline } from "./deadline.ts";
import type { Gateway } from "./gateway.ts";
import { type EventSource, LiveAnswer } from "./live-answer.ts";

/** Decoded bytes of a whole reply. */
const MAX_REPLY_BYTES = 32 * 1024 * 1024;
/** Decoded bytes of an error reply. */
const MAX_ERROR_BYTES = 8 * 1024 * 1024;
/** Characters of an error reply that are looked at. */
const READ_OF_ERROR = 64 * 1024;

export function createAttempt(
  gateway: Gateway,
  request: ChatRequest,
  client: ClientLink,
): Attempt<LiveAnswer> {
  return async (reservation) => {
    const { target } = reservation;
    const provider = gateway.providerOf(target.key.provider);
    if (!provider) return { failure: configFailure(`provider ${target.key.provider} is not known`) };
    const call = new Call(gateway, provider, client);
    try {
      await durable(gateway);
      return await call.run(request, reservation);
    } catch (error) {
      return { failure: call.failureOf(error) };
    } finally {
      if (!call.committed) call.close();
    }
  };
}

/** The connection of one attempt with its deadlines. */
class Call implements EventSource {
  readonly #gateway: Gateway;
  readonly #provider: ProviderSpec;
  readonly #client: ClientLink;
  readonly #abort = new AbortController();
  readonly #deadline: Deadline;
  #timedOut: string | null = null;
  /** The key of this call, so that no provider can echo it into an error text. */
  #secret: string | null = null;
  #reader: ReadableStreamDefaultReader<Uint8Array> | null = null;
  #decoder: ChatDecoder | null = null;
  committed = false;

  constructor(gateway: Gateway, provider: ProviderSpec, client: ClientLink) {
    this.#gateway = gateway;
    this.#provider = provider;
    this.#client = client;
    const expired = (): void => {
      this.#timedOut = this.committed ? "the next chunk" : "any content";
      this.#abort.abort();
    };
    this.#deadline = new Deadline(gateway.clock, gateway.timers, expired, gateway.limits.upstreamTimeoutMs);
    client.onGone(() => this.#abort.abort());
  }

  async run(request: ChatRequest, reservation: Reservation): Promise<AttemptResult<LiveAnswer>> {
    const gateway = this.#gateway;
    const provider = this.#provider;
    const { target } = reservation;
    const dialect = gateway.providers.dialect(provider);
    const callTarget = describeTarget(provider, target, gateway.baseUrlOf(target.key.id));
    const encoded = dialect.encode(request, callTarget);
    this.#secret = gateway.secretOf(target.key.id);
    if (this.#secret !== null) encoded.headers.authorization = `Bearer ${this.#secret}`;
    this.#deadline.set(provider.firstContentMs ?? gateway.limits.firstContentMs);
    const startedAt = gateway.clock.monotonic();
    const response = await gateway.outbound.send({
      url: encoded.url,
      method: "POST",
      headers: encoded.headers,
      body: encoded.body,
      signal: this.#abort.signal,
    });
    this.#observe(response, target);
    if (response.status !== 200) return { failure: await this.#classify(response) };
    const streamed = encoded.stream && !isJson(response);
    let held: ChatEvent[];
    if (streamed) {
      this.#reader = response.reader();
      this.#decoder = dialect.decodeStream(request, callTarget, () => gateway.clock.now());
      held = await this.#untilContent();
    } else {
      const body = await response.text(MAX_REPLY_BYTES);
      held = dialect.decodeWhole(body, request, callTarget, gateway.clock.now());
    }
    const broken = held.find((event) => event.type === "failure");
    if (broken?.type === "failure") return { failure: this.#scrubbed(broken.failure) };
    this.committed = true;
    if (streamed) this.#deadline.set(gateway.limits.streamStallMs);
    else this.#rest();
    gateway.record({
      type: "call-succeeded",
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
    return { answer: new LiveAnswer(reservation, held, this, broke) };
  }

  async next(): Promise<ChatEvent[] | null> {
    const decoder = this.#decoder;
    while (this.#reader && decoder) {
      const { done, value } = await this.#reader.read();
      if (done) {
        this.#reader = null;
        this.#rest();
      } else if (this.committed) {
        this.#deadline.set(this.#gateway.limits.streamStallMs);
      }
      const events = done ? decoder.end() : decoder.push(value);
      const last = events.at(-1);
      if (last === undefined) continue;
      if (last.type === "failure") last.failure = this.#scrubbed(last.failure);
      return events;
    }
    return null;
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
    this.#client.onGone(null);
    this.#deadline.cancel();
  }

  failureOf(error: unknown): Failure {
    if (this.#client.gone) {
      return { kind: "aborted", scope: "request", rule: "client/gone", message: "the client left" };
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
    }
  }

  #observe(response: OutboundResponse, target: Target): void {
    const at = this.#gateway.clock.now();
    const observations = this.#gateway.providers.observe(this.#provider, response.headers, at);
    if (observations.length === 0) return;
    const keyId = target.key.id;
    this.#gateway.record({ type: "limit-observed", keyId, model: target.model.key, at, observations });
  }

  async #classify(response: OutboundResponse): Promise<Failure> {
    const { status, headers } = response;
    const text = await response.text(MAX_ERROR_BYTES).catch(() => "");
    const body = this.#withoutSecret(text.slice(0, READ_OF_ERROR));
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

function describeTarget(provider: ProviderSpec, target: Target, baseUrl: string | null): CallTarget {
  const { model } = target.model;
  return {
    provider,
    modelId: model.id,
    maxOutputTokens: model.maxOutputTokens,
    capabilities: model.capabilities,
    baseUrl,
    refusedParameters: target.model.refusedParameters,
  };
}

function isJson(response: OutboundResponse): boolean {
  return response.headers.get("content-type")?.includes("application/json") === true;
}

/** Use that cannot be written is still counted in memory: serving goes on, and the log says so. */
async function durable(gateway: Gateway): Promise<void> {
  try {
    await gateway.journal.committed();
  } catch (error) {
    gateway.log.error("the use of a key could not be saved", { error: String(error) });
  }
}

function configFailure(message: string): Failure {
  return { kind: "config", scope: "request", rule: "config/unknown-provider", message };
}
