/** OpenRouter: a gateway. Its free models end in `:free` and share one pool an account, whatever the key. */
import { limits, type ModelRow, modelTable, UTC } from "./model-table.ts";
import { openaiProvider } from "./openai-provider.ts";

const LIST = "mnfst/awesome-free-llm-apis data.json";
const QUOTAS = "rockbenben/free-llm-intel quotas";
const REPORTS = "single reports of users";
const RESOURCES = "cheahjs/free-llm-api-resources README";
const DELISTED = "no longer in the public lists";
const PAGES = "OpenRouter model pages";

// biome-ignore format: a table, one model a line
const MODELS: readonly ModelRow[] = [
  ["nvidia/nemotron-3-ultra-550b-a55b:free", "nemotron-3-ultra", "Nemotron 3 Ultra 550B A55B", "active", 1_000_000, 65_536, "TR", 82, "2026-10-05", LIST],
  ["thinkingmachines/inkling:free", "inkling", "Inkling", "active", 1_048_576, 262_144, "TVR", 83, "2026-10-05", LIST],
  ["qwen/qwen3.8-27b:free", "qwen3.8-27b", "Qwen3.8 27B", "active", 262_144, 235_000, "TVJR", 80, "2026-10-05", LIST],
  ["nvidia/nemotron-3-super-120b-a12b:free", "nemotron-3-super", "Nemotron 3 Super 120B A12B", "active", 262_144, 262_144, "TJR", 74, "2026-10-05", LIST],
  ["poolside/laguna-s-2.1:free", "laguna-s-2.1", "Laguna S 2.1", "active", 262_144, 32_768, "TR", 75, "2026-10-05", LIST],
  ["inclusionai/ling-3.0-flash-sante:free", "ling-3.0-flash", "Ling 3.0 Flash", "active", 262_144, 32_768, "TR", 72, "2026-10-05", LIST],
  ["dots-studio/dots-3-note-preview:free", "dots-3-note", "Dots 3 Note Preview", "active", 524_288, null, "TV", 70, "2026-10-05", LIST],
  ["google/gemma-4-31b-it:free", "gemma-4-31b", "Gemma 4 31B", "active", 262_144, 32_768, "TVR", 70, "2026-10-05", LIST],
  ["nvidia/nemotron-3.5-lightning:free", "nemotron-3.5-lightning", "Nemotron 3.5 Lightning 30B A3B", "active", 1_000_000, 65_536, "TR", 70, "2026-10-05", LIST],
  ["google/gemma-4-26b-a4b-it:free", "gemma-4-26b-a4b", "Gemma 4 26B A4B", "active", 262_144, 32_768, "TVJR", 66, "2026-10-05", LIST],
  ["apodex/apodex-1.1-mini:free", "apodex-1.1-mini", "Apodex 1.1 Mini", "active", 262_144, 235_000, "TR", 66, "2026-10-05", LIST],
  ["cohere/north-mini-code:free", "north-mini-code", "North Mini Code", "active", 256_000, 64_000, "TR", 64, "2026-10-05", LIST],
  ["poolside/laguna-xs-2.1:free", "laguna-xs-2.1", "Laguna XS 2.1", "active", 262_144, 32_768, "TR", 64, "2026-10-05", LIST],
  ["nvidia/nemotron-nano-9b-v2:free", "nemotron-nano-9b-v2", "Nemotron Nano 9B v2", "active", 128_000, 128_000, "TJR", 52, "2026-10-05", LIST],
  ["nvidia/nemotron-nano-12b-v2-vl:free", "nemotron-nano-12b-v2-vl", "Nemotron Nano 12B v2 VL", "active", 128_000, 128_000, "TVR", 50, "2026-10-05", LIST],
  ["liquid/lfm-2.5-2.6b:free", "lfm-2.5-2.6b", "LFM2.5 2.6B", "active", 65_536, 8192, "", 30, "2026-10-05", LIST],
  ["openrouter/free", "router-auto", "Provider-side free auto-router", "active", 200_000, 8000, "TVJR", 60, "2026-10-05", LIST],
  ["thinkingmachines/inkling-small:free", "inkling-small", "Inkling Small", "unverified", null, null, "", 70, "2026-10-03", QUOTAS],
  ["minimax/minimax-m3:free", "minimax-m3", "MiniMax M3", "unverified", 524_288, 131_072, "TVJR", 86, "2026-09-01", REPORTS],
  ["nvidia/nemotron-3-nano-omni-30b-a3b-reasoning:free", "nemotron-3-nano-omni", "Nemotron 3 Nano Omni 30B A3B", "unverified", 256_000, 65_536, "TVR", 60, "2026-07-18", RESOURCES],
  ["nvidia/nemotron-3-nano-30b-a3b:free", "nemotron-3-nano-30b", "Nemotron 3 Nano 30B A3B", "unverified", 256_000, 256_000, "TR", 60, "2026-07-18", RESOURCES],
  ["qwen/qwen3-coder:free", "qwen3-coder-480b", "Qwen3 Coder 480B A35B", "unverified", 262_000, 262_000, "T", 75, "2026-07-18", RESOURCES],
  ["qwen/qwen3-next-80b-a3b-instruct:free", "qwen3-next-80b", "Qwen3 Next 80B A3B", "unverified", 262_144, 262_144, "TJ", 68, "2026-07-18", RESOURCES],
  ["nousresearch/hermes-3-llama-3.1-405b:free", "llama-3.1-405b-hermes-3", "Hermes 3 Llama 3.1 405B", "unverified", 131_072, 131_072, "", 54, "2026-07-18", RESOURCES],
  ["cognitivecomputations/dolphin-mistral-24b-venice-edition:free", "dolphin-mistral-24b", "Dolphin Mistral 24B Venice", "unverified", 32_768, 32_768, "J", 42, "2026-07-18", RESOURCES],
  ["meta-llama/llama-3.2-3b-instruct:free", "llama-3.2-3b", "Llama 3.2 3B Instruct", "unverified", 131_072, 131_072, "", 24, "2026-07-18", RESOURCES],
  ["meta-llama/llama-3.3-70b-instruct:free", "llama-3.3-70b", "Llama 3.3 70B Instruct", "retired", 65_536, 131_072, "T", 52, "2026-10-03", DELISTED],
  ["openai/gpt-oss-20b:free", "gpt-oss-20b", "GPT-OSS 20B", "retired", 131_072, 32_768, "TJR", 63, "2026-08-23", REPORTS],
  ["openai/gpt-oss-120b:free", "gpt-oss-120b", "GPT-OSS 120B", "retired", 131_072, 131_072, "TR", 74, "2026-07-18", DELISTED],
  ["poolside/laguna-m.1:free", "laguna-m.1", "Laguna M.1", "retired", 262_144, 32_768, "TR", 70, "2026-08-01", DELISTED],
  ["poolside/laguna-xs.2:free", "laguna-xs.2", "Laguna XS.2", "retired", 262_144, 32_768, "TR", 60, "2026-07-18", DELISTED],
  ["tencent/hy3:free", "hy3", "Hunyuan Hy3", "retired", 262_144, 131_072, "TR", 79, "2026-08-01", DELISTED],
  ["moonshotai/kimi-k2.6:free", "kimi-k2.6", "Kimi K2.6", "retired", 262_144, 262_144, "TVJR", 86, "2026-07-18", DELISTED],
  ["openrouter/owl-alpha", "owl-alpha", "Owl Alpha (stealth)", "retired", 1_048_756, 262_144, "TJR", 70, "2026-07-18", DELISTED],
  ["z-ai/glm-4.5-air:free", "glm-4.5-air", "GLM-4.5 Air", "retired", 131_072, 98_304, "TR", 62, "2026-07-18", DELISTED],
  ["liquid/lfm-2.5-1.2b-instruct:free", "lfm-2.5-1.2b", "LFM2.5 1.2B Instruct", "retired", 32_768, 32_768, "J", 20, "2026-07-18", DELISTED],
  ["liquid/lfm-2.5-1.2b-thinking:free", "lfm-2.5-1.2b-thinking", "LFM2.5 1.2B Thinking", "retired", 32_768, 32_768, "TJR", 24, "2026-07-18", DELISTED],
  ["deepseek/deepseek-v4-flash:free", "deepseek-v4-flash", "DeepSeek V4 Flash", "retired", 1_048_576, 393_216, "TJR", 85, "2026-09-01", PAGES],
];

/** A day ends at 00:00 UTC; 1,000 requests a day once 10 dollars of credit were ever bought, which only the account's usage tells. */
const LIMITS = limits("account", ":free", { requestsPerMinute: 20, requestsPerDay: [50, UTC] });

export const openrouter = openaiProvider({
  id: "openrouter",
  name: "OpenRouter",
  status: "active",
  statusNote: null,
  signUpUrl: "https://openrouter.ai/keys",
  docsUrl: "https://openrouter.ai/docs",
  baseUrl: "https://openrouter.ai/api/v1",
  quirks: {
    // `required` finds no endpoint for many free models.
    toolChoiceRequired: "auto",
    reasoningHistory: "reasoning_details",
    headers: { "x-title": "freellm" },
  },
  keyPattern: "^sk-or-v1-[0-9a-f]{64}$",
  keyPrefixes: ["sk-or-v1-"],
  environment: ["OPENROUTER_API_KEY"],
  headerFamily: "openrouter",
  // GET /models is public and proves nothing.
  probe: { method: "GET", path: "/key", valid: [200, 402, 429], invalid: [401], costsQuota: false },
  // The same endpoint tells the day's pool of the account, all keys and tools together. Its figures are kept for a minute.
  usage: {
    path: "/key",
    everyMs: 5 * 60_000,
    lagMs: 90_000,
    limits: [
      {
        ...{ metric: "requests", window: "day", scope: "account", pool: ":free", reset: UTC },
        cap: "data.free_model_daily_requests.limit",
        used: "data.free_model_daily_requests.used",
        remaining: "data.free_model_daily_requests.remaining",
      },
    ],
  },
  dataUse: "unknown",
  terms: "Private use by one person; no resale and no competing service.",
  models: modelTable({ speed: "slow", limits: LIMITS }, MODELS),
  source: "https://openrouter.ai/docs/api/reference/limits",
  asOf: "2026-10-05",
});
