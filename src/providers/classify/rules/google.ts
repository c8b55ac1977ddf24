/** What Google's Gemini API means by a reply. */
import type { Rule } from "../rule.ts";

export const GOOGLE: readonly Rule[] = [
  // A quota of nothing: the model is not offered to this project.
  {
    id: "google/no-quota",
    kind: "not_on_plan",
    scope: "target",
    status: [429],
    words: /\bquota exceeded for metric\b[\s\S]{0,300}?\blimit: 0(?![\d.,]*\d)/i,
    anywhere: true,
  },
  // The wait that comes with it is short or long whatever the quota is.
  {
    id: "google/per-day",
    kind: "quota_day",
    scope: "target",
    status: [429],
    quota: /per_?day/i,
    reset: { window: "day", zone: "America/Los_Angeles" },
    resetWins: true,
    anywhere: true,
  },
  {
    id: "google/per-minute",
    kind: "rate_minute",
    scope: "target",
    status: [429],
    quota: /per_?minute/i,
    anywhere: true,
  },
  {
    id: "google/bad-key",
    kind: "invalid_key",
    scope: "key",
    status: [400, 401],
    codes: ["api_key_invalid"],
    words: /\bpass a valid api key\b|\bapi key (?:expired|not valid|not found)\b/i,
    anywhere: true,
  },
  {
    id: "google/location",
    kind: "config",
    scope: "key",
    status: [400],
    words: /\blocation is not supported\b/i,
    anywhere: true,
  },
  {
    id: "google/key-restricted",
    kind: "config",
    scope: "key",
    status: [403],
    codes: ["service_disabled", "api_key_*", "consumer_suspended"],
    anywhere: true,
  },
  {
    id: "google/thought-signature",
    kind: "history",
    scope: "request",
    status: [400],
    words: /\bthought_?signature\b/i,
    anywhere: true,
  },
];
