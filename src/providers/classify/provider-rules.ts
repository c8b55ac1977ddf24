/** What single providers mean by a reply, which overrules its status. First row that holds; then the generic rows. */
import type { Rule } from "./rule.ts";

const GROQ: readonly Rule[] = [
  {
    id: "groq/request-too-large",
    kind: "too_large",
    scope: "request",
    status: [413, 429],
    oversize: true,
    anywhere: true,
  },
  { id: "groq/request-too-large", kind: "too_large", scope: "request", status: [413] },
  {
    id: "groq/tokens-per-minute",
    kind: "rate_minute",
    scope: "target",
    status: [429],
    words: /\btokens per minute\b|\bTPM\b/,
  },
  {
    id: "groq/requests-per-minute",
    kind: "rate_minute",
    scope: "target",
    status: [429],
    words: /\brequests per minute\b|\bRPM\b/,
  },
  {
    id: "groq/tokens-per-day",
    kind: "quota_day",
    scope: "target",
    status: [429],
    words: /\btokens per day\b|\bTPD\b/,
  },
  {
    id: "groq/requests-per-day",
    kind: "quota_day",
    scope: "target",
    status: [429],
    words: /\brequests per day\b|\bRPD\b/,
  },
  {
    id: "groq/bad-generation",
    kind: "bad_generation",
    scope: "request",
    status: [400],
    codes: ["tool_use_failed", "json_validate_failed"],
    anywhere: true,
  },
  {
    id: "groq/organization-restricted",
    kind: "config",
    scope: "account",
    status: [400],
    words: /\borgani[sz]ation\b.{0,40}\brestricted\b/i,
  },
  { id: "groq/unprocessable", kind: "bad_generation", scope: "request", status: [422] },
  { id: "groq/flex-capacity", kind: "capacity", scope: "model", status: [498] },
];

const OPENROUTER: readonly Rule[] = [
  {
    id: "openrouter/free-day",
    kind: "quota_day",
    scope: "account",
    status: [429],
    codes: ["openrouter_free_tier_daily"],
    documentedReset: "day",
    anywhere: true,
  },
  {
    id: "openrouter/free-day",
    kind: "quota_day",
    scope: "account",
    status: [429],
    words: /\bfree-models-per-day\b/,
    documentedReset: "day",
    anywhere: true,
  },
  {
    id: "openrouter/free-minute",
    kind: "rate_minute",
    scope: "account",
    status: [429],
    words: /\bfree-models-per-min\b/,
    anywhere: true,
  },
  {
    id: "openrouter/upstream-busy",
    kind: "capacity",
    scope: "model",
    status: [429],
    words: /\bprovider returned error\b|\btemporarily rate-limited upstream\b/i,
    anywhere: true,
  },
  {
    id: "openrouter/in-flight-budget",
    kind: "rate_minute",
    scope: "account",
    status: [402],
    codes: ["openrouter_in_flight_budget"],
    asksToWait: true,
    anywhere: true,
  },
  {
    id: "openrouter/too-costly",
    kind: "too_costly",
    scope: "request",
    status: [402],
    words: /\bfewer max_tokens\b|\bprompt tokens limit exceeded\b/i,
    anywhere: true,
  },
  {
    id: "openrouter/no-endpoints",
    kind: "not_routable",
    scope: "target",
    status: [404],
    words: /\bno endpoints found\b/i,
    anywhere: true,
  },
  {
    id: "openrouter/moderation",
    kind: "content_filter",
    scope: "request",
    status: [403],
    codes: ["moderation_reasons"],
  },
];

const MISTRAL: readonly Rule[] = [
  {
    id: "mistral/month-spent",
    kind: "quota_month",
    scope: "account",
    status: [429],
    spent: "x-ratelimit-remaining-tokens-month",
    documentedReset: "month",
    resetWins: true,
    anywhere: true,
  },
  {
    id: "mistral/capacity",
    kind: "capacity",
    scope: "model",
    codes: ["3505", "service_tier_capacity_exceeded"],
  },
  {
    id: "mistral/invalid-model",
    kind: "model_gone",
    scope: "model",
    status: [400, 404],
    codes: ["1500", "invalid_model"],
  },
  { id: "mistral/rate-limited", kind: "rate_minute", scope: "target", status: [429], codes: ["1300"] },
  {
    id: "mistral/too-large-for-model",
    kind: "context_too_long",
    scope: "request",
    status: [400],
    words: /\btoo large for model\b/i,
  },
];

const NVIDIA: readonly Rule[] = [
  {
    id: "nvidia/unauthorized",
    kind: "invalid_key",
    scope: "key",
    status: [403],
    words: /\bauthorization failed\b/i,
  },
  {
    id: "nvidia/end-of-life",
    kind: "model_gone",
    scope: "model",
    status: [400, 404, 410],
    words: /\breached its end of life\b/i,
    anywhere: true,
  },
  {
    id: "nvidia/degraded",
    kind: "capacity",
    scope: "model",
    status: [400],
    words: /\bDEGRADED\b/,
    anywhere: true,
  },
  {
    id: "nvidia/not-for-account",
    kind: "not_on_plan",
    scope: "target",
    status: [404],
    words: /\bnot found for account\b/i,
    anywhere: true,
  },
  {
    id: "nvidia/single-tool-call",
    kind: "parameter",
    scope: "request",
    status: [400],
    words: /\bonly supports single tool-calls at once\b/i,
    parameter: "parallel_tool_calls",
    anywhere: true,
  },
  // Some accounts lack a part of the catalogue that the list shows all the same.
  {
    id: "nvidia/not-for-account",
    kind: "not_on_plan",
    scope: "target",
    status: [404],
  },
  { id: "nvidia/requests-per-minute", kind: "rate_minute", scope: "account", status: [429] },
];

const BY_PROVIDER: Readonly<Record<string, readonly Rule[]>> = {
  groq: GROQ,
  openrouter: OPENROUTER,
  mistral: MISTRAL,
  nvidia: NVIDIA,
};

const ANYWHERE: readonly Rule[] = Object.values(BY_PROVIDER)
  .flat()
  .filter((rule) => rule.anywhere);

/** The rows of this provider, then those of all others that cannot be mistaken. */
export function rulesFor(providerId: string): readonly Rule[] {
  const own = BY_PROVIDER[providerId];
  return own ? [...own, ...ANYWHERE] : ANYWHERE;
}
