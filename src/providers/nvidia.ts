/** NVIDIA's hosted models: an evaluation service. 40 requests a minute over all models, and no rate headers at all. */
import { limits, type ModelRow, modelTable } from "./model-table.ts";
import { openaiProvider } from "./openai-provider.ts";

const LIST = "mnfst/awesome-free-llm-apis data.json";
const QUOTAS = "rockbenben/free-llm-intel quotas";
const REPORTS = "single reports of users";
const OMNIROUTE = "diegosouzapw/OmniRoute issues and snapshots";
const MODELS_DEV = "anomalyco/models.dev";
const CATALOGUE = "public GET /v1/models";
const SEED = "tashfeenahmed/freellmapi seed";
const DELISTED = "no longer in the public lists";

// biome-ignore format: a table, one model a line
const MODELS: readonly ModelRow[] = [
  ["nvidia/nemotron-3-ultra-550b-a55b", "nemotron-3-ultra", "Nemotron 3 Ultra 550B A55B", "active", 1_000_000, 65_536, "TJR", 82, "2026-10-05", LIST],
  ["nvidia/nemotron-3-super-120b-a12b", "nemotron-3-super", "Nemotron 3 Super 120B A12B", "active", 1_000_000, 262_144, "TR", 74, "2026-10-05", LIST],
  ["google/gemma-4-31b-it", "gemma-4-31b", "Gemma 4 31B", "active", 256_000, 8192, "TVJR", 70, "2026-10-05", LIST],
  ["openai/gpt-oss-20b", "gpt-oss-20b", "GPT-OSS 20B", "active", 131_072, 32_768, "TJR", 63, "2026-10-05", LIST],
  ["nvidia/nemotron-3.5-lightning-30b-a3b", "nemotron-3.5-lightning", "Nemotron 3.5 Lightning 30B A3B", "active", 1_000_000, 65_536, "TR", 70, "2026-10-04", QUOTAS],
  ["nvidia/nemotron-3-nano-omni-30b-a3b-reasoning", "nemotron-3-nano-omni", "Nemotron 3 Nano Omni 30B A3B", "active", 256_000, 65_536, "TVJR", 60, "2026-09-20", REPORTS],
  ["nvidia/llama-3.1-nemotron-ultra-253b-v1", "llama-3.1-nemotron-ultra-253b", "Llama 3.1 Nemotron Ultra 253B", "unverified", 128_000, 8192, "TR", 66, "2026-10-05", LIST],
  ["mistralai/mistral-large-2-instruct", "mistral-large-2", "Mistral Large 2", "unverified", 128_000, 4096, "T", 56, "2026-10-05", LIST],
  ["z-ai/glm-5.2", "glm-5.2", "GLM-5.2", "unverified", 1_048_576, 131_072, "TJR", 89, "2026-08-08", OMNIROUTE],
  ["minimaxai/minimax-m3", "minimax-m3", "MiniMax M3", "unverified", 1_000_000, 16_384, "TVJR", 86, "2026-07-28", MODELS_DEV],
  ["moonshotai/kimi-k3", "kimi-k3", "Kimi K3", "unverified", 1_048_576, null, "TVJR", 95, "2026-09-05", CATALOGUE],
  ["deepseek-ai/deepseek-v4-flash-0731", "deepseek-v4-flash", "DeepSeek V4 Flash", "unverified", 1_048_576, 393_216, "TJR", 85, "2026-09-05", CATALOGUE],
  ["deepseek-ai/deepseek-v4.1-flash", "deepseek-v4.1-flash", "DeepSeek V4.1 Flash", "unverified", 1_048_576, null, "TVJR", 87, "2026-09-20", REPORTS],
  ["openai/gpt-oss-120b", "gpt-oss-120b", "GPT-OSS 120B", "unverified", 128_000, 8192, "TJR", 74, "2026-10-04", OMNIROUTE],
  ["thinkingmachines/inkling", "inkling", "Inkling", "unverified", 1_048_576, 262_144, "TVR", 83, "2026-08-30", OMNIROUTE],
  ["poolside/laguna-xs-2.1", "laguna-xs-2.1", "Laguna XS 2.1", "unverified", 262_144, 32_768, "TR", 64, "2026-08-30", OMNIROUTE],
  ["stepfun-ai/step-3.7-flash", "step-3.7-flash", "Step 3.7 Flash", "unverified", 256_000, 16_384, "TVR", 77, "2026-07-26", REPORTS],
  ["mistralai/mistral-nemotron", "mistral-nemotron", "Mistral Nemotron", "unverified", 128_000, 8192, "T", 54, "2026-09-05", CATALOGUE],
  ["meta/llama-3.2-90b-vision-instruct", "llama-3.2-90b-vision", "Llama 3.2 90B Vision", "unverified", 128_000, 8192, "TV", 46, "2026-09-05", CATALOGUE],
  ["meta/llama-3.2-11b-vision-instruct", "llama-3.2-11b-vision", "Llama 3.2 11B Vision", "unverified", 128_000, 4096, "TVJ", 34, "2026-09-20", REPORTS],
  ["nvidia/nemotron-3-nano-30b-a3b", "nemotron-3-nano-30b", "Nemotron 3 Nano 30B A3B", "unverified", 131_072, 131_072, "TR", 60, "2026-08-22", SEED],
  ["z-ai/glm-5.3-flash", "glm-5.3-flash", "GLM-5.3 Flash", "unverified", 1_048_576, null, "TVJR", 85, "2026-10-01", REPORTS],
  ["deepseek-ai/deepseek-v4-pro", "deepseek-v4-pro", "DeepSeek V4 Pro", "retired", 1_048_576, 393_216, "TJR", 91, "2026-08-07", OMNIROUTE],
  ["deepseek-ai/deepseek-v4-flash", "deepseek-v4-flash", "DeepSeek V4 Flash", "retired", 1_048_576, 393_216, "TJR", 85, "2026-08-08", OMNIROUTE],
  ["minimaxai/minimax-m2.7", "minimax-m2.7", "MiniMax M2.7", "retired", 204_800, 131_072, "TJR", 81, "2026-07-27", SEED],
  ["moonshotai/kimi-k2.6", "kimi-k2.6", "Kimi K2.6", "retired", 262_144, 262_144, "TVJR", 86, "2026-07-07", MODELS_DEV],
  ["z-ai/glm-5.1", "glm-5.1", "GLM-5.1", "retired", 131_072, 131_072, "TJR", 84, "2026-07-02", SEED],
  ["mistralai/mistral-large-3-675b-instruct-2512", "mistral-large-3", "Mistral Large 3 675B", "retired", 262_144, 262_144, "TVJ", 73, "2026-08-13", SEED],
  ["meta/llama-4-maverick-17b-128e-instruct", "llama-4-maverick", "Llama 4 Maverick", "retired", 128_000, 4096, "TVJ", 56, "2026-08-13", SEED],
  ["meta/llama-3.3-70b-instruct", "llama-3.3-70b", "Llama 3.3 70B Instruct", "retired", 128_000, 4096, "TJ", 52, "2026-09-05", SEED],
  ["meta/llama-3.1-70b-instruct", "llama-3.1-70b", "Llama 3.1 70B Instruct", "retired", 128_000, 4096, "TJ", 48, "2026-09-05", DELISTED],
  ["qwen/qwen3-coder-480b-a35b-instruct", "qwen3-coder-480b", "Qwen3 Coder 480B A35B", "retired", 262_144, 66_536, "T", 75, "2026-09-05", DELISTED],
];

const LIMITS = [
  ...limits("account", "all", { requestsPerMinute: 40 }),
  ...limits("account", null, { requestsPerDay: 10_000 }),
];

export const nvidia = openaiProvider({
  id: "nvidia",
  name: "NVIDIA NIM",
  status: "limited",
  statusNote: "For evaluation only.",
  signUpUrl: "https://build.nvidia.com/settings/api-keys",
  docsUrl: "https://docs.api.nvidia.com/nim",
  baseUrl: "https://integrate.api.nvidia.com/v1",
  quirks: {
    // Several models refuse more than one call a turn, and the field left out means more than one.
    parallelToolCalls: "force_false",
    messageNames: "drop",
  },
  keyPattern: "^nvapi-[A-Za-z0-9_-]{60,72}$",
  keyPrefixes: ["nvapi-"],
  environment: ["NVIDIA_API_KEY", "NVIDIA_NIM_API_KEY", "NIM_API_KEY"],
  headerFamily: "none",
  // The model list answers whatever the key may call.
  probe: {
    method: "POST",
    path: "/chat/completions",
    model: "nvidia/nemotron-3-super-120b-a12b",
    valid: [200, 400, 402, 404, 422, 429],
    invalid: [401, 403],
    costsQuota: true,
  },
  // Headers come at once, the first token of a cold model after minutes.
  firstContentMs: 180_000,
  dataUse: "unknown",
  terms: "Not for production; one account a person.",
  models: modelTable({ speed: "slow", limits: LIMITS }, MODELS),
  source: "https://docs.api.nvidia.com/nim",
  asOf: "2026-10-05",
});
