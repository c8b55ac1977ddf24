/** Mistral: flat errors with a numeric code in a string, and rate headers by the minute on every reply. */
import { type ErrorReply, find, remaining, type Style, wholeSeconds } from "./style.ts";

function error(status: number, type: string, message: string, code: string): ErrorReply {
  return { status, body: { object: "error", message, type, param: null, code } };
}

export const mistral: Style = {
  greeting: null,
  streamUsage: "last",
  headers(status) {
    const headers: Record<string, string> = {};
    const requests = find(status, "requests", "minute");
    if (requests !== undefined) {
      headers["x-ratelimit-limit-req-minute"] = String(requests.limit.cap);
      headers["x-ratelimit-remaining-req-minute"] = remaining(requests);
      headers["x-ratelimit-reset-req-minute"] = String(Math.ceil(requests.resetMs / 1_000));
    }
    for (const window of ["minute", "month"] as const) {
      const tokens = find(status, "tokens", window);
      if (tokens === undefined) continue;
      headers[`x-ratelimit-limit-tokens-${window}`] = String(tokens.limit.cap);
      headers[`x-ratelimit-remaining-tokens-${window}`] = remaining(tokens);
    }
    return headers;
  },
  unauthorized: () => ({ status: 401, body: { detail: "Unauthorized" } }),
  badRequest: (message) => error(422, "invalid_request_error", message, "3051"),
  unknownModel: (model) => error(400, "invalid_model", `Invalid model: ${model}`, "1500"),
  overCap({ waitMs }) {
    const reply = error(429, "rate_limited", "Rate limit exceeded", "1300");
    return Number.isFinite(waitMs) ? { ...reply, headers: { "retry-after": wholeSeconds(waitMs) } } : reply;
  },
  busy: () =>
    error(429, "service_tier_capacity_exceeded", "Service tier capacity exceeded for this model.", "3505"),
  serverError: () => error(500, "internal_server_error", "Internal Server Error", "1000"),
  unavailable: () => error(503, "service_unavailable", "Service unavailable", "3000"),
};
