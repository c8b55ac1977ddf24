/** Replies of the providers with rules of their own, as they really look; and the same behind endpoints of unknown make. */
import type { Case } from "./classify-cases.ts";
import { NOW } from "./support.ts";

const DAY_END = Date.UTC(2025, 10, 24);
/** Midnight in Los Angeles, in winter. */
const PACIFIC_DAY_END = Date.UTC(2025, 10, 24, 8);
const HOUR_END = NOW + 3_600_000;
const FIVE_HOURS_END = (Math.floor(NOW / 18_000_000) + 1) * 18_000_000;
const MONDAY = DAY_END;
const MONTH_END = Date.UTC(2025, 11, 1);

/** A 429 of Google; `quotas` are the ids. */
export function googleQuota(quotas: readonly string[], message: string, retryDelay: string): object {
  return {
    error: {
      code: 429,
      message,
      status: "RESOURCE_EXHAUSTED",
      details: [
        {
          "@type": "type.googleapis.com/google.rpc.QuotaFailure",
          violations: quotas.map((quotaId) => ({
            quotaMetric: `generativelanguage.googleapis.com/generate_content_free_tier_${quotaId.includes("InputTokens") ? "input_token_count" : "requests"}`,
            quotaId,
            quotaDimensions: { location: "global", model: "m" },
            quotaValue: "20",
          })),
        },
        { "@type": "type.googleapis.com/google.rpc.Help", links: [{ url: "https://example.test/402" }] },
        { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay },
      ],
    },
  };
}

const QUOTA_TEXT = "You exceeded your current quota, please check your plan and billing details.";
const PER_DAY = "GenerateRequestsPerDayPerProjectPerModel-FreeTier";
const PER_MINUTE = "GenerateRequestsPerMinutePerProjectPerModel-FreeTier";
const TOKENS = "GenerateContentInputTokensPerModelPerMinute-FreeTier";
const noQuota = `${QUOTA_TEXT}\n* Quota exceeded for metric: generativelanguage.googleapis.com/generate_content_free_tier_requests, limit: 0, model: m\nPlease retry in 20.04s.`;

const google = (code: number, status: string, message: string, reason?: string) => ({
  error: { code, status, message, ...(reason && { details: [{ "@type": "ErrorInfo", reason }] }) },
});
const cloudflare = (code: number, message = "AiError: made") => ({
  success: false,
  errors: [{ code, message }],
  result: null,
  messages: [],
});
const zhipu = (code: string, message = "made") => ({ error: { code, message }, request_id: "202511230402" });
const opencode = (type: string, message = "made") => ({ type: "error", error: { type, message } });
const volcengine = (code: string, message = "made") => ({
  error: { code, message, param: "", type: "made" },
});
const said = (message: string) => ({ error: { message } });

// biome-ignore format: a table, one reply a line
export const PROVIDER_CASES: readonly Case[] = [
  // google
  ["day, short wait", "google", 429, googleQuota([PER_DAY], QUOTA_TEXT, "38s"), { kind: "quota_day", scope: "target", rule: "google/per-day", until: PACIFIC_DAY_END }],
  ["day beside minute and tokens", "google", 429, googleQuota([TOKENS, PER_MINUTE, PER_DAY], QUOTA_TEXT, "65205s"), { kind: "quota_day", until: PACIFIC_DAY_END }],
  ["minute", "google", 429, googleQuota([PER_MINUTE], QUOTA_TEXT, "34.4s"), { kind: "rate_minute", scope: "target", rule: "google/per-minute", until: NOW + 34_400 }],
  ["tokens of a minute", "google", 429, [googleQuota([TOKENS], QUOTA_TEXT, "12s")], { kind: "rate_minute", until: NOW + 12_000 }],
  ["a quota of nothing", "google", 429, googleQuota([PER_DAY], noQuota, "20s"), { kind: "not_on_plan", scope: "target", rule: "google/no-quota" }],
  ["a quota without details", "google", 429, google(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota)."), { kind: "rate_unknown", scope: "target", rule: "generic/unknown-429" }],
  ["bad key", "google", 400, google(400, "INVALID_ARGUMENT", "API key not valid.", "API_KEY_INVALID"), { kind: "invalid_key", scope: "key", rule: "google/bad-key" }],
  ["bad key on the other route", "google", 400, [google(400, "INVALID_ARGUMENT", "Please pass a valid API key")], { kind: "invalid_key", rule: "google/bad-key" }],
  ["expired key", "google", 400, google(400, "INVALID_ARGUMENT", "API key expired. Please renew the API key."), { kind: "invalid_key" }],
  ["unauthenticated", "google", 401, google(401, "UNAUTHENTICATED", "Request had invalid authentication credentials."), { kind: "invalid_key", rule: "generic/401" }],
  ["location", "google", 400, google(400, "FAILED_PRECONDITION", "User location is not supported for the API use."), { kind: "config", scope: "key", rule: "google/location" }],
  ["service disabled", "google", 403, google(403, "PERMISSION_DENIED", "Generative Language API has not been used", "SERVICE_DISABLED"), { kind: "config", scope: "key", rule: "google/key-restricted" }],
  ["restricted key", "google", 403, google(403, "PERMISSION_DENIED", "Requests from referer are blocked.", "API_KEY_HTTP_REFERRER_BLOCKED"), { kind: "config", rule: "google/key-restricted" }],
  ["thought signature", "google", 400, google(400, "INVALID_ARGUMENT", "Function call is missing a thought_signature in functionCall parts."), { kind: "history", scope: "request", rule: "google/thought-signature" }],
  ["model gone", "google", 404, google(404, "NOT_FOUND", "models/m is not found for API version v1beta"), { kind: "model_gone", scope: "model" }],
  ["too long", "google", 400, google(400, "INVALID_ARGUMENT", "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576)."), { kind: "context_too_long", scope: "request", statedLimit: 1_048_576 }],
  ["overloaded", "google", 503, google(503, "UNAVAILABLE", "The model is overloaded."), { kind: "server_error", scope: "model" }],
  // groq
  ["flex capacity", "groq", 498, said("capacity_exceeded"), { kind: "capacity", scope: "model", rule: "groq/flex-capacity" }],
  ["semantic failure", "groq", 422, said("made"), { kind: "bad_generation", scope: "request", rule: "groq/unprocessable" }],
  ["failed JSON mode", "groq", 400, { error: { message: "Failed to generate JSON.", code: "json_validate_failed" } }, { kind: "bad_generation" }],
  ["413 without numbers", "groq", 413, said("Request Entity Too Large"), { kind: "too_large", rule: "groq/413" }],
  // openrouter
  ["too costly by the number", "openrouter", 402, said("You can only afford 900 tokens"), { kind: "too_costly", scope: "request", rule: "openrouter/too-costly" }],
  ["too costly prompt", "openrouter", 402, said("Prompt tokens limit exceeded: 9000 > 8402"), { kind: "too_costly" }],
  ["402 with a wait but no budget", "openrouter", 402, said("made"), { kind: "no_credit", rule: "generic/402" }, { "retry-after": "3" }],
  // mistral
  ["too large for the model", "mistral", 400, said("Prompt is too large for model"), { kind: "context_too_long", rule: "mistral/too-large-for-model" }],
  // nvidia
  ["404 without words", "nvidia", 404, { status: 404, title: "Not Found" }, { kind: "not_on_plan", scope: "target", rule: "nvidia/404" }],
  // cerebras
  ["queue", "cerebras", 429, { message: "made", type: "too_many_requests_error", param: "queue", code: "queue_exceeded" }, { kind: "capacity", scope: "model", rule: "cerebras/capacity" }],
  ["high traffic", "cerebras", 429, { message: "We're experiencing high traffic right now!", type: "too_many_requests_error" }, { kind: "capacity", rule: "cerebras/capacity" }],
  ["day by its header", "cerebras", 429, { message: "made", type: "too_many_requests_error", code: "request_quota_exceeded" }, { kind: "quota_day", rule: "generic/429-day-spent", until: NOW + 33_011_383 }, { "x-ratelimit-remaining-requests-day": "0", "x-ratelimit-reset-requests-day": "33011.382867", "x-ratelimit-remaining-tokens-minute": "5000" }],
  ["minute by its header", "cerebras", 429, { message: "made", type: "too_many_requests_error", code: "token_quota_exceeded" }, { kind: "rate_minute", rule: "generic/429-minute-spent", until: NOW + 11_383 }, { "x-ratelimit-remaining-requests-day": "5", "x-ratelimit-remaining-tokens-minute": "0", "x-ratelimit-reset-tokens-minute": "11.382867" }],
  // cloudflare
  ["neurons", "cloudflare", 429, cloudflare(3036), { kind: "quota_day", scope: "account", rule: "cloudflare/neurons-of-the-day", until: DAY_END }],
  ["neurons, other code", "cloudflare", 429, cloudflare(4006), { kind: "quota_day", until: DAY_END }],
  ["neurons by words", "cloudflare", 429, said("4006: you have used up your daily free allocation of 10,000 neurons"), { kind: "quota_day", scope: "account", until: DAY_END }],
  ["capacity", "cloudflare", 429, cloudflare(3040), { kind: "capacity", scope: "model", rule: "cloudflare/capacity" }],
  ["other 429", "cloudflare", 429, cloudflare(9999), { kind: "rate_minute", scope: "target", rule: "cloudflare/requests-per-minute" }],
  ["no such model", "cloudflare", 400, cloudflare(5007, "No such model @cf/m"), { kind: "model_gone", rule: "cloudflare/no-such-model" }],
  ["no such model, other code", "cloudflare", 404, cloudflare(3042), { kind: "model_gone", scope: "model" }],
  ["agreement", "cloudflare", 403, cloudflare(5016), { kind: "not_on_plan", scope: "target", rule: "cloudflare/not-allowed" }],
  ["not allowed", "cloudflare", 403, cloudflare(5018), { kind: "not_on_plan" }],
  ["not allowed, other code", "cloudflare", 403, cloudflare(3041), { kind: "not_on_plan" }],
  ["account blocked", "cloudflare", 403, cloudflare(3023), { kind: "config", scope: "account", rule: "cloudflare/account-blocked" }],
  ["too large", "cloudflare", 413, cloudflare(3006), { kind: "too_large", scope: "request", rule: "cloudflare/too-large" }],
  ["timeout", "cloudflare", 408, cloudflare(3007), { kind: "timeout", scope: "model", rule: "cloudflare/timeout" }],
  ["timeout, other code", "cloudflare", 408, cloudflare(3008), { kind: "timeout" }],
  ["bad token", "cloudflare", 403, cloudflare(9109, "Invalid access token"), { kind: "invalid_key", rule: "cloudflare/bad-token" }],
  ["no permission", "cloudflare", 403, cloudflare(10_000, "Authentication error"), { kind: "config", scope: "key", rule: "cloudflare/no-permission" }],
  ["refused token", "cloudflare", 401, cloudflare(10_000, "Authentication error"), { kind: "invalid_key", scope: "key" }],
  // zhipu
  ["concurrency", "zhipu", 429, zhipu("1302"), { kind: "concurrency", scope: "key", rule: "zhipu/concurrency" }],
  ["frequency", "zhipu", 429, zhipu("1303"), { kind: "rate_minute", scope: "target", rule: "zhipu/frequency" }],
  ["calls of the day", "zhipu", 429, zhipu("1304"), { kind: "quota_day", scope: "target", rule: "zhipu/calls-of-the-day" }],
  ["overloaded", "zhipu", 503, zhipu("1305"), { kind: "capacity", scope: "model", rule: "zhipu/capacity" }],
  ["busy", "zhipu", 429, zhipu("1312"), { kind: "capacity" }],
  ["plan window", "zhipu", 429, zhipu("1308", "Usage limit reached for 5 hour. Your limit will reset at 2025-11-23 20:30:00"), { kind: "quota_hour", scope: "account", rule: "zhipu/plan-hours", until: Date.UTC(2025, 10, 23, 12, 30) }],
  ["plan week", "zhipu", 429, zhipu("1310", "Weekly Limit Exhausted. Your limit will reset at 2025-11-27 08:00:00"), { kind: "quota_week", rule: "zhipu/plan-week", until: Date.UTC(2025, 10, 27) }],
  ["no credit", "zhipu", 429, zhipu("1113"), { kind: "no_credit", scope: "target", rule: "zhipu/no-credit" }],
  ["locked", "zhipu", 403, zhipu("1112"), { kind: "forbidden", scope: "account", rule: "zhipu/account-locked" }],
  ["fair use", "zhipu", 429, zhipu("1313"), { kind: "forbidden", scope: "account" }],
  ["no such model", "zhipu", 400, zhipu("1211"), { kind: "model_gone", scope: "model", rule: "zhipu/no-such-model" }],
  ["retired API", "zhipu", 400, zhipu("1221"), { kind: "model_gone" }],
  ["no permission", "zhipu", 403, zhipu("1220"), { kind: "not_on_plan", scope: "target", rule: "zhipu/not-allowed" }],
  ["not on plan", "zhipu", 429, zhipu("1311"), { kind: "not_on_plan" }],
  ["too long", "zhipu", 400, zhipu("1261", "Prompt exceeds max length"), { kind: "context_too_long", scope: "request", rule: "zhipu/too-long" }],
  ["unsafe", "zhipu", 400, zhipu("1301"), { kind: "content_filter", scope: "request", rule: "zhipu/unsafe" }],
  ["bad key", "zhipu", 401, zhipu("1002"), { kind: "invalid_key", scope: "key", rule: "zhipu/bad-key" }],
  ["bad request", "zhipu", 429, zhipu("1214"), { kind: "client_error", scope: "request", rule: "zhipu/bad-request" }],
  ["bad field", "zhipu", 400, zhipu("1210", "Invalid API parameter: 'top_k'"), { kind: "parameter", parameter: "top_k" }],
  ["job timed out", "zhipu", 502, said("job timed out"), { kind: "server_error", scope: "model" }],
  // cohere
  ["month", "cohere", 429, { message: "You are using a Trial key, which is limited to 1000 API calls / month." }, { kind: "quota_month", scope: "account", rule: "cohere/calls-of-the-month", until: MONTH_END }],
  ["minute", "cohere", 429, { id: "402", message: "You are using a Trial key, which is limited to 20 API calls / minute." }, { kind: "rate_minute", scope: "account", rule: "cohere/calls-per-minute" }],
  // huggingface
  ["credits", "huggingface", 402, { error: "You have exceeded your monthly included credits for Inference Providers." }, { kind: "quota_month", scope: "account", rule: "huggingface/credits-of-the-month", until: MONTH_END }],
  ["402 alone", "huggingface", 402, "", { kind: "quota_month", scope: "account", rule: "huggingface/402", until: MONTH_END }],
  ["backend busy", "huggingface", 429, { error: "made" }, { kind: "capacity", scope: "model", rule: "huggingface/backend-busy" }],
  ["no provider", "huggingface", 400, said("The requested model 'm' is not supported by any provider you have enabled."), { kind: "not_routable", scope: "target", rule: "huggingface/no-provider" }],
  // ollama
  ["session", "ollama", 429, { error: "you (made) have reached your session usage limit, upgrade for higher limits" }, { kind: "quota_hour", scope: "account", rule: "ollama/session", until: FIVE_HOURS_END }],
  ["week", "ollama", 429, { error: "you (made) have reached your weekly usage limit" }, { kind: "quota_week", scope: "account", rule: "ollama/week", until: MONDAY }],
  ["month", "ollama", 429, { error: "you (made) have reached your monthly usage limit" }, { kind: "quota_month", scope: "account", rule: "ollama/month" }],
  ["concurrency", "ollama", 429, said("too many concurrent requests"), { kind: "concurrency", scope: "account", rule: "ollama/concurrency" }],
  ["subscription", "ollama", 403, { error: "this model requires a subscription, upgrade for access" }, { kind: "not_on_plan", scope: "target", rule: "ollama/subscription" }],
  // opencode
  ["free day", "opencode", 429, opencode("FreeUsageLimitError", "Rate limit exceeded. Please try again later."), { kind: "quota_day", scope: "provider", rule: "opencode/free-day", until: NOW + 19_014_000 }, { "retry-after": "19014" }],
  ["free day, no wait", "opencode", 429, opencode("FreeUsageLimitError"), { kind: "quota_day", scope: "provider", until: DAY_END }],
  ["rate", "opencode", 429, opencode("RateLimitError"), { kind: "rate_minute", scope: "target", rule: "opencode/rate", until: NOW + 300_000 }, { "retry-after": "300" }],
  ["plan, month", "opencode", 429, opencode("GoUsageLimitError", "Monthly usage limit reached. Resets in 12 days"), { kind: "quota_month", scope: "account", rule: "opencode/plan-month", until: NOW + 12 * 86_400_000 }],
  ["plan, week", "opencode", 429, opencode("GoUsageLimitError", "Weekly usage limit reached. Resets in 3 days"), { kind: "quota_week", rule: "opencode/plan-week", until: NOW + 3 * 86_400_000 }],
  ["plan, hours", "opencode", 429, opencode("GoUsageLimitError", "5 hour usage limit reached. Resets in 2 hours"), { kind: "quota_hour", scope: "account", rule: "opencode/plan-hours", until: NOW + 7_200_000 }],
  ["model", "opencode", 401, opencode("ModelError", "Model x is not supported"), { kind: "model_gone", scope: "model", rule: "opencode/model" }],
  ["no credit", "opencode", 401, opencode("CreditsError", "No payment method"), { kind: "no_credit", scope: "account", rule: "opencode/no-credit" }],
  ["month spent", "opencode", 401, opencode("MonthlyLimitError"), { kind: "no_credit", scope: "account" }],
  ["user limit", "opencode", 401, opencode("UserLimitError"), { kind: "no_credit", scope: "account" }],
  ["bad key", "opencode", 401, opencode("AuthError", "Invalid API key."), { kind: "invalid_key", scope: "key", rule: "opencode/bad-key" }],
  ["region", "opencode", 403, opencode("RegionError"), { kind: "forbidden", scope: "target", rule: "opencode/region" }],
  ["unavailable", "opencode", 400, said("Error from provider: endpoint is unavailable"), { kind: "capacity", scope: "model", rule: "opencode/unavailable" }],
  // pollinations
  ["pollen", "pollinations", 402, said("insufficient pollen"), { kind: "quota_hour", scope: "account", rule: "pollinations/pollen-of-the-hour", until: HOUR_END }],
  // modelscope
  ["account's day", "modelscope", 429, said("made"), { kind: "quota_day", scope: "account", rule: "modelscope/account-day" }, { "modelscope-ratelimit-requests-remaining": "0", "modelscope-ratelimit-model-requests-remaining": "7" }],
  ["model's day", "modelscope", 429, { errors: { message: "made", request_id: "402" } }, { kind: "quota_day", scope: "target", rule: "modelscope/model-day" }, { "modelscope-ratelimit-requests-remaining": "70", "modelscope-ratelimit-model-requests-remaining": "0" }],
  ["withdrawn", "modelscope", 429, said("insufficient balance (1008)"), { kind: "model_gone", scope: "model", rule: "modelscope/withdrawn" }],
  ["no provider", "modelscope", 400, { errors: { message: "Model id : m , has no provider supported" } }, { kind: "model_gone", rule: "modelscope/no-provider" }],
  ["bind account", "modelscope", 401, said("please bind your alibaba cloud account before use"), { kind: "config", scope: "key", rule: "modelscope/bind-account" }],
  ["bad key", "modelscope", 401, said("Authentication failed, please make sure that a valid ModelScope token is supplied."), { kind: "invalid_key" }],
  ["throttled", "modelscope", 429, said("made"), { kind: "rate_minute", scope: "target", rule: "modelscope/requests-per-minute" }, { "modelscope-ratelimit-requests-remaining": "5" }],
  // kilo
  ["free hour", "kilo", 429, { error: "Free model usage limit reached", error_type: "rate_limit_exceeded" }, { kind: "quota_hour", scope: "provider", rule: "kilo/free-hour" }],
  ["429 alone", "kilo", 429, "", { kind: "quota_hour", scope: "provider", rule: "kilo/429" }],
  ["promotion", "kilo", 401, { error: { code: "PROMOTION_MODEL_LIMIT_REACHED", message: "made" } }, { kind: "quota_day", scope: "model", rule: "kilo/promotion-day" }],
  ["paid model", "kilo", 401, { error: { code: "PAID_MODEL_AUTH_REQUIRED", message: "made" }, error_type: "paid_model_auth_required" }, { kind: "not_on_plan", scope: "target", rule: "kilo/paid-model" }],
  // volcengine
  ["no such model", "volcengine", 404, volcengine("InvalidEndpointOrModel.NotFound"), { kind: "model_gone", scope: "model", rule: "volcengine/no-such-model" }],
  ["not open", "volcengine", 404, volcengine("ModelNotOpen"), { kind: "not_on_plan", scope: "target", rule: "volcengine/not-open" }],
  ["closed endpoint", "volcengine", 400, volcengine("InvalidEndpoint.ClosedEndpoint"), { kind: "not_on_plan" }],
  ["access denied", "volcengine", 403, volcengine("AccessDenied"), { kind: "not_on_plan", rule: "volcengine/access-denied" }],
  ["overdue", "volcengine", 403, volcengine("AccountOverdueError"), { kind: "no_credit", scope: "account", rule: "volcengine/overdue" }],
  ["rate", "volcengine", 429, volcengine("RateLimitExceeded.EndpointRPMExceeded"), { kind: "rate_minute", scope: "target", rule: "volcengine/rate" }],
  ["quota", "volcengine", 429, volcengine("SetLimitExceeded"), { kind: "quota_day", scope: "target", rule: "volcengine/quota" }],
  ["overloaded", "volcengine", 429, volcengine("ServerOverloaded"), { kind: "capacity", scope: "model", rule: "volcengine/overloaded" }],
  // github
  ["day", "github", 429, { error: { code: "RateLimitReached", message: "Rate limit of 50 per 86400s exceeded for UserByModelByDay. Please wait 48402 seconds before retrying." } }, { kind: "quota_day", scope: "target", rule: "github/per-day", until: NOW + 48_402_000 }],
  ["minute", "github", 429, { error: { code: "RateLimitReached", message: "Rate limit of 10 per 60s exceeded for UserByModelByMinute. Please wait 40 seconds before retrying." } }, { kind: "rate_minute", rule: "github/per-minute", until: NOW + 40_000 }],
  ["concurrency", "github", 429, { error: { code: "RateLimitReached", message: "Rate limit exceeded for UserConcurrentRequests." } }, { kind: "concurrency", rule: "github/concurrency" }],
  ["too long", "github", 413, { error: { code: "tokens_limit_reached", message: "Request body too large for m model. Max size: 8000 tokens." } }, { kind: "context_too_long", rule: "github/too-long", statedLimit: 8000 }],
  ["retired", "github", 410, "Gone", { kind: "model_gone", rule: "generic/410" }],
  // those with one row
  ["too long as 403", "together", 403, said("input token count + max_tokens must be less than context length"), { kind: "context_too_long", scope: "request", rule: "together/too-long" }],
  ["throttled as anonymous", "chutes", 429, { detail: "Anonymous request limit exceeded" }, { kind: "invalid_key", scope: "key", rule: "chutes/anonymous" }],
  ["no credit", "chutes", 402, { detail: "Quota exceeded and account balance is $0.0" }, { kind: "no_credit", scope: "account" }],
  ["no credit", "sambanova", 402, "", { kind: "no_credit", scope: "account" }],
  ["bad key as 403", "ovh", 403, "", { kind: "invalid_key", scope: "key", rule: "ovh/bad-key" }],
  ["model unavailable", "llm7", 400, { error: { message: "made", type: "model_unavailable" } }, { kind: "model_gone", scope: "model", rule: "llm7/model-unavailable" }],
  ["RPM wording", "siliconflow", 429, { code: 50_603, message: "Request was rejected due to rate limiting: RPM limit reached", data: null }, { kind: "rate_minute" }],
  ["balance", "siliconflow", 403, { code: 30_001, message: "Sorry, your account balance is insufficient", data: null }, { kind: "no_credit", scope: "account" }],
  ["fault", "fireworks", 429, { fault: { faultstring: "Rate limit quota violation: per minute", detail: { errorcode: "policies.ratelimit" } } }, { kind: "rate_minute" }],
  // Behind an endpoint of unknown make.
  ["Google behind a gateway", "custom", 429, googleQuota([PER_DAY], QUOTA_TEXT, "38s"), { kind: "quota_day", until: PACIFIC_DAY_END }],
  ["Google quoted by a gateway", "custom", 429, said(`litellm.RateLimitError: VertexAIException - ${JSON.stringify(googleQuota([PER_DAY], QUOTA_TEXT, "38s"), null, 2)}`), { kind: "quota_day", until: PACIFIC_DAY_END }],
  ["Google's body as the message", "custom", 429, said(JSON.stringify([googleQuota([PER_MINUTE], QUOTA_TEXT, "9s")])), { kind: "rate_minute", rule: "google/per-minute", until: NOW + 9000 }],
  ["Google Cloud's quota", "custom", 429, { error: { code: 429, message: "made", details: [{ reason: "RATE_LIMIT_EXCEEDED", metadata: { quota_metric: "x/requests", quota_limit: "RequestsPerDayPerProject", quota_limit_value: "50" } }] } }, { kind: "quota_day", rule: "google/per-day" }],
  ["Cloudflare behind a gateway", "custom", 429, cloudflare(3036), { kind: "quota_day", scope: "account", until: DAY_END }],
  ["Cloudflare's number in another envelope", "custom", 429, { error: { code: 3036, message: "made" } }, { kind: "rate_unknown", scope: "target" }],
  ["Mistral behind a gateway", "custom", 429, { object: "error", message: "made", type: "service_tier_capacity_exceeded", code: "3505" }, { kind: "capacity", scope: "model" }],
  ["Mistral's number in another envelope", "custom", 429, { error: { code: "3505", message: "made" } }, { kind: "rate_unknown" }],
  ["Zhipu by its own address", "custom", 429, zhipu("1302"), { kind: "concurrency", scope: "key" }],
  ["Zhipu's number in words", "custom", 429, said("error 1302"), { kind: "rate_unknown" }],
  ["ModelScope behind a gateway", "custom", 429, "", { kind: "quota_day", scope: "account" }, { "modelscope-ratelimit-requests-remaining": "0" }],
  ["Ollama behind a local server", "custom", 429, { error: "you have reached your session usage limit" }, { kind: "quota_hour", until: FIVE_HOURS_END }],
  ["a month without a calendar", "custom", 429, said("limited to 1000 API calls / month"), { kind: "quota_month", scope: "target", rule: "generic/429-month" }],
  ["requests/day", "custom", 429, said("Limit of 50 requests/day reached"), { kind: "quota_day", rule: "generic/429-day" }],
];
