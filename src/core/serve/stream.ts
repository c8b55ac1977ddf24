/** A streamed answer as the body of a response. Pull only: a client that does not read stops the upstream read. */
import type { Problem } from "../chat/problem.ts";
import type { StreamEncoder } from "../surface/surface.ts";
import { Deadline } from "./deadline.ts";
import type { Gateway } from "./gateway.ts";
import type { LiveAnswer } from "./live-answer.ts";

export type StreamEnd = "ok" | "broken" | "failed" | "client_gone";

export interface StreamSource {
  /** The answer, or why there is none; may take as long as the failover takes. */
  start: Promise<{ answer: LiveAnswer } | { problem: Problem }>;
  encoder: StreamEncoder;
  /** Called once, when nothing more will be sent. */
  ended(end: StreamEnd): void;
}

const encoder = new TextEncoder();

export function streamBody(gateway: Gateway, source: StreamSource): ReadableStream<Uint8Array> {
  let answer: LiveAnswer | null = null;
  let over = false;
  let waiting = false;
  let control: ReadableStreamDefaultController<Uint8Array> | null = null;
  const { heartbeat } = source.encoder;

  const quiet = new Deadline(gateway.clock, gateway.timers, () => {
    if (over || heartbeat === null) return;
    // Only while the client has read everything: a stalled one must not be fed.
    if (waiting) control?.enqueue(encoder.encode(heartbeat));
    quiet.set(gateway.limits.heartbeatMs);
  });

  const finish = (end: StreamEnd): void => {
    if (over) return;
    over = true;
    quiet.cancel();
    source.ended(end);
  };

  const send = (controller: ReadableStreamDefaultController<Uint8Array>, text: string): void => {
    controller.enqueue(encoder.encode(text));
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
            if (over) return;
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
