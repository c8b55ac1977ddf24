/** OpenRouter: limits of the account, told in epoch milliseconds and again in the error's metadata. */
import type { CapStatus } from "../caps.ts";
import { type ErrorReply, find, type Style, wholeSeconds } from "./style.ts";

function error(status: number, message: string, metadata?: Record<string, unknown>): ErrorReply {
  return { status, body: { error: { code: status, message, ...(metadata && { metadata }) } } };
}

/** As of the account, whatever the key; the rate limit is what it has said since that limit went. */
function keyReply(status: readonly CapStatus[]): unknown {
  const day = find(status, "requests", "day");
  const left = day === undefined ? 0 : Math.max(0, day.limit.cap - day.used);
  return {
    data: {
      label: "sk-or-v1-sim...ted",
      limit: null,
      limit_remaining: null,
      limit_reset: null,
      usage: 0,
      usage_daily: 0,
      is_free_tier: true,
      rate_limit: { requests: -1, interval: "10s", note: "This field is deprecated." },
      ...(day && { free_model_daily_requests: { limit: day.limit.cap, used: day.used, remaining: left } }),
    },
  };
}

export const openrouter: Style = {
  greeting: "OPENROUTER PROCESSING",
  streamUsage: "extra",
  headers: () => ({}),
  usage: { path: "/key", body: keyReply },
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
