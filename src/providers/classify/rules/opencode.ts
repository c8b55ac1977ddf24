/** What OpenCode Zen means by a reply: the class of the error outranks the status. */
import type { Rule } from "../rule.ts";

export const OPENCODE: readonly Rule[] = [
  // Free use is counted by address, before the key is looked at.
  {
    id: "opencode/free-day",
    kind: "quota_day",
    scope: "provider",
    codes: ["freeusagelimiterror"],
    reset: { window: "day", zone: "UTC" },
    anywhere: true,
  },
  { id: "opencode/model", kind: "model_gone", scope: "model", codes: ["modelerror"], anywhere: true },
  {
    id: "opencode/no-credit",
    kind: "no_credit",
    scope: "account",
    codes: ["creditserror", "monthlylimiterror", "userlimiterror"],
    anywhere: true,
  },
  {
    id: "opencode/plan-month",
    kind: "quota_month",
    scope: "account",
    status: [429],
    words: /\bmonthly usage limit reached\b/i,
    anywhere: true,
  },
  {
    id: "opencode/plan-week",
    kind: "quota_week",
    scope: "account",
    status: [429],
    words: /\bweekly usage limit reached\b/i,
    anywhere: true,
  },
  {
    id: "opencode/plan-hours",
    kind: "quota_hour",
    scope: "account",
    codes: ["gousagelimiterror"],
    anywhere: true,
  },
  {
    id: "opencode/unavailable",
    kind: "capacity",
    scope: "model",
    status: [400, 429],
    words: /\bendpoint is unavailable\b/i,
    anywhere: true,
  },
  { id: "opencode/rate", kind: "rate_minute", scope: "target", status: [429], codes: ["ratelimiterror"] },
  { id: "opencode/bad-key", kind: "invalid_key", scope: "key", codes: ["autherror"] },
  { id: "opencode/region", kind: "forbidden", scope: "target", codes: ["regionerror"] },
];
