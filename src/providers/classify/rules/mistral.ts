/** What Mistral means by a reply. */
import type { Rule } from "../rule.ts";

export const MISTRAL: readonly Rule[] = [
  {
    id: "mistral/month-spent",
    kind: "quota_month",
    scope: "account",
    status: [429],
    spent: "x-ratelimit-remaining-tokens-month",
    reset: { window: "month", zone: "UTC" },
    resetWins: true,
    anywhere: true,
  },
  {
    id: "mistral/capacity",
    kind: "capacity",
    scope: "model",
    codes: ["3505", "service_tier_capacity_exceeded"],
    anywhere: "error_object",
  },
  {
    id: "mistral/invalid-model",
    kind: "model_gone",
    scope: "model",
    status: [400, 404],
    codes: ["1500", "invalid_model"],
    anywhere: "error_object",
  },
  {
    id: "mistral/rate-limited",
    kind: "rate_minute",
    scope: "target",
    status: [429],
    codes: ["1300"],
    anywhere: "error_object",
  },
  {
    id: "mistral/too-large-for-model",
    kind: "context_too_long",
    scope: "request",
    status: [400],
    words: /\btoo large for model\b/i,
    anywhere: true,
  },
];
