/** What Zhipu (bigmodel.cn, z.ai) means by a reply: its number outranks the status. */
import type { Rule } from "../rule.ts";

export const ZHIPU: readonly Rule[] = [
  {
    id: "zhipu/concurrency",
    kind: "concurrency",
    scope: "key",
    codes: ["1302"],
    anywhere: "numbered_error",
  },
  {
    id: "zhipu/frequency",
    kind: "rate_minute",
    scope: "target",
    codes: ["1303"],
    anywhere: "numbered_error",
  },
  {
    id: "zhipu/calls-of-the-day",
    kind: "quota_day",
    scope: "target",
    codes: ["1304"],
    anywhere: "numbered_error",
  },
  {
    id: "zhipu/capacity",
    kind: "capacity",
    scope: "model",
    codes: ["1305", "1312"],
    anywhere: "numbered_error",
  },
  // The windows of the coding plan; the text names the instant at which they end.
  {
    id: "zhipu/plan-hours",
    kind: "quota_hour",
    scope: "account",
    codes: ["1308"],
    anywhere: "numbered_error",
  },
  {
    id: "zhipu/plan-week",
    kind: "quota_week",
    scope: "account",
    codes: ["1310"],
    anywhere: "numbered_error",
  },
  // Free models may still answer.
  { id: "zhipu/no-credit", kind: "no_credit", scope: "target", codes: ["1113"], anywhere: "numbered_error" },
  {
    id: "zhipu/account-locked",
    kind: "forbidden",
    scope: "account",
    codes: ["1112", "1121", "1313"],
    anywhere: "numbered_error",
  },
  {
    id: "zhipu/no-such-model",
    kind: "model_gone",
    scope: "model",
    codes: ["1211", "1221", "1222"],
    anywhere: "numbered_error",
  },
  {
    id: "zhipu/not-allowed",
    kind: "not_on_plan",
    scope: "target",
    codes: ["1220", "1311"],
    anywhere: "numbered_error",
  },
  {
    id: "zhipu/too-long",
    kind: "context_too_long",
    scope: "request",
    codes: ["1261"],
    anywhere: "numbered_error",
  },
  {
    id: "zhipu/unsafe",
    kind: "content_filter",
    scope: "request",
    codes: ["1301"],
    anywhere: "numbered_error",
  },
  {
    id: "zhipu/bad-key",
    kind: "invalid_key",
    scope: "key",
    codes: ["1000", "1001", "1002", "1003", "1004"],
    anywhere: "numbered_error",
  },
  {
    id: "zhipu/bad-request",
    kind: "client_error",
    scope: "request",
    codes: ["1210", "1212", "1213", "1214", "1215"],
    anywhere: "numbered_error",
  },
];
