/** What providers really send when they fail, and what it means: provider, status, body, expectation, headers. */
import type { Failure } from "../../src/core/chat/failure.ts";
import { NOW } from "./support.ts";

const DAY_END = Date.UTC(2025, 10, 24);
const MONTH_END = Date.UTC(2025, 11, 1);

export type Case = [
  what: string,
  provider: string,
  status: number,
  body: unknown,
  expected: Partial<Failure>,
  headers?: Record<string, string>,
];

const groqLimit = (kind: string, limit: number, requested: number) => ({
  error: {
    message:
      `Rate limit reached for model \`m\` in organization \`org_made\` on ${kind}: Limit ${limit}, Used 7700, ` +
      `Requested ${requested}. Please try again in 2m59.56s. Need more tokens? Upgrade today.`,
    type: "tokens",
    code: "rate_limit_exceeded",
  },
});

// biome-ignore format: a table, one reply a line
export const CASES: readonly Case[] = [
  // groq
  ["tokens a minute", "groq", 429, groqLimit("tokens per minute (TPM)", 8000, 402), { kind: "rate_minute", scope: "target", rule: "groq/tokens-per-minute", until: NOW + 179_560 }],
  ["Retry-After before the words", "groq", 429, groqLimit("tokens per minute (TPM)", 8000, 402), { until: NOW + 7500 }, { "retry-after": "7.5" }],
  ["requests a minute", "groq", 429, groqLimit("requests per minute (RPM)", 30, 1), { kind: "rate_minute", rule: "groq/requests-per-minute" }],
  ["tokens a day", "groq", 429, groqLimit("tokens per day (TPD)", 200_000, 402), { kind: "quota_day", rule: "groq/tokens-per-day", until: NOW + 19_014_000 }, { "retry-after": "19014" }],
  ["requests a day", "groq", 429, groqLimit("requests per day (RPD)", 1000, 1), { kind: "quota_day", rule: "groq/requests-per-day" }],
  ["larger than the limit", "groq", 429, groqLimit("tokens per minute (TPM)", 8000, 33_402), { kind: "too_large", scope: "request", rule: "groq/request-too-large", statedLimit: 8000 }],
  ["413", "groq", 413, { error: { message: "Request too large for model `m` on tokens per minute (TPM): Limit 6000, Requested 7402" } }, { kind: "too_large", statedLimit: 6000 }],
  ["failed generation", "groq", 400, { error: { message: "Failed to call a function.", type: "invalid_request_error", code: "tool_use_failed", failed_generation: "<function=x>" } }, { kind: "bad_generation", scope: "request", rule: "groq/bad-generation" }],
  ["bad key", "groq", 401, { error: { message: "Invalid API Key", code: "invalid_api_key" } }, { kind: "invalid_key", scope: "key" }],
  ["restricted organisation", "groq", 400, { error: { message: "Organization has been restricted. Please reach out to support." } }, { kind: "config", scope: "account" }],
  ["decommissioned", "groq", 400, { error: { message: "The model `m` has been decommissioned", code: "model_decommissioned" } }, { kind: "model_gone", scope: "model" }],
  ["host blocked", "groq", 403, "<html><head><title>Access denied</title></head></html>", { kind: "forbidden", scope: "target", message: "an HTML page with status 403" }],
  // openrouter
  ["day of the free pool", "openrouter", 429, { error: { code: 429, message: "Rate limit exceeded: free-models-per-day. Add 10 credits", metadata: { headers: { "X-RateLimit-Reset": String(DAY_END) } } } }, { kind: "quota_day", scope: "account", rule: "openrouter/free-day", until: DAY_END }],
  ["day by its source, no time stated", "openrouter", 429, { error: { code: 429, message: "x", metadata: { limit_source: "openrouter_free_tier_daily" } } }, { kind: "quota_day", scope: "account", until: DAY_END }],
  ["minute of the free pool", "openrouter", 429, { error: { code: 429, message: "Rate limit exceeded: free-models-per-min." } }, { kind: "rate_minute", scope: "account", until: NOW + 42_000 }, { "x-ratelimit-limit": "20", "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(NOW + 42_000) }],
  ["busy upstream", "openrouter", 429, { error: { code: 429, message: "Provider returned error", metadata: { raw: "m is temporarily rate-limited upstream" } } }, { kind: "capacity", scope: "model", message: "Provider returned error: m is temporarily rate-limited upstream" }],
  ["budget in flight", "openrouter", 402, { error: { code: 402, message: "x", metadata: { limit_source: "openrouter_in_flight_budget" } } }, { kind: "rate_minute", scope: "account", until: NOW + 3000 }, { "retry-after": "3" }],
  ["no credit", "openrouter", 402, { error: { code: 402, message: "Insufficient credits" } }, { kind: "no_credit", scope: "account" }],
  ["too costly", "openrouter", 402, { error: { code: 402, message: "This request requires more credits, or fewer max_tokens. You requested up to 8192 tokens, but can only afford 900" } }, { kind: "too_costly", scope: "request" }],
  ["no endpoint", "openrouter", 404, { error: { code: 404, message: "No endpoints found matching your data policy" } }, { kind: "not_routable", scope: "target" }],
  ["moderation", "openrouter", 403, { error: { code: 403, message: "Your input was flagged", metadata: { reasons: ["violence"] } } }, { kind: "content_filter", scope: "request" }],
  // mistral
  ["month spent", "mistral", 429, { object: "error", message: "Requests rate limit exceeded", type: "rate_limited", code: "1300" }, { kind: "quota_month", scope: "account", rule: "mistral/month-spent", until: MONTH_END }, { "x-ratelimit-remaining-tokens-month": "0", "retry-after": "2" }],
  ["rate", "mistral", 429, { object: "error", message: "Rate limit exceeded", type: "rate_limited", code: "1300" }, { kind: "rate_minute", scope: "target", rule: "mistral/rate-limited" }, { "x-ratelimit-remaining-tokens-month": "12" }],
  ["capacity as 429", "mistral", 429, { object: "error", message: "Service tier capacity exceeded", type: "service_tier_capacity_exceeded", code: "3505" }, { kind: "capacity", scope: "model" }],
  ["capacity as 503", "mistral", 503, { object: "error", message: "x", code: "3505" }, { kind: "capacity" }],
  ["unknown field", "mistral", 422, { object: "error", message: { detail: [{ type: "extra_forbidden", loc: ["body", "top_k"], msg: "Extra inputs are not permitted" }] }, type: "invalid_request_error" }, { kind: "parameter", parameter: "top_k", message: "Extra inputs are not permitted" }],
  ["unknown field in a message", "mistral", 422, { detail: [{ type: "extra_forbidden", loc: ["body", "messages", 1, "assistant", "reasoning_content"], msg: "Extra inputs are not permitted" }] }, { kind: "parameter", parameter: "messages.1.assistant.reasoning_content" }],
  ["invalid model", "mistral", 400, { object: "error", message: "Invalid model: x", type: "invalid_model", code: "1500" }, { kind: "model_gone", scope: "model" }],
  ["bad key", "mistral", 401, { detail: "Unauthorized" }, { kind: "invalid_key", scope: "key" }],
  ["too large", "mistral", 400, { object: "error", message: "Prompt contains 140000 tokens, too large for model with 131072 maximum context length" }, { kind: "context_too_long", scope: "request" }],
  // nvidia
  ["minute of the account", "nvidia", 429, { status: 429, title: "Too Many Requests" }, { kind: "rate_minute", scope: "account", message: "Too Many Requests" }],
  ["bad key as 403", "nvidia", 403, { status: 403, title: "Forbidden", detail: "Authorization failed" }, { kind: "invalid_key", scope: "key" }],
  ["degraded", "nvidia", 400, { status: 400, title: "Bad Request", detail: "Function id 'x': DEGRADED function cannot be invoked" }, { kind: "capacity", scope: "model" }],
  ["not for this account", "nvidia", 404, { status: 404, title: "Not Found", detail: "Function '0c6f7a2e-0000-4000-8000-0123456789ab': Not found for account 'made'" }, { kind: "not_on_plan", scope: "target" }],
  ["end of life", "nvidia", 410, { detail: "The model has reached its end of life on 2026-08-01" }, { kind: "model_gone", scope: "model" }],
  ["single tool calls", "nvidia", 400, { error: { message: "This model only supports single tool-calls at once!" } }, { kind: "parameter", parameter: "parallel_tool_calls" }],
  // anybody
  ["key wording at 403", "custom", 403, { error: { message: "Your API key has expired" } }, { kind: "invalid_key", scope: "key" }],
  ["403", "custom", 403, { error: "not in your country" }, { kind: "forbidden", scope: "target", message: "not in your country" }],
  ["402", "custom", 402, "", { kind: "no_credit", scope: "account", message: "status 402 without an explanation" }],
  ["quota as 429", "custom", 429, { error: { message: "You exceeded your current quota", type: "insufficient_quota", code: "insufficient_quota" } }, { kind: "no_credit", scope: "account" }],
  ["404 of a model", "custom", 404, { error: { message: "The model `x` does not exist" } }, { kind: "model_gone", scope: "model" }],
  ["404 of a path", "custom", 404, "404 page not found", { kind: "config", scope: "target" }],
  ["key code at 400", "custom", 400, { error: { message: "x", code: "invalid_api_key" } }, { kind: "invalid_key", scope: "key", rule: "generic/bad-key-code" }],
  ["end of life", "custom", 404, { error: { message: "m is no longer available" } }, { kind: "model_gone", rule: "generic/end-of-life" }],
  ["413", "custom", 413, "", { kind: "too_large", scope: "request", rule: "generic/413" }],
  ["405", "custom", 405, "", { kind: "config", scope: "target", rule: "generic/405" }],
  ["410", "custom", 410, {}, { kind: "model_gone" }],
  ["context by code", "custom", 400, { error: { message: "This model's maximum context length is 131,072 tokens. However, you requested 140000 tokens", code: "context_length_exceeded", param: "messages" } }, { kind: "context_too_long", scope: "request", statedLimit: 131_072 }],
  ["context by words", "custom", 400, { error: { message: "prompt is too long: 210000 tokens > 200000 maximum" } }, { kind: "context_too_long", statedLimit: 200_000 }],
  ["context of llama.cpp", "custom", 500, { error: { message: "the request exceeds the available context size (8192 tokens)" } }, { kind: "context_too_long", statedLimit: 8192 }],
  ["field by param", "custom", 400, { error: { message: "Unsupported value", param: "reasoning_effort" } }, { kind: "parameter", parameter: "reasoning_effort" }],
  ["field by words", "custom", 400, { error: { message: "Unrecognized request argument supplied: top_k" } }, { kind: "parameter", parameter: "top_k" }],
  ["other name of a field", "custom", 400, { error: { message: "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead." } }, { kind: "parameter", parameter: "max_tokens" }],
  ["no optional field", "custom", 400, { error: { message: "invalid role", param: "messages" } }, { kind: "client_error", scope: "request" }],
  ["two fields", "custom", 400, { error: { message: "top_k and min_p are not supported" } }, { kind: "client_error" }],
  ["filter by code", "custom", 400, { error: { message: "x", code: "content_policy_violation" } }, { kind: "content_filter", scope: "request" }],
  ["429 by day", "custom", 429, { error: { message: "Daily limit reached" } }, { kind: "quota_day", rule: "generic/429-day" }],
  ["429 by month", "custom", 429, { message: "100 API calls / month exceeded: monthly cap" }, { kind: "quota_month" }],
  ["429 by hour", "custom", 429, { error: "hourly limit" }, { kind: "quota_hour" }],
  ["429 concurrent", "custom", 429, { error: "too many concurrent requests: concurrency 1" }, { kind: "concurrency" }],
  ["429 with a short wait", "custom", 429, {}, { kind: "rate_minute", rule: "generic/429-short-wait", until: NOW + 20_000 }, { "retry-after": "20" }],
  ["429 with a long wait", "custom", 429, {}, { kind: "rate_unknown", until: NOW + 7_200_000 }, { "retry-after": "7200" }],
  ["429 in milliseconds", "custom", 429, {}, { kind: "rate_minute", until: NOW + 1000 }, { "retry-after-ms": "850" }],
  ["429 with a date", "custom", 429, {}, { until: NOW + 60_000 }, { "retry-after": new Date(NOW + 60_000).toUTCString() }],
  ["429 by a spent daily header", "custom", 429, {}, { kind: "quota_day", until: NOW + 3_600_000 }, { "x-ratelimit-limit-requests-day": "100", "x-ratelimit-remaining-requests-day": "0", "x-ratelimit-reset-requests-day": "3600" }],
  ["429 with the details of Google", "custom", 429, [{ error: { code: 429, status: "RESOURCE_EXHAUSTED", message: "Quota exceeded", details: [{ violations: [{ quotaId: "GenerateRequestsPerMinutePerProjectPerModel-FreeTier" }] }, { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "34.4s" }] } }], { kind: "rate_minute", until: NOW + 34_400 }],
  ["429 alone", "custom", 429, "", { kind: "rate_unknown", scope: "target", rule: "generic/unknown-429" }],
  ["a wait beyond a day is cut", "custom", 429, {}, { until: NOW + 86_400_000 }, { "retry-after": "999999" }],
  ["no wait is a second", "custom", 429, {}, { until: NOW + 1000 }, { "retry-after": "0" }],
  ["503 with a wait", "custom", 503, {}, { kind: "server_error", until: NOW + 5000 }, { "retry-after": "5" }],
  ["500", "custom", 500, "oops", { kind: "server_error", scope: "model", rule: "generic/5xx", message: "oops" }],
  ["504", "custom", 504, "", { kind: "timeout", scope: "model" }],
  ["502 as HTML", "custom", 502, "<!doctype html><title>Bad Gateway</title>", { kind: "server_error", message: "an HTML page with status 502" }],
  ["redirect", "custom", 301, "", { kind: "config" }],
  // Other providers behind an endpoint of unknown make.
  ["Groq behind a gateway", "custom", 429, groqLimit("tokens per day (TPD)", 200_000, 402), { kind: "quota_day", until: NOW + 179_560 }],
  ["Groq's size behind a gateway", "custom", 429, groqLimit("tokens per minute (TPM)", 8000, 9000), { kind: "too_large" }],
  ["OpenRouter behind a gateway", "custom", 429, { error: { message: "Rate limit exceeded: free-models-per-day" } }, { kind: "quota_day", scope: "account", until: DAY_END }],
];
