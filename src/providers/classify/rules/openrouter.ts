/** What OpenRouter means by a reply. */
import type { Rule } from "../rule.ts";

export const OPENROUTER: readonly Rule[] = [
  {
    id: "openrouter/free-day",
    kind: "quota_day",
    scope: "account",
    status: [429],
    codes: ["openrouter_free_tier_daily"],
    words: /\bfree-models-per-day\b/i,
    reset: { window: "day", zone: "UTC" },
    anywhere: true,
  },
  {
    id: "openrouter/free-minute",
    kind: "rate_minute",
    scope: "account",
    status: [429],
    words: /\bfree-models-per-min\b/i,
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
    words: /\bfewer max_tokens\b|\bcan only afford\b|\bprompt tokens limit exceeded\b/i,
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
