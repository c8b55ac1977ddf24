/** A streamed answer as the body of a response. Pull only: a client that does not read stops the upstream read. */
import type { Problem } from "../chat/problem.ts";
import type { StreamEncoder } from "../surface/surface.ts";
import { Deadline } from "./deadline.ts";
import type { Gateway } from "./gateway.ts";
import type { AnswerStream } from "./live-answer.ts";

export type StreamEnd = "ok" | "broken" | "failed" | "client_gone";

export interface StreamSource {
  /** The answer, or why there is none; may take as long as the failover takes. */
  start: Promise<{ answer: AnswerStream } | { problem: Problem }>;
  encoder: StreamEncoder;
  /** Called once, when nothing more will be sent. */
  ended(end: StreamEnd): void;
}

const encoder = new TextEncoder();

/** A client that has not taken anything for this long is cut off. */
const SLOW_READER_MS = 60_000;

export function streamBody(gateway: Gateway, source: StreamSource): ReadableStream<Uint8Array> {
  let answer: AnswerStream | null = null;
  let over = false;
  /** A read is pending: the client has taken everything. */
  let waiting = false;
  let sentAt = gateway.clock.monotonic();
  let control: ReadableStreamDefaultController<Uint8Array> | null = null;
  const { heartbeat } = source.encoder;

  const quiet = new Deadline(gateway.clock, gateway.timers, () => {
    if (over) return;
    if (waiting) {
      if (heartbeat !== null) control?.enqueue(encoder.encode(heartbeat));
      sentAt = gateway.clock.monotonic();
    } else if (gateway.clock.monotonic() - sentAt > SLOW_READER_MS) {
      cut();
      return;
    }
    quiet.set(gateway.limits.heartbeatMs);
  });

  /** The client keeps its connection but reads nothing: what it holds is needed by others. */
  const cut = (): void => {
    answer?.cancel();
    control?.error(new Error("the client did not read"));
    finish("client_gone");
  };

  const finish = (end: StreamEnd): void => {
    if (over) return;
    over = true;
    quiet.cancel();
    source.ended(end);
  };

  const send = (controller: ReadableStreamDefaultController<Uint8Array>, text: string): void => {
    controller.enqueue(encoder.encode(text));
    sentAt = gateway.clock.monotonic();
    quiet.set(gateway.limits.heartbeatMs);
  };

  const close = (
    controller: ReadableStreamDefaultController<Uint8Array>,
    text: string,
    end: StreamEnd,
  ): void => {
    controller.enqueue(encoder.encode(text));
    controller.close();
    finish(end);
  };

  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        control = controller;
        quiet.set(gateway.limits.heartbeatMs);
      },
      async pull(controller) {
        waiting = true;
        try {
          if (answer === null) {
            const started = await source.start;
            if (over) {
              if ("answer" in started) started.answer.cancel();
              return;
            }
            if ("problem" in started) {
              close(controller, source.encoder.fail(started.problem), "failed");
              return;
            }
            answer = started.answer;
          }
          for (;;) {
            const events = await answer.read();
            if (over) return;
            if (events === null) {
              close(controller, source.encoder.end(), "ok");
              return;
            }
            const last = events.at(-1);
            if (last?.type === "failure") {
              const text = source.encoder.push(events.slice(0, -1));
              const message = `The answer broke off: ${last.failure.message}`;
              close(controller, text + source.encoder.fail({ kind: "stream_broken", message }), "broken");
              return;
            }
            const text = source.encoder.push(events);
            if (text !== "") {
              send(controller, text);
              return;
            }
          }
        } catch (error) {
          gateway.log.error("a stream failed inside freellm", { error: String(error) });
          answer?.cancel();
          controller.error(error);
          finish("failed");
        } finally {
          waiting = false;
        }
      },
      cancel() {
        answer?.cancel();
        finish("client_gone");
      },
    },
    { highWaterMark: 0 },
  );
}
