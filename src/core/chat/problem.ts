/**
 * What the client is told when it gets no answer: a closed union that each surface puts into its own wire's shape.
 * Failures say what an upstream did; problems say what that means for the caller.
 */

export type ProblemKind =
  /** The request is wrong; `parameter` names the field. */
  | "invalid_request"
  /** Not JSON at all. */
  | "malformed_json"
  | "unauthorized"
  | "forbidden"
  | "not_found"
  | "method_not_allowed"
  | "unsupported_media_type"
  | "payload_too_large"
  | "unknown_model"
  /** The model is known, but no usable key for it is. */
  | "no_key"
  /** No candidate takes a prompt of this size. */
  | "context_too_long"
  /** The provider's content policy refused it. */
  | "content_filter"
  /** Every candidate is at a limit or resting. */
  | "rate_limited"
  /** Every candidate failed. */
  | "upstream_failed"
  /** The upstream broke after part of the answer had been sent. */
  | "stream_broken"
  | "overloaded"
  | "shutting_down"
  | "internal";

export interface Problem {
  kind: ProblemKind;
  /** For a person: what happened and what to do. Never a secret, never upstream HTML. */
  message: string;
  /** The request field at fault, as the client wrote it: `messages[0].content`. */
  parameter?: string;
  /** Finer than the kind, where the surface's own API has a word for it: `invalid_type`. */
  code?: string;
  /** Whole seconds after which a retry makes sense, at least 1. */
  retryAfterSeconds?: number;
}

/** Thrown by whatever decodes a request; the handler turns it into the surface's error. */
export class ProblemError extends Error {
  override name = "ProblemError";
  constructor(readonly problem: Problem) {
    super(problem.message);
  }
}
