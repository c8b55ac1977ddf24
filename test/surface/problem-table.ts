import type { ProblemKind } from "../../src/core/chat/problem.ts";

/** kind, status, type, param, code: every kind once, which the type of `EVERY_KIND` makes sure of. */
const EVERY_KIND: Record<
  ProblemKind,
  [status: number, type: string, param: string | null, code: string | null]
> = {
  invalid_request: [400, "invalid_request_error", null, null],
  malformed_json: [400, "invalid_request_error", null, null],
  unauthorized: [401, "invalid_request_error", null, "invalid_api_key"],
  forbidden: [403, "invalid_request_error", null, "forbidden"],
  not_found: [404, "invalid_request_error", null, "unknown_url"],
  method_not_allowed: [405, "invalid_request_error", null, "method_not_supported"],
  unsupported_media_type: [415, "invalid_request_error", null, "unsupported_content_type"],
  payload_too_large: [413, "invalid_request_error", null, "request_too_large"],
  unknown_model: [404, "invalid_request_error", "model", "model_not_found"],
  no_key: [503, "server_error", null, "no_key"],
  context_too_long: [413, "invalid_request_error", "messages", "context_length_exceeded"],
  content_filter: [400, "invalid_request_error", null, "content_filter"],
  rate_limited: [429, "rate_limit_error", null, "rate_limit_exceeded"],
  upstream_failed: [502, "server_error", null, "upstream_failed"],
  stream_broken: [502, "server_error", null, "stream_broken"],
  overloaded: [503, "server_error", null, "overloaded"],
  shutting_down: [503, "server_error", null, "shutting_down"],
  internal: [500, "server_error", null, "internal_error"],
};

export const PROBLEM_KINDS_AND_REPLIES = Object.entries(EVERY_KIND).map(
  ([kind, reply]) => [kind as ProblemKind, ...reply] as const,
);
