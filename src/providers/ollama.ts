/** Ollama Cloud: counted in GPU time over 5 hours and a week, whose caps are not published, and one call at a time. */
import { limits, type ModelRow, modelTable, UTC } from "./model-table.ts";
import { openaiProvider } from "./openai-provider.ts";

const LIVE_CHECK = "tashfeenahmed/freellmapi#767, a live check of the whole list";
const SEED = "tashfeenahmed/freellmapi seed";

// biome-ignore format: a table, one model a line
const MODELS: readonly ModelRow[] = [
  ["minimax-m3", "minimax-m3", "MiniMax M3", "active", 512_000, 131_072, "TVJR", 86, "2026-08-11", LIVE_CHECK],
  ["nemotron-3-ultra", "nemotron-3-ultra", "Nemotron 3 Ultra 550B A55B", "active", 262_144, 128_000, "TR", 82, "2026-08-11", LIVE_CHECK],
  ["nemotron-3-super", "nemotron-3-super", "Nemotron 3 Super 120B A12B", "active", 262_144, 65_536, "TR", 74, "2026-08-11", LIVE_CHECK],
  ["gpt-oss:120b", "gpt-oss-120b", "GPT-OSS 120B", "active", 131_072, 32_768, "TJR", 74, "2026-08-11", LIVE_CHECK],
  ["gemma4:31b", "gemma-4-31b", "Gemma 4 31B", "active", 262_144, 262_144, "TVJR", 70, "2026-08-11", LIVE_CHECK],
  ["gpt-oss:20b", "gpt-oss-20b", "GPT-OSS 20B", "active", 131_072, 32_768, "TJR", 63, "2026-08-11", LIVE_CHECK],
  ["nemotron-3-nano:30b", "nemotron-3-nano-30b", "Nemotron 3 Nano 30B A3B", "active", 1_048_576, 131_072, "TR", 60, "2026-08-11", LIVE_CHECK],
  ["kimi-k3", "kimi-k3", "Kimi K3", "gated", 1_048_576, null, "TVJR", 95, "2026-08-11", LIVE_CHECK],
  ["deepseek-v4-pro", "deepseek-v4-pro", "DeepSeek V4 Pro", "gated", 1_048_576, 1_048_576, "TJR", 91, "2026-08-11", LIVE_CHECK],
  ["deepseek-v4-flash", "deepseek-v4-flash", "DeepSeek V4 Flash", "gated", 1_048_576, 1_048_576, "TJR", 85, "2026-08-11", LIVE_CHECK],
  ["kimi-k2.6", "kimi-k2.6", "Kimi K2.6", "gated", 262_144, 262_144, "TVJR", 86, "2026-08-11", LIVE_CHECK],
  ["kimi-k2.7-code", "kimi-k2.7-code", "Kimi K2.7 Code", "gated", 262_144, 262_144, "TVJR", 87, "2026-08-11", LIVE_CHECK],
  ["glm-5.2", "glm-5.2", "GLM-5.2", "gated", 976_000, 131_072, "TJR", 89, "2026-08-11", LIVE_CHECK],
  ["glm-5.1", "glm-5.1", "GLM-5.1", "gated", 202_752, 131_072, "TJR", 84, "2026-08-11", LIVE_CHECK],
  ["glm-5.3-flash", "glm-5.3-flash", "GLM-5.3 Flash", "gated", 1_048_576, null, "TVJR", 85, "2026-08-11", LIVE_CHECK],
  ["minimax-m2.7", "minimax-m2.7", "MiniMax M2.7", "gated", 196_608, 196_608, "TJR", 81, "2026-08-11", LIVE_CHECK],
  ["qwen3.5:397b", "qwen3.5-397b-a17b", "Qwen3.5 397B A17B", "gated", 262_144, 65_536, "TVJR", 82, "2026-08-11", LIVE_CHECK],
  ["mistral-large-3:675b", "mistral-large-3", "Mistral Large 3 675B", "gated", 262_144, 262_144, "TVJ", 73, "2026-08-11", LIVE_CHECK],
  ["qwen3-coder:480b", "qwen3-coder-480b", "Qwen3 Coder 480B A35B", "retired", 262_144, 65_536, "T", 75, "2026-08-06", SEED],
  ["qwen3-coder-next", "qwen3-coder-next", "Qwen3 Coder Next", "retired", 262_144, 65_536, "T", 75, "2026-08-06", SEED],
  ["cogito-2.1:671b", "cogito-2.1-671b", "Cogito 2.1 671B", "retired", 163_840, 32_000, "TR", 72, "2026-08-06", SEED],
  ["deepseek-v3.2", "deepseek-v3.2", "DeepSeek V3.2", "retired", 163_840, 65_536, "TJR", 78, "2026-08-06", SEED],
  ["kimi-k2-thinking", "kimi-k2-thinking", "Kimi K2 Thinking", "retired", 262_144, 262_144, "TR", 80, "2026-08-06", SEED],
  ["glm-4.7", "glm-4.7", "GLM-4.7", "retired", 202_752, 131_072, "TR", 78, "2026-08-06", SEED],
  ["devstral-2:123b", "devstral-2-123b", "Devstral 2 123B", "retired", 262_144, 262_144, "T", 70, "2026-08-06", SEED],
];

const LIMITS = limits("account", "all", { concurrency: 1 });

export const ollama = openaiProvider({
  id: "ollama",
  name: "Ollama Cloud",
  status: "active",
  statusNote: null,
  signUpUrl: "https://ollama.com/settings/keys",
  docsUrl: "https://docs.ollama.com/cloud",
  baseUrl: "https://ollama.com/v1",
  quirks: {
    reasoningHistory: "reasoning",
    reasoningEffort: "none_to_max",
    refusedFields: ["verbosity", "service_tier", "store", "metadata", "prediction"],
  },
  keyPattern: "^[0-9a-f]{32}\\.[A-Za-z0-9_-]{20,}$",
  environment: ["OLLAMA_API_KEY"],
  probe: {
    method: "POST",
    path: "/api/me",
    fromRoot: true,
    valid: [200],
    invalid: [401, 403],
    costsQuota: false,
  },
  // What share of the plan is used, in percent; newer accounts have a month, which begins on the day of their own.
  usage: {
    path: "/api/usage",
    fromRoot: true,
    everyMs: 10 * 60_000,
    lagMs: 60_000,
    limits: [
      {
        ...{
          metric: "units",
          window: "five_hours",
          scope: "account",
          pool: "percent of the plan",
          reset: UTC,
        },
        ...{ cap: 100, used: "limits.session.usage", scale: 100 },
      },
      {
        ...{ metric: "units", window: "week", scope: "account", pool: "percent of the plan", reset: UTC },
        ...{ cap: 100, used: "limits.weekly.usage", scale: 100 },
      },
      {
        ...{
          metric: "units",
          window: "month",
          scope: "account",
          pool: "percent of the plan",
          reset: "sliding",
        },
        ...{ cap: 100, used: "limits.monthly.usage", scale: 100, holdsMs: 6 * 3_600_000 },
      },
    ],
  },
  // Reasoning models take up to 90 s.
  firstContentMs: 120_000,
  dataUse: "unknown",
  terms: "No clause against proxies is known.",
  models: modelTable({ speed: "slow", limits: LIMITS }, MODELS),
  source: "https://docs.ollama.com/cloud",
  asOf: "2026-10-05",
});
