/** What NVIDIA means by a reply. */
import type { Rule } from "../rule.ts";

export const NVIDIA: readonly Rule[] = [
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
    words: /\bDEGRADED function\b/i,
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
    id: "nvidia/404",
    kind: "not_on_plan",
    scope: "target",
    status: [404],
  },
  { id: "nvidia/requests-per-minute", kind: "rate_minute", scope: "account", status: [429] },
];
