/** LLM7: a gateway with a small daily allowance, with or without a token. */
import { limits, type ModelRow, modelTable } from "./model-table.ts";
import { openaiProvider } from "./openai-provider.ts";

const LIST = "mnfst/awesome-free-llm-apis data.json";
const SEED = "tashfeenahmed/freellmapi seed";

// biome-ignore format: a table, one model a line
const MODELS: readonly ModelRow[] = [
  ["DeepSeek-V4-Flash-0731", "deepseek-v4-flash", "DeepSeek V4 Flash", "active", 400_000, 393_216, "TJR", 85, "2026-10-05", LIST],
  ["minimax-m2.7", "minimax-m2.7", "MiniMax M2.7", "active", 180_000, 131_072, "TJR", 81, "2026-10-05", LIST],
  ["gpt-oss:20b", "gpt-oss-20b", "GPT-OSS 20B", "active", 131_072, 65_536, "TJR", 63, "2026-10-05", LIST],
  ["mistral-Nemo-Instruct-2407", "mistral-nemo", "Mistral Nemo 12B", "active", 131_072, null, "TJ", 34, "2026-10-05", LIST],
  ["fast", "router-auto", "Provider-side free auto-router", "active", null, null, "T", 60, "2026-10-05", LIST],
  ["default", "router-auto", "Provider-side free auto-router", "active", null, null, "T", 60, "2026-10-05", LIST],
  ["codestral-latest", "codestral", "Codestral 25.08", "retired", 32_000, null, "TJ", 62, "2026-08-19", SEED],
];

/** Of a free token; fewer without one. */
const LIMITS = limits("key", "all", {
  requestsPerSecond: 1,
  requestsPerMinute: 60,
  requestsPerHour: 250,
  tokensPerDay: 100_000,
});

export const llm7 = openaiProvider({
  id: "llm7",
  name: "LLM7",
  status: "active",
  statusNote: null,
  signUpUrl: "https://token.llm7.io",
  docsUrl: "https://docs.llm7.io",
  baseUrl: "https://api.llm7.io/v1",
  environment: ["LLM7_API_KEY", "LLM7_TOKEN"],
  anonymous: true,
  probe: {
    method: "POST",
    path: "/chat/completions",
    model: "gpt-oss:20b",
    valid: [200, 402, 429],
    invalid: [401],
    costsQuota: true,
  },
  dataUse: "unknown",
  terms: null,
  models: modelTable({ speed: "normal", limits: LIMITS }, MODELS),
  source: "https://docs.llm7.io/limits",
  asOf: "2026-10-05",
});
