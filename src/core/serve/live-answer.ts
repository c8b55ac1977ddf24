/** An answer that has begun: what the commit gate held back, then the rest as it arrives. Settles its reservation itself. */
import type { ChatEvent, Usage } from "../chat/event.ts";
import type { Failure } from "../chat/failure.ts";
import { LATER, type Later, type Wake } from "../chat/later.ts";
import type { Clock } from "../ports.ts";
import type { Reservation } from "../route/reservation.ts";
import { elapsedSince } from "./elapsed.ts";

/** Some events of an answer; null when it is over. */
export type Batch = ChatEvent[] | null;

/** Where the events of an answer come from after the commit. */
export interface EventSource {
  /**
   * The next batch, never empty; null at the end. Throws when the connection breaks or a deadline passes.
   */
  next(wake: Wake): Batch | Later;
  /** Nobody wants the rest. */
  cancel(): void;
  /** What has come and was not given by `next` yet. */
  readonly heldCharacters: number;
  /** Words for what `next` threw. */
  failureOf(error: unknown): Failure;
  /** The answer broke after the commit: whoever learns from failures is told. */
  broke(failure: Failure): void;
}

/** An answer as its reader sees it. */
export interface AnswerStream {
  /**
   * The next batch of events; null when the answer is over. A break is a `failure` event, the last one. Never throws.
   */
  read(wake: Wake): Batch | Later;
  /** The client left: stops the upstream and blames nobody. */
  cancel(): void;
  readonly usage: Usage;
  /** What broke the answer for good. */
  readonly failure: Failure | null;
}

/** A broken answer still cost something: a token has about four characters. */
const CHARACTERS_PER_TOKEN = 4;

export class LiveAnswer implements AnswerStream {
  readonly reservation: Reservation;
  readonly #source: EventSource;
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #committedAt: number;
  #held: ChatEvent[] | null;
  #characters = 0;
  #usage: Usage | null = null;
  #finished = false;
  #ended = false;
  /** What broke the answer after the commit. */
  failure: Failure | null = null;

  constructor(
    reservation: Reservation,
    held: ChatEvent[],
    source: EventSource,
    clock: Pick<Clock, "monotonic">,
  ) {
    this.#clock = clock;
    this.#committedAt = clock.monotonic();
    this.reservation = reservation;
    this.#held = held;
    this.#source = source;
  }

  get usage(): Usage {
    return this.#usage ?? this.#estimate();
  }

  read(wake: Wake): Batch | Later {
    if (this.#ended) return null;
    const held = this.#held;
    if (held) {
      this.#held = null;
      return this.#take(held);
    }
    try {
      const events = this.#source.next(wake);
      if (events === LATER) return LATER;
      return events === null ? this.#end() : this.#take(events);
    } catch (error) {
      return this.#take([{ type: "failure", failure: this.#source.failureOf(error) }]);
    }
  }

  cancel(): void {
    if (this.#ended) return;
    this.#source.cancel();
    this.#settle();
  }

  #take(events: ChatEvent[]): ChatEvent[] {
    for (const event of events) {
      switch (event.type) {
        case "text-delta":
        case "reasoning-delta":
          this.#characters += event.text.length;
          break;
        case "tool-call-delta":
          this.#characters += event.arguments.length;
          break;
        case "usage":
          this.#usage = event.usage;
          break;
        case "finish":
          this.#finished = true;
          break;
        case "failure":
          this.failure = event.failure;
          this.#source.cancel();
          this.#settle();
          this.#source.broke(event.failure);
          break;
      }
    }
    return events;
  }

  #end(): ChatEvent[] | null {
    if (!this.#finished) {
      const failure: Failure = {
        kind: "broken_stream",
        scope: "model",
        rule: "generic/no-finish",
        message: "the stream ended without a finish reason",
      };
      return this.#take([{ type: "failure", failure }]);
    }
    const estimated = this.#usage === null;
    this.#settle();
    return estimated ? [{ type: "usage", usage: this.usage }] : null;
  }

  #settle(): void {
    this.#ended = true;
    const { inputTokens, outputTokens } = this.usage;
    const counted = this.#usage !== null && this.#usage.estimated !== true;
    const generationMs = elapsedSince(this.#clock, this.#committedAt);
    this.reservation.settle({ requests: 1, inputTokens, outputTokens, counted, generationMs });
  }

  #estimate(): Usage {
    return {
      inputTokens: this.reservation.need.inputTokens,
      outputTokens: Math.ceil((this.#characters + this.#source.heldCharacters) / CHARACTERS_PER_TOKEN),
      estimated: true,
    };
  }
}
