/**
 * A streamed answer as the body of a response. A direct stream: what is written goes to the socket without a queue in
 * between, and a write that the client does not take becomes a promise, which stops the upstream read.
 */
import { LATER, type Later, promised, type Wake } from "../chat/later.ts";
import type { Problem } from "../chat/problem.ts";
import type { StreamEncoder } from "../surface/surface.ts";
import type { ClientLink, ClientWork } from "./client-link.ts";
import { Deadline, type DeadlineOwner } from "./deadline.ts";
import type { Gateway } from "./gateway.ts";
import type { AnswerStream } from "./live-answer.ts";

export type StreamEnd = "ok" | "broken" | "failed" | "client_gone";

export interface StreamSource {
  /** The answer, or why there is none; may take as long as the failover takes. */
  start: Promise<{ answer: AnswerStream } | { problem: Problem }>;
  /** The client has waited long enough for the headers: they go out before the answer has begun. */
  isLate: boolean;
  encoder: StreamEncoder;
  /** Called once, when nothing more will be sent. */
  ended(end: StreamEnd): void;
}

/** A client that has not taken anything for this long is cut off. */
const SLOW_READER_MS = 60_000;

/** `client`: one that leaves before its first read is told of by nobody else. */
export function streamBody(gateway: Gateway, answer: StreamSource, client: ClientLink): ReadableStream {
  const body = new StreamBody(gateway, answer);
  client.onGone(body);
  const source: Bun.DirectUnderlyingSource<string> = {
    type: "direct",
    pull: (sink) => body.send(sink),
    cancel: () => body.cancel(),
  };
  // The types of the platform do not know direct streams.
  return new ReadableStream(source as unknown as UnderlyingDefaultSource<string>);
}

class StreamBody implements ClientWork, DeadlineOwner {
  readonly #gateway: Gateway;
  readonly #source: StreamSource;
  readonly #quiet: Deadline;
  #sink: ReadableStreamDirectController | null = null;
  #answer: AnswerStream | null = null;
  #over = false;
  /** The client has not taken what was written last. */
  #blockedSince: number | null = null;
  /** Reads on when it has, or is given up. */
  #resume: Wake | null = null;
  #isCut = false;

  constructor(gateway: Gateway, source: StreamSource) {
    this.#gateway = gateway;
    this.#source = source;
    this.#quiet = new Deadline(gateway.clock, gateway.timers, this);
    this.#quiet.set(gateway.limits.heartbeatMs);
  }

  /** Resolves at the end of the answer. Rejecting closes the connection so that the client sees it broke. */
  async send(sink: ReadableStreamDirectController): Promise<void> {
    this.#sink = sink;
    try {
      const { heartbeat } = this.#source.encoder;
      // The first bytes take the headers along.
      if (this.#source.isLate && heartbeat !== null) this.#write(heartbeat);
      const [text, end] = await this.#untilEnd();
      if (this.#isCut) throw new Error("the client did not read");
      if (this.#over) return;
      sink.write(text);
      sink.close();
      this.#finish(end);
    } catch (error) {
      this.#answer?.cancel();
      if (this.#over) throw error;
      this.#gateway.log.error("a stream failed inside freellm", { error: String(error) });
      this.#finish("failed");
      throw error;
    }
  }

  clientLeft(): void {
    this.cancel();
  }

  /** The client is gone. */
  cancel(): void {
    if (this.#over) return;
    if (this.#answer !== null) this.#answer.cancel();
    else {
      // Perhaps nobody ever asks for the body of a connection that is closed.
      this.#source.start.then((started) => {
        if ("answer" in started) started.answer.cancel();
      });
    }
    this.#finish("client_gone");
  }

  /** Sends all but the last text, which it gives, with what it means. */
  async #untilEnd(): Promise<[string, StreamEnd]> {
    const { encoder, start } = this.#source;
    const started = await start;
    if ("problem" in started) return [encoder.fail(started.problem), "failed"];
    const { answer } = started;
    if (this.#over) {
      answer.cancel();
      return ["", "client_gone"];
    }
    this.#answer = answer;
    return await promised((wake) => this.#passOn(answer, wake));
  }

  /** Sends what is there; gives the last text when all of the answer was. */
  #passOn(answer: AnswerStream, wake: Wake): [string, StreamEnd] | Later {
    const { encoder } = this.#source;
    for (;;) {
      if (this.#over) return ["", "client_gone"];
      const events = answer.read(wake);
      if (events === LATER) return LATER;
      if (this.#over) return ["", "client_gone"];
      if (events === null) return [encoder.end(), "ok"];
      const last = events[events.length - 1];
      if (last?.type === "failure") {
        const text = encoder.push(events.slice(0, -1));
        const message = `The answer broke off: ${last.failure.message}`;
        return [text + encoder.fail({ kind: "stream_broken", message }), "broken"];
      }
      const text = encoder.push(events);
      if (text === "") continue;
      this.#write(text);
      // A heartbeat may have been what the client did not take.
      if (this.#blockedSince !== null) {
        this.#resume = wake;
        return LATER;
      }
    }
  }

  #write(text: string): void {
    const sink = this.#sink;
    if (sink === null || this.#over) return;
    const written = sink.write(text);
    this.#quiet.set(this.#gateway.limits.heartbeatMs);
    if (!(written instanceof Promise)) return;
    this.#blockedSince = this.#gateway.clock.monotonic();
    const release = (): void => this.#release();
    written.then(release, release);
  }

  #release(): void {
    this.#blockedSince = null;
    const resume = this.#resume;
    this.#resume = null;
    resume?.();
  }

  /** It was quiet for long: a sign of life, or the end of a client that takes nothing. */
  expired(): void {
    if (this.#over) return;
    const { heartbeat } = this.#source.encoder;
    if (this.#blockedSince === null) {
      if (heartbeat !== null) this.#write(heartbeat);
    } else if (this.#gateway.clock.monotonic() - this.#blockedSince > SLOW_READER_MS) {
      // The client keeps its connection but reads nothing: what it holds is needed by others.
      this.#isCut = true;
      this.#answer?.cancel();
      this.#finish("client_gone");
      this.#release();
      return;
    }
    this.#quiet.set(this.#gateway.limits.heartbeatMs);
  }

  #finish(end: StreamEnd): void {
    if (this.#over) return;
    this.#over = true;
    this.#quiet.cancel();
    this.#source.ended(end);
  }
}
