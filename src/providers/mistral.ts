/** Mistral: strict about the body. Rates are per workspace and model, the tokens of a month are one pool. */
import { limits, type ModelRow, modelTable, UTC } from "./model-table.ts";
import { listProbe, openaiProvider } from "./openai-provider.ts";

const LIST = "mnfst/awesome-free-llm-apis data.json";
const QUOTAS = "rockbenben/free-llm-intel quotas";
const CATALOG = "diegosouzapw/OmniRoute freeModelCatalog";
const SEED = "tashfeenahmed/freellmapi seed";

// biome-ignore format: a table, one model a line
const MODELS: readonly ModelRow[] = [
  ["mistral-large-latest", "mistral-large-3", "Mistral Large 3 675B", "active", 262_144, 262_144, "TVJ", 73, "2026-10-05", LIST, { aliases: ["mistral-large-2512"] }],
  ["mistral-medium-latest", "mistral-medium-3.5", "Mistral Medium 3.5", "active", 262_144, 262_144, "TVJR", 77, "2026-10-05", LIST, { aliases: ["mistral-medium-3-5", "mistral-medium-2604"] }],
  ["mistral-small-latest", "mistral-small-4", "Mistral Small 4 119B", "active", 256_000, 256_000, "TVJR", 68, "2026-10-05", LIST, { aliases: ["mistral-small-2603"] }],
  ["codestral-latest", "codestral", "Codestral 25.08", "active", 256_000, null, "TJ", 62, "2026-10-05", LIST, { aliases: ["codestral-2508"] }],
  ["ministral-14b-2512", "ministral-3-14b", "Ministral 3 14B", "active", 262_144, null, "TVJ", 56, "2026-10-05", LIST],
  ["ministral-8b-latest", "ministral-3-8b", "Ministral 3 8B", "active", 128_000, 128_000, "TJ", 50, "2026-10-05", LIST, { aliases: ["ministral-8b-2512"] }],
  ["ministral-3b-2512", "ministral-3-3b", "Ministral 3 3B", "active", 262_144, null, "TVJ", 42, "2026-10-05", LIST],
  ["labs-leanstral-2603", "leanstral", "Leanstral (Lean 4 prover)", "promo", 262_144, 32_768, "TR", 60, "2026-10-04", QUOTAS, { limits: [] }],
  ["devstral-latest", "devstral-2-123b", "Devstral 2 123B", "unverified", 262_144, 262_144, "T", 70, "2026-09-12", CATALOG, { aliases: ["devstral-2512"] }],
  ["magistral-medium-latest", "magistral-medium", "Magistral Medium", "unverified", 128_000, 16_384, "TR", 66, "2026-08-22", SEED],
];

/** As last published; the present numbers are shown in the admin panel only and stated in headers. */
const LIMITS = [
  ...limits("account", null, { requestsPerMinute: 60, tokensPerMinute: 500_000 }),
  ...limits("account", "month", { tokensPerMonth: [1_000_000_000, UTC] }),
];

export const mistral = openaiProvider({
  id: "mistral",
  name: "Mistral",
  status: "active",
  statusNote: null,
  signUpUrl: "https://console.mistral.ai/api-keys",
  docsUrl: "https://docs.mistral.ai",
  baseUrl: "https://api.mistral.ai/v1",
  quirks: {
    seedField: "random_seed",
    // Refused with 422; usage comes in the last chunk all the same.
    streamUsage: "never",
    toolChoiceRequired: "any",
    toolCallIds: "nine",
    continuation: "prefix",
    messageNames: "drop",
    refusedFields: [
      "stream_options",
      "top_k",
      "min_p",
      "repetition_penalty",
      "logit_bias",
      "logprobs",
      "top_logprobs",
      "user",
      "store",
      "metadata",
      "service_tier",
      "verbosity",
    ],
  },
  // No prefix: many other keys look the same.
  keyPattern: "^[A-Za-z0-9]{32}$",
  environment: ["MISTRAL_API_KEY"],
  headerFamily: "mistral",
  probe: listProbe(),
  dataUse: "may_train",
  terms: "Personal or internal use; trains on what you send unless you opt out.",
  models: modelTable({ speed: "normal", limits: LIMITS }, MODELS),
  source: "https://docs.mistral.ai/deployment/laplateforme/tier",
  asOf: "2026-10-05",
});
