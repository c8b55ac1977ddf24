/** Groq: request headers speak of the day, token headers of the minute; the text of a 429 names the limit. */
import { type ErrorReply, find, remaining, type Style, wholeSeconds } from "./style.ts";

const ABBREVIATIONS: Record<string, string> = {
  "requests minute": "requests per minute (RPM)",
  "requests day": "requests per day (RPD)",
  "tokens minute": "tokens per minute (TPM)",
  "tokens day": "tokens per day (TPD)",
};

function error(status: number, type: string, message: string, code?: string): ErrorReply {
  return { status, body: { error: { message, type, ...(code === undefined ? {} : { code }) } } };
}

/** As Go prints a duration: `850ms`, `7.66s`, `2m59.56s`, `1h0m2s`. */
function goDuration(milliseconds: number): string {
  if (milliseconds < 1_000) return `${Math.ceil(milliseconds)}ms`;
  const hours = Math.floor(milliseconds / 3_600_000);
  const minutes = Math.floor((milliseconds % 3_600_000) / 60_000);
  const seconds = Number(((milliseconds % 60_000) / 1_000).toFixed(2));
  if (hours > 0) return `${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`;
}

function limited(model: string, what: string, cap: number, used: number, requested: number, waitMs: number) {
  const reply = error(
    429,
    what.startsWith("tokens") ? "tokens" : "requests",
    `Rate limit reached for model \`${model}\` in organization \`org_demo\` service tier \`on_demand\` on ${what}: ` +
      `Limit ${cap}, Used ${used}, Requested ${requested}. Please try again in ${goDuration(waitMs)}.`,
    "rate_limit_exceeded",
  );
  return { ...reply, headers: { "retry-after": wholeSeconds(waitMs) } };
}

export const groq: Style = {
  greeting: null,
  streamUsage: "last",
  headers(status) {
    const headers: Record<string, string> = {};
    for (const [metric, window] of [["requests", "day"] as const, ["tokens", "minute"] as const]) {
      const found = find(status, metric, window);
      if (found === undefined) continue;
      headers[`x-ratelimit-limit-${metric}`] = String(found.limit.cap);
      headers[`x-ratelimit-remaining-${metric}`] = remaining(found);
      headers[`x-ratelimit-reset-${metric}`] = goDuration(found.resetMs);
    }
    return headers;
  },
  unauthorized: () => error(401, "invalid_request_error", "Invalid API Key", "invalid_api_key"),
  badRequest: (message) => error(400, "invalid_request_error", message),
  unknownModel: (model) =>
    error(
      404,
      "invalid_request_error",
      `The model \`${model}\` does not exist or you do not have access to it.`,
      "model_not_found",
    ),
  overCap(refusal, model) {
    const { limit, used, requested, waitMs } = refusal;
    const what = ABBREVIATIONS[`${limit.metric} ${limit.window}`] ?? `${limit.metric} per ${limit.window}`;
    if (waitMs === Number.POSITIVE_INFINITY) {
      return error(
        413,
        "tokens",
        `Request too large for model \`${model}\` on ${what}: Limit ${limit.cap}, Requested ${requested}.`,
        "rate_limit_exceeded",
      );
    }
    return limited(model, what, limit.cap, used, requested, waitMs);
  },
  busy(model, status) {
    const cap = find(status, "requests", "minute")?.limit.cap ?? 30;
    return limited(model, "requests per minute (RPM)", cap, cap, 1, 7_000);
  },
  serverError: () => error(500, "internal_server_error", "Internal Server Error"),
  unavailable: () => error(503, "internal_server_error", "Service Unavailable"),
};
