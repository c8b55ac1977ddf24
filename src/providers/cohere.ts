/** Cohere: trial keys, whose terms allow neither commercial nor personal use, so nothing is enabled unasked. */
import { limits, type ModelRow, modelTable, UTC } from "./model-table.ts";
import { openaiProvider } from "./openai-provider.ts";

const LIST = "mnfst/awesome-free-llm-apis data.json";
const MODELS_DEV = "anomalyco/models.dev";

// biome-ignore format: a table, one model a line
const MODELS: readonly ModelRow[] = [
  ["command-a-plus-05-2026", "command-a-plus", "Command A+ 218B", "active", 128_000, 64_000, "TVJR", 70, "2026-10-05", LIST],
  ["command-a-reasoning-08-2025", "command-a-reasoning", "Command A Reasoning", "active", 256_000, 32_000, "TR", 66, "2026-10-05", LIST],
  ["command-a-03-2025", "command-a", "Command A 111B", "active", 256_000, 8000, "TJ", 56, "2026-10-05", LIST],
  ["command-a-vision-07-2025", "command-a-vision", "Command A Vision", "active", 128_000, 8000, "V", 50, "2026-10-05", LIST],
  ["command-a-translate-08-2025", "command-a-translate", "Command A Translate", "active", 8000, 8000, "T", 40, "2026-10-05", LIST],
  ["command-r-plus-08-2024", "command-r-plus", "Command R+ (08-2024)", "active", 128_000, 4000, "TJ", 44, "2026-10-05", LIST],
  ["command-r-08-2024", "command-r", "Command R (08-2024)", "active", 128_000, 4000, "TJ", 38, "2026-10-05", LIST],
  ["command-r7b-12-2024", "command-r7b", "Command R7B", "active", 128_000, 4000, "TJ", 32, "2026-10-05", LIST],
  ["command-r7b-arabic-02-2025", "command-r7b-arabic", "Command R7B Arabic", "active", 128_000, 4000, "T", 30, "2026-10-05", LIST],
  ["c4ai-aya-expanse-32b", "aya-expanse-32b", "Aya Expanse 32B", "active", 128_000, 4000, "", 38, "2026-10-05", LIST],
  ["c4ai-aya-vision-32b", "aya-vision-32b", "Aya Vision 32B", "active", 16_000, 4000, "V", 38, "2026-10-05", LIST],
  ["north-mini-code-1-0", "north-mini-code", "North Mini Code", "active", 256_000, 64_000, "TJR", 64, "2026-10-03", MODELS_DEV],
];

/** The month counts calls of every kind. */
const LIMITS = [
  ...limits("account", null, { requestsPerMinute: 20 }),
  ...limits("account", "month", { requestsPerMonth: [1000, UTC] }),
];

export const cohere = openaiProvider({
  id: "cohere",
  name: "Cohere",
  status: "paid",
  statusNote:
    "The terms of its free trial keys exclude commercial and personal use alike: enable its models only if yours is allowed.",
  signUpUrl: "https://dashboard.cohere.com/api-keys",
  docsUrl: "https://docs.cohere.com",
  baseUrl: "https://api.cohere.ai/compatibility/v1",
  quirks: {
    parallelToolCalls: "drop",
    toolSchemas: "plain",
    toolChoiceNamed: "offer",
    reasoningEffort: "none_or_high",
    refusedFields: [
      "top_k",
      "min_p",
      "repetition_penalty",
      "logit_bias",
      "logprobs",
      "top_logprobs",
      "store",
      "metadata",
      "service_tier",
    ],
  },
  // No prefix: other keys look the same.
  keyPattern: "^[A-Za-z0-9]{40}$",
  environment: ["COHERE_API_KEY", "CO_API_KEY"],
  probe: { method: "GET", path: "/models", valid: [200, 429], invalid: [401], costsQuota: false },
  dataUse: "unknown",
  terms: "Trial keys: no commercial use, and no personal, family or household use.",
  models: modelTable({ speed: "normal", limits: LIMITS }, MODELS),
  source: "https://docs.cohere.com",
  asOf: "2026-10-05",
});
