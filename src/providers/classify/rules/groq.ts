/** What Groq means by a reply. */
import type { Rule } from "../rule.ts";

export const GROQ: readonly Rule[] = [
  {
    id: "groq/request-too-large",
    kind: "too_large",
    scope: "request",
    status: [413, 429],
    oversize: true,
    anywhere: true,
  },
  { id: "groq/413", kind: "too_large", scope: "request", status: [413] },
  {
    id: "groq/tokens-per-minute",
    kind: "rate_minute",
    scope: "target",
    status: [429],
    words: /\btokens per minute\b|\bTPM\b/i,
  },
  {
    id: "groq/requests-per-minute",
    kind: "rate_minute",
    scope: "target",
    status: [429],
    words: /\brequests per minute\b|\bRPM\b/i,
  },
  {
    id: "groq/tokens-per-day",
    kind: "quota_day",
    scope: "target",
    status: [429],
    words: /\btokens per day\b|\bTPD\b/i,
  },
  {
    id: "groq/requests-per-day",
    kind: "quota_day",
    scope: "target",
    status: [429],
    words: /\brequests per day\b|\bRPD\b/i,
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
