/** Cerebras: very fast. Its free tier ended on 2026-08-17. */
import { limits, type ModelRow, modelTable } from "./model-table.ts";
import { listProbe, openaiProvider } from "./openai-provider.ts";

const QUOTAS = "rockbenben/free-llm-intel quotas";
const CATALOG = "diegosouzapw/OmniRoute freeModelCatalog";
const SEED = "tashfeenahmed/freellmapi seed";

// biome-ignore format: a table, one model a line
const MODELS: readonly ModelRow[] = [
  ["gpt-oss-120b", "gpt-oss-120b", "GPT-OSS 120B", "gated", 131_072, 40_960, "TJR", 74, "2026-10-03", QUOTAS],
  ["qwen-3.8-27b", "qwen3.8-27b", "Qwen3.8 27B", "gated", 262_144, null, "TVJR", 80, "2026-10-03", QUOTAS],
  ["zai-glm-4.7", "glm-4.7", "GLM-4.7", "gated", 131_072, 40_960, "TJR", 78, "2026-09-12", CATALOG],
  ["qwen-3-235b-a22b-instruct-2507", "qwen3-235b-a22b-2507", "Qwen3 235B A22B Instruct 2507", "retired", 8192, 131_072, "T", 70, "2026-05-27", SEED],
  ["llama3.1-8b", "llama-3.1-8b", "Llama 3.1 8B Instruct", "retired", 131_072, null, "T", 32, "2026-05-27", SEED],
];

/** Without cached tokens. Counted over all models of an organisation. */
const LIMITS = limits("account", "all", {
  requestsPerMinute: 5,
  tokensPerMinute: 30_000,
  tokensPerDay: 1_000_000,
});

export const cerebras = openaiProvider({
  id: "cerebras",
  name: "Cerebras",
  status: "paid",
  statusNote:
    "The free tier ended in August 2026; what is left is a credit of 5 dollars for 30 days behind a verified card.",
  signUpUrl: "https://cloud.cerebras.ai",
  docsUrl: "https://inference-docs.cerebras.ai",
  baseUrl: "https://api.cerebras.ai/v1",
  quirks: {
    maxTokensField: "max_completion_tokens",
    // What is asked for counts against the minute at once.
    maxTokens: { whenMissing: null, least: null, most: 16_384 },
    reasoningHistory: "reasoning",
  },
  keyPattern: "^csk-[a-z0-9]{30,60}$",
  keyPrefixes: ["csk-"],
  environment: ["CEREBRAS_API_KEY"],
  headerFamily: "cerebras",
  probe: listProbe(),
  dataUse: "unknown",
  terms: "Keys must not be sold or passed on.",
  models: modelTable({ speed: "ultra", limits: LIMITS }, MODELS),
  source: "https://inference-docs.cerebras.ai/support/rate-limits",
  asOf: "2026-10-05",
});
