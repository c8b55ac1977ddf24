/** What a reply means when nothing is known of who sent it. */
import type { Rule } from "../rule.ts";

export const GENERIC_RULES: readonly Rule[] = [
  {
    id: "generic/content-filter",
    kind: "content_filter",
    scope: "request",
    status: [400, 403, 422, 451],
    codes: [
      "content_filter",
      "content_policy_violation",
      "responsibleaipolicyviolation",
      "moderation",
      "moderation_blocked",
      "moderation_reasons",
    ],
    words:
      /\bcontent (?:management )?policy\b|\bsafety system\b|\bflagged by\b|\bcontent was flagged\b|\bmoderation (?:blocked|failed|policy)\b/i,
  },
  {
    id: "generic/insufficient-credit",
    kind: "no_credit",
    scope: "account",
    status: [400, 403, 429],
    codes: ["insufficient_quota", "insufficient_balance", "insufficient_credits", "billing_not_active"],
    words:
      /\binsufficient[ _](?:account )?(?:balance|credits?|funds|quota)\b|\bbalance (?:is )?(?:insufficient|not enough)\b/i,
  },
  { id: "generic/401", kind: "invalid_key", scope: "key", status: [401] },
  { id: "generic/402", kind: "no_credit", scope: "account", status: [402] },
  {
    id: "generic/bad-key-code",
    kind: "invalid_key",
    scope: "key",
    status: [400, 403],
    codes: ["invalid_api_key", "expired_api_key", "api_key_expired", "authentication_error"],
  },
  {
    id: "generic/bad-key-words",
    kind: "invalid_key",
    scope: "key",
    status: [403],
    words:
      /\b(?:invalid|expired|revoked|incorrect)\b.{0,20}\b(?:api[ _-]?key|key|token|credentials?)\b|\b(?:api[ _-]?key|key|token)\b.{0,30}\b(?:invalid|expired|revoked|not valid)\b/i,
  },
  {
    id: "generic/model-gone",
    kind: "model_gone",
    scope: "model",
    status: [400, 403, 404, 410],
    codes: ["model_not_found", "model_decommissioned", "model_deprecated", "unknown_model", "invalid_model"],
  },
  {
    id: "generic/end-of-life",
    kind: "model_gone",
    scope: "model",
    status: [400, 404, 410],
    words: /\bdecommissioned\b|\bend of life\b|\bno longer (?:available|supported)\b/i,
  },
  { id: "generic/410", kind: "model_gone", scope: "model", status: [410] },
  { id: "generic/403", kind: "forbidden", scope: "target", status: [403] },
  {
    id: "generic/404-model",
    kind: "model_gone",
    scope: "model",
    status: [404],
    words: /\bmodels?\b/i,
  },
  { id: "generic/404", kind: "config", scope: "target", status: [404] },
  {
    id: "generic/context-length",
    kind: "context_too_long",
    scope: "request",
    status: [400, 413, 422, 500],
    codes: ["context_length_exceeded", "string_above_max_length", "context_window_exceeded"],
    words:
      /\bcontext (?:length|window|size)\b|\bmaximum context\b|\btoo many (?:input )?tokens\b|\b(?:prompt|input) is too long\b|\bexceeds the maximum number of tokens\b|\breduce the length of (?:the|your)\b/i,
  },
  { id: "generic/413", kind: "too_large", scope: "request", status: [413] },
  { id: "generic/405", kind: "config", scope: "target", status: [405] },
  { id: "generic/timeout-status", kind: "timeout", scope: "model", status: [408, 504, 522, 524] },
];
