/** Problems in the shape of the OpenAI API: `{"error": {message, type, param, code}}`. */
import type { Problem, ProblemKind } from "../../chat/problem.ts";

interface Reply {
  status: number;
  type: "invalid_request_error" | "rate_limit_error" | "server_error";
  code: string | null;
}

const REPLIES: Readonly<Record<ProblemKind, Reply>> = {
  invalid_request: { status: 400, type: "invalid_request_error", code: null },
  malformed_json: { status: 400, type: "invalid_request_error", code: null },
  unauthorized: { status: 401, type: "invalid_request_error", code: "invalid_api_key" },
  forbidden: { status: 403, type: "invalid_request_error", code: "forbidden" },
  not_found: { status: 404, type: "invalid_request_error", code: "unknown_url" },
  method_not_allowed: { status: 405, type: "invalid_request_error", code: "method_not_supported" },
  unsupported_media_type: { status: 415, type: "invalid_request_error", code: "unsupported_content_type" },
  payload_too_large: { status: 413, type: "invalid_request_error", code: "request_too_large" },
  unknown_model: { status: 404, type: "invalid_request_error", code: "model_not_found" },
  no_key: { status: 503, type: "server_error", code: "no_key" },
  context_too_long: { status: 413, type: "invalid_request_error", code: "context_length_exceeded" },
  content_filter: { status: 400, type: "invalid_request_error", code: "content_filter" },
  rate_limited: { status: 429, type: "rate_limit_error", code: "rate_limit_exceeded" },
  upstream_failed: { status: 502, type: "server_error", code: "upstream_failed" },
  stream_broken: { status: 502, type: "server_error", code: "stream_broken" },
  overloaded: { status: 503, type: "server_error", code: "overloaded" },
  shutting_down: { status: 503, type: "server_error", code: "shutting_down" },
  internal: { status: 500, type: "server_error", code: "internal_error" },
};

/** The field at fault where the kind alone tells it. */
const PARAMETERS: Readonly<Partial<Record<ProblemKind, string>>> = {
  unknown_model: "model",
  context_too_long: "messages",
};

/** Status and JSON text of an error reply. */
export function failure(problem: Problem): { status: number; body: string } {
  const { status, type, code } = REPLIES[problem.kind];
  const error = {
    message: problem.message,
    type,
    param: problem.parameter ?? PARAMETERS[problem.kind] ?? null,
    code: problem.code ?? code,
  };
  return { status, body: JSON.stringify({ error }) };
}
