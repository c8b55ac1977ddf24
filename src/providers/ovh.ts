/** OVHcloud AI Endpoints: two calls a minute for each model and address, without a key. */
import { limits, type ModelRow, modelTable } from "./model-table.ts";
import { openaiProvider } from "./openai-provider.ts";

const LIST = "mnfst/awesome-free-llm-apis data.json";
const MODELS_DEV = "anomalyco/models.dev";

// biome-ignore format: a table, one model a line
const MODELS: readonly ModelRow[] = [
  ["Qwen3.5-397B-A17B", "qwen3.5-397b-a17b", "Qwen3.5 397B A17B", "active", 262_144, 262_144, "TVJR", 82, "2026-10-05", LIST],
  ["Qwen3.8-27B", "qwen3.8-27b", "Qwen3.8 27B", "active", 262_144, null, "TVJR", 80, "2026-10-05", LIST],
  ["Qwen3.6-27B", "qwen3.6-27b", "Qwen3.6 27B", "active", 262_144, 262_144, "TVJR", 77, "2026-10-05", LIST],
  ["gpt-oss-120b", "gpt-oss-120b", "GPT-OSS 120B", "active", 131_072, 131_072, "TJR", 74, "2026-10-05", LIST],
  ["gpt-oss-20b", "gpt-oss-20b", "GPT-OSS 20B", "active", 131_072, 131_072, "TJR", 63, "2026-10-05", LIST],
  ["Qwen3-32B", "qwen3-32b", "Qwen3 32B", "active", 32_768, 32_768, "TJR", 62, "2026-10-05", LIST],
  ["Qwen3.5-9B", "qwen3.5-9b", "Qwen3.5 9B", "active", 262_144, 262_144, "TVJR", 62, "2026-10-05", LIST],
  ["Mistral-Small-3.2-24B-Instruct-2506", "mistral-small-3.2", "Mistral Small 3.2 24B", "active", 131_072, 131_072, "TVJ", 54, "2026-10-05", LIST],
  ["Qwen2.5-VL-72B-Instruct", "qwen2.5-vl-72b", "Qwen2.5 VL 72B", "active", 32_768, 32_768, "VJ", 52, "2026-10-05", LIST],
  ["Meta-Llama-3_3-70B-Instruct", "llama-3.3-70b", "Llama 3.3 70B Instruct", "active", 131_072, 131_072, "TJ", 52, "2026-10-05", LIST],
  ["Mistral-Nemo-Instruct-2407", "mistral-nemo", "Mistral Nemo 12B", "active", 65_536, 65_536, "TJ", 34, "2026-10-05", LIST],
  ["Qwen3-Coder-30B-A3B-Instruct", "qwen3-coder-30b", "Qwen3 Coder 30B A3B", "unverified", 262_144, 262_144, "TJ", 62, "2026-07-02", MODELS_DEV],
];

const LIMITS = limits("ip", null, { requestsPerMinute: 2 });

export const ovh = openaiProvider({
  id: "ovh",
  name: "OVHcloud AI Endpoints",
  status: "active",
  statusNote: null,
  signUpUrl: "https://endpoints.ai.cloud.ovh.net",
  docsUrl: "https://help.ovhcloud.com",
  baseUrl: "https://oai.endpoints.kepler.ai.cloud.ovh.net/v1",
  keyPattern: "^eyJ[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+$",
  environment: ["OVH_AI_ENDPOINTS_ACCESS_TOKEN", "OVHCLOUD_API_KEY"],
  anonymous: true,
  probe: {
    method: "POST",
    path: "/chat/completions",
    model: "gpt-oss-20b",
    valid: [200],
    invalid: [401, 403],
    costsQuota: true,
  },
  dataUse: "unknown",
  terms: "Use without a key is documented; a token needs a project with a payment method.",
  models: modelTable({ speed: "normal", limits: LIMITS }, MODELS),
  source: "https://help.ovhcloud.com",
  asOf: "2026-10-05",
});
