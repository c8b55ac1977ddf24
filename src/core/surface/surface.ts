/** A surface translates one wire that clients speak to and from the canonical form. It keeps nothing between requests. */
import type { Answer } from "../chat/answer.ts";
import type { ChatEvent } from "../chat/event.ts";
import type { Problem } from "../chat/problem.ts";
import type { ChatRequest } from "../chat/request.ts";

/** Writes one streamed answer. Stateful, one instance a stream. */
export interface StreamEncoder {
  /** The text that goes to the client for these events; "" when there is none yet. */
  push(events: readonly ChatEvent[]): string;
  /** The answer is complete: closing frames (final chunk, usage when asked for, `[DONE]`). */
  end(): string;
  /** The answer broke after it had begun: this wire's error frame. Never looks like a finished answer. */
  fail(problem: Problem): string;
  /** Keeps a quiet connection alive; null where this wire's clients cannot bear it. */
  readonly heartbeat: string | null;
}

export interface Surface {
  /** Name in the history and in the log: `openai-chat`. */
  readonly name: string;
  readonly streamContentType: string;
  /** The parsed body into the canonical form; `bytes` is the body's size. Throws ProblemError. */
  decode(body: unknown, bytes: number): ChatRequest;
  /** A whole answer as JSON text. Id, model, creation time and usage are the answer's: whoever serves it has filled them in. */
  whole(answer: Answer, request: ChatRequest): string;
  stream(request: ChatRequest): StreamEncoder;
  /** An error reply: status and JSON text, in this wire's shape. */
  failure(problem: Problem): { status: number; body: string };
}
