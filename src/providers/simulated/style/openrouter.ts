/** OpenRouter: limits of the account, told in epoch milliseconds and again in the error's metadata. */
import { type ErrorReply, type Style, wholeSeconds } from "./style.ts";

function error(status: number, message: string, metadata?: Record<string, unknown>): ErrorReply {
  return { status, body: { error: { code: status, message, ...(metadata && { metadata }) } } };
}

export const openrouter: Style = {
  greeting: "OPENROUTER PROCESSING",
  streamUsage: "extra",
  headers: () => ({}),
  unauthorized: () => error(401, "User not found."),
  badRequest: (message) => error(400, message),
  unknownModel: (model) => error(404, `No endpoints found for ${model}.`),
  overCap({ limit, used, waitMs }, _model, now) {
    const daily = limit.window === "day";
    const wait = Number.isFinite(waitMs) ? waitMs : 60_000;
    const headers = {
      "X-RateLimit-Limit": String(limit.cap),
      "X-RateLimit-Remaining": String(Math.max(0, limit.cap - used)),
      "X-RateLimit-Reset": String(Math.ceil(now + wait)),
    };
    const reply = error(429, `Rate limit exceeded: free-models-per-${daily ? "day" : "min"}. `, {
      headers,
      provider_name: null,
      ...(daily && { limit_source: "openrouter_free_tier_daily" }),
    });
    return { ...reply, headers };
  },
  busy(model) {
    const reply = error(429, "Provider returned error", {
      raw: `${model} is temporarily rate-limited upstream. Please retry shortly.`,
      provider_name: "Simulated",
    });
    return { ...reply, headers: { "retry-after": wholeSeconds(30_000) } };
  },
  serverError: () => error(500, "Internal Server Error"),
  unavailable: () => error(503, "No instances available"),
};
