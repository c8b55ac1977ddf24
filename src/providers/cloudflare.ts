/** Cloudflare Workers AI: the account id stands in the address. All models draw on one daily allowance of neurons. */
import { limits, type ModelExtras, type ModelRow, modelTable, UTC, unitsPerMillion } from "./model-table.ts";
import { openaiProvider } from "./openai-provider.ts";

const LIST = "mnfst/awesome-free-llm-apis data.json";
const DOCS = "cloudflare-docs workers-ai-models";
const RESOURCES = "cheahjs/free-llm-api-resources README";
const CATALOG = "diegosouzapw/OmniRoute freeModelCatalog";

/** A model's own rate beside the neurons of the day, which all models share; prices are neurons for a million tokens. */
function priced(requestsPerMinute: number, input: number, output: number): ModelExtras {
  return {
    limits: [
      ...limits("account", null, { requestsPerMinute }),
      ...limits("account", "neurons", { unitsPerDay: [10_000, UTC] }),
    ],
    unitCost: unitsPerMillion(input, output),
  };
}

/** Where the price is not known the neurons cannot be counted, only their end be told. */
function unpriced(requestsPerMinute: number): ModelExtras {
  return { limits: limits("account", null, { requestsPerMinute }) };
}

// biome-ignore format: a table, one model a line
const MODELS: readonly ModelRow[] = [
  ["@cf/openai/gpt-oss-120b", "gpt-oss-120b", "GPT-OSS 120B", "active", 128_000, 16_384, "TJR", 74, "2026-10-05", LIST, priced(300, 31_818, 68_182)],
  ["@cf/qwen/qwen3.8-27b", "qwen3.8-27b", "Qwen3.8 27B", "active", 262_144, null, "TVJR", 80, "2026-09-25", DOCS, priced(300, 40_909, 290_909)],
  ["@cf/nvidia/nemotron-3-120b-a12b", "nemotron-3-super", "Nemotron 3 Super 120B A12B", "active", 256_000, 256_000, "TJR", 74, "2026-07-18", RESOURCES, priced(300, 45_455, 136_364)],
  ["@cf/google/gemma-4-26b-a4b-it", "gemma-4-26b-a4b", "Gemma 4 26B A4B", "active", 256_000, 16_384, "TVJR", 66, "2026-10-05", LIST, priced(300, 9091, 27_273)],
  ["@cf/zai-org/glm-4.7-flash", "glm-4.7-flash", "GLM-4.7 Flash", "active", 131_072, 131_072, "TJR", 65, "2026-10-05", LIST, priced(300, 5500, 36_364)],
  ["@cf/openai/gpt-oss-20b", "gpt-oss-20b", "GPT-OSS 20B", "active", 128_000, 16_384, "TJR", 63, "2026-10-05", LIST, priced(300, 18_182, 27_273)],
  ["@cf/qwen/qwen3-30b-a3b-fp8", "qwen3-30b-a3b", "Qwen3 30B A3B", "active", 32_768, 32_768, "TR", 60, "2026-10-05", LIST, priced(300, 4627, 30_455)],
  ["@cf/deepseek-ai/deepseek-r1-distill-qwen-32b", "deepseek-r1-distill-qwen-32b", "DeepSeek R1 Distill Qwen 32B", "active", 80_000, 80_000, "TR", 58, "2026-10-05", LIST, priced(300, 45_182, 443_727)],
  ["@cf/qwen/qwq-32b", "qwq-32b", "QwQ 32B", "active", 24_000, 24_000, "R", 60, "2026-09-12", CATALOG, priced(300, 60_000, 90_909)],
  ["@cf/meta/llama-3.3-70b-instruct-fp8-fast", "llama-3.3-70b", "Llama 3.3 70B Instruct", "active", 24_000, 24_000, "T", 52, "2026-10-05", LIST, priced(300, 26_636, 204_818)],
  ["@cf/mistralai/mistral-small-3.1-24b-instruct", "mistral-small-3.1", "Mistral Small 3.1 24B", "active", 128_000, 128_000, "T", 52, "2026-10-05", LIST, priced(300, 31_909, 50_455)],
  ["@cf/meta/llama-4-scout-17b-16e-instruct", "llama-4-scout", "Llama 4 Scout", "active", 131_000, 16_384, "TV", 50, "2026-10-05", LIST, priced(300, 24_545, 77_273)],
  ["@cf/aisingapore/gemma-sea-lion-v4-27b-it", "sea-lion-gemma-v4-27b", "Gemma SEA-LION v4 27B", "active", 128_000, 128_000, "", 48, "2026-07-18", RESOURCES, priced(300, 31_909, 50_455)],
  ["@cf/qwen/qwen2.5-coder-32b-instruct", "qwen2.5-coder-32b", "Qwen2.5 Coder 32B", "active", 32_768, 32_768, "", 48, "2026-09-12", CATALOG, priced(300, 60_000, 90_909)],
  ["@cf/meta/llama-3.2-11b-vision-instruct", "llama-3.2-11b-vision", "Llama 3.2 11B Vision", "active", 128_000, 128_000, "V", 34, "2026-07-18", RESOURCES, priced(300, 4409, 61_455)],
  ["@cf/meta/llama-3.1-8b-instruct-fp8", "llama-3.1-8b", "Llama 3.1 8B Instruct", "active", 32_000, 32_000, "", 32, "2026-07-18", RESOURCES, priced(300, 13_818, 26_091)],
  ["@cf/ibm-granite/granite-4.0-h-micro", "granite-4.0-h-micro", "Granite 4.0 H Micro", "active", 131_000, 131_000, "T", 28, "2026-07-18", RESOURCES, priced(300, 1545, 10_182)],
  ["@cf/meta/llama-3.2-3b-instruct", "llama-3.2-3b", "Llama 3.2 3B Instruct", "active", 80_000, 80_000, "", 24, "2026-09-12", CATALOG, priced(300, 4627, 30_455)],
  ["@cf/meta/llama-3.2-1b-instruct", "llama-3.2-1b", "Llama 3.2 1B Instruct", "active", 60_000, 60_000, "", 14, "2026-07-18", RESOURCES, priced(300, 2455, 18_273)],
  ["@cf/mistral/mistral-7b-instruct-v0.2-lora", "mistral-7b", "Mistral 7B Instruct", "unverified", 15_000, null, "", 24, "2026-09-12", CATALOG, unpriced(300)],
  ["@cf/moonshotai/kimi-k2.6", "kimi-k2.6", "Kimi K2.6", "gated", 262_144, 256_000, "TVJR", 86, "2026-10-05", LIST, priced(20, 86_364, 363_636)],
  ["@cf/moonshotai/kimi-k2.7-code", "kimi-k2.7-code", "Kimi K2.7 Code", "gated", 262_144, 262_144, "TVJR", 87, "2026-10-05", LIST, priced(20, 86_364, 363_636)],
  ["@cf/zai-org/glm-5.2", "glm-5.2", "GLM-5.2", "gated", 262_144, 262_144, "TJR", 89, "2026-10-05", LIST, priced(20, 127_273, 400_000)],
  ["@cf/zai-org/glm-5.3", "glm-5.3", "GLM-5.3", "gated", 1_048_576, 131_072, "TVJR", 91, "2026-10-05", LIST, unpriced(20)],
  ["@cf/zai-org/glm-5.3-flash", "glm-5.3-flash", "GLM-5.3 Flash", "gated", 1_048_576, null, "TVJR", 85, "2026-10-05", LIST, unpriced(20)],
  ["@cf/deepseek-ai/deepseek-v4-flash-0731", "deepseek-v4-flash", "DeepSeek V4 Flash", "gated", 1_048_576, 393_216, "TJR", 85, "2026-10-05", LIST, unpriced(20)],
  ["@cf/deepseek-ai/deepseek-v4-pro-0813", "deepseek-v4-pro", "DeepSeek V4 Pro", "gated", 1_048_576, 393_216, "TJR", 91, "2026-10-05", LIST, unpriced(20)],
];

export const cloudflare = openaiProvider({
  id: "cloudflare",
  name: "Cloudflare Workers AI",
  status: "active",
  statusNote: null,
  signUpUrl: "https://dash.cloudflare.com/profile/api-tokens",
  docsUrl: "https://developers.cloudflare.com/workers-ai",
  baseUrl: "https://api.cloudflare.com/client/v4/accounts/{account}/ai/v1",
  quirks: {
    // The server cuts an answer short where no limit is sent.
    maxTokens: { whenMissing: 8192, least: null, most: null },
    missingContent: "empty_string",
    // Accepted by some models and refused by others.
    reasoningEffort: "drop",
    refusedFields: ["min_p", "logit_bias", "logprobs", "top_logprobs"],
  },
  credential: "account_and_token",
  // Older tokens have no prefix; the account id may stand in front.
  keyPattern: "^(?:[0-9a-f]{32}[:/|])?(?:cf(?:ut|at)_[A-Za-z0-9_-]{40,}|[A-Za-z0-9_-]{40})$",
  keyPrefixes: ["cfut_", "cfat_"],
  environment: ["CLOUDFLARE_API_TOKEN", "CLOUDFLARE_API_KEY", "CF_API_TOKEN"],
  accountEnvironment: ["CLOUDFLARE_ACCOUNT_ID", "CF_ACCOUNT_ID"],
  headerFamily: "none",
  // Asks for the right account id and for the permission, too. It lies beside the root of the OpenAI wire.
  probe: {
    method: "GET",
    path: "/../models/search?per_page=1",
    valid: [200, 429],
    invalid: [401],
    costsQuota: false,
  },
  // The OpenAI wire of it answers with 405.
  modelsPath: "/../models/search?task=Text%20Generation&per_page=100",
  // Slow reasoning models.
  firstContentMs: 200_000,
  dataUse: "unknown",
  terms: "Cloudflare's self-serve agreement applies; it says nothing of proxies.",
  models: modelTable({ speed: "normal", limits: [] }, MODELS),
  source: "https://developers.cloudflare.com/workers-ai/platform/errors/",
  asOf: "2026-10-05",
});
