/** Aion Labs: a small daily allowance of tokens. */
import { limits, type ModelRow, modelTable } from "./model-table.ts";
import { openaiProvider } from "./openai-provider.ts";

const LIST = "mnfst/awesome-free-llm-apis data.json";
const CATALOG = "diegosouzapw/OmniRoute freeModelCatalog";

// biome-ignore format: a table, one model a line
const MODELS: readonly ModelRow[] = [
  ["aion-labs/aion-3.0", "aion-3.0", "Aion 3.0", "active", 131_072, 32_768, "R", 66, "2026-10-05", LIST],
  ["aion-labs/aion-2.0", "aion-2.0", "Aion 2.0", "active", 131_072, 32_768, "R", 62, "2026-10-05", LIST],
  ["aion-labs/aion-3.0-mini", "aion-3.0-mini", "Aion 3.0 Mini", "active", 131_072, 32_768, "R", 58, "2026-10-05", LIST],
  ["aion-labs/aion-rp-llama-3.1-8b", "aion-rp-llama-3.1-8b", "Aion RP Llama 3.1 8B", "active", 32_768, 32_768, "", 32, "2026-10-05", LIST],
  ["aion-labs/aion-2.5", "aion-2.5", "Aion 2.5", "unverified", 131_072, 32_768, "R", 64, "2026-09-12", CATALOG],
];

const LIMITS = limits("account", "all", { requestsPerMinute: 15, tokensPerDay: 20_000 });

export const aion = openaiProvider({
  id: "aion",
  name: "Aion Labs",
  status: "active",
  statusNote: null,
  signUpUrl: "https://www.aionlabs.ai/accounts/signup/",
  docsUrl: null,
  baseUrl: "https://api.aionlabs.ai/v1",
  quirks: {
    // What every model takes; older ones know more.
    reasoningEffort: "low_high_max",
    responseFormat: "drop",
  },
  environment: ["AIONLABS_API_KEY", "AION_API_KEY"],
  // The model list is public.
  probe: {
    method: "POST",
    path: "/chat/completions",
    model: "aion-labs/aion-3.0-mini",
    valid: [200, 402, 429],
    invalid: [401],
    costsQuota: true,
  },
  dataUse: "unknown",
  terms: null,
  models: modelTable({ speed: "normal", limits: LIMITS }, MODELS),
  source: "tashfeenahmed/freellmapi server/src/providers/index.ts",
  asOf: "2026-10-05",
});
