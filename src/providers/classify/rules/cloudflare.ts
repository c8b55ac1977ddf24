/** What Cloudflare Workers AI means by a reply. Its numbers are trusted from anybody in its own envelope only. */
import type { Rule } from "../rule.ts";

export const CLOUDFLARE: readonly Rule[] = [
  {
    id: "cloudflare/neurons-of-the-day",
    kind: "quota_day",
    scope: "account",
    codes: ["3036", "4006"],
    words: /\bdaily free allocation\b/i,
    reset: { window: "day", zone: "UTC" },
    resetWins: true,
    anywhere: "errors_list",
  },
  { id: "cloudflare/capacity", kind: "capacity", scope: "model", codes: ["3040"], anywhere: "errors_list" },
  {
    id: "cloudflare/no-such-model",
    kind: "model_gone",
    scope: "model",
    codes: ["5007", "3042"],
    anywhere: "errors_list",
  },
  {
    id: "cloudflare/not-allowed",
    kind: "not_on_plan",
    scope: "target",
    codes: ["5016", "5018", "3041"],
    anywhere: "errors_list",
  },
  {
    id: "cloudflare/account-blocked",
    kind: "config",
    scope: "account",
    codes: ["3023"],
    anywhere: "errors_list",
  },
  {
    id: "cloudflare/too-large",
    kind: "too_large",
    scope: "request",
    codes: ["3006"],
    anywhere: "errors_list",
  },
  {
    id: "cloudflare/timeout",
    kind: "timeout",
    scope: "model",
    codes: ["3007", "3008"],
    anywhere: "errors_list",
  },
  {
    id: "cloudflare/bad-token",
    kind: "invalid_key",
    scope: "key",
    status: [400, 401, 403],
    codes: ["9109"],
    anywhere: "errors_list",
  },
  // The token is refused (401), or it is good and lacks the permission, or the account id is wrong (403).
  {
    id: "cloudflare/no-permission",
    kind: "config",
    scope: "key",
    status: [403],
    codes: ["10000"],
    anywhere: "errors_list",
  },
  { id: "cloudflare/requests-per-minute", kind: "rate_minute", scope: "target", status: [429] },
];
