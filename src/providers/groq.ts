/** Groq: fast inference of open models. Limits are per organisation and model; use flows back gradually. */
import type { LimitSpec } from "../core/provider.ts";
import { limits, type ModelRow, modelTable } from "./model-table.ts";
import { listProbe, openaiProvider } from "./openai-provider.ts";

/**
 * Cached prompt tokens do not count. What replies tell of flows back bit by bit, a cap in a window. A null is a limit
 * that is not there.
 */
function rates(rpm: number, rpd: number, tpm: number, tpd: number | null): LimitSpec[] {
  return limits("account", null, {
    requestsPerMinute: rpm,
    requestsPerDay: [rpd, "refill"],
    tokensPerMinute: [tpm, "refill"],
    ...(tpd === null ? {} : { tokensPerDay: [tpd, "refill"] }),
  });
}

const LIST = "mnfst/awesome-free-llm-apis data.json";
const CATALOG = "diegosouzapw/OmniRoute freeModelCatalog";
const RESOURCES = "cheahjs/free-llm-api-resources README";
const DEPRECATIONS = "Groq deprecation notices";

// biome-ignore format: a table, one model a line
const MODELS: readonly ModelRow[] = [
  ["openai/gpt-oss-120b", "gpt-oss-120b", "GPT-OSS 120B", "active", 131_072, 65_536, "TJR", 74, "2026-10-05", LIST, { limits: rates(30, 1000, 8000, 200_000) }],
  ["openai/gpt-oss-20b", "gpt-oss-20b", "GPT-OSS 20B", "active", 131_072, 65_536, "TJR", 63, "2026-10-05", LIST, { limits: rates(30, 1000, 8000, 200_000) }],
  ["qwen/qwen3.8-27b", "qwen3.8-27b", "Qwen3.8 27B", "active", 131_072, 16_384, "TJR", 80, "2026-10-05", LIST, { limits: rates(30, 1000, 8000, 200_000) }],
  ["openai/gpt-oss-safeguard-20b", "gpt-oss-safeguard-20b", "GPT-OSS Safeguard 20B", "active", 131_072, 65_536, "TJR", 56, "2026-09-02", CATALOG, { limits: rates(30, 1000, 8000, 200_000) }],
  ["allam-2-7b", "allam-2-7b", "ALLaM 2 7B", "unverified", 4096, 4096, "", 22, "2026-07-18", RESOURCES, { limits: rates(30, 7000, 6000, 500_000) }],
  ["llama-3.3-70b-versatile", "llama-3.3-70b", "Llama 3.3 70B Instruct", "retired", 131_072, 32_768, "TJ", 52, "2026-08-16", DEPRECATIONS, { limits: rates(30, 1000, 12_000, 100_000) }],
  ["llama-3.1-8b-instant", "llama-3.1-8b", "Llama 3.1 8B Instruct", "retired", 131_072, 131_072, "T", 32, "2026-08-16", DEPRECATIONS, { limits: rates(30, 14_400, 6000, 500_000) }],
  ["meta-llama/llama-4-scout-17b-16e-instruct", "llama-4-scout", "Llama 4 Scout", "retired", 131_072, 8192, "TVJ", 50, "2026-07-17", DEPRECATIONS, { limits: rates(30, 1000, 30_000, 1_000_000) }],
  ["qwen/qwen3-32b", "qwen3-32b", "Qwen3 32B", "retired", 131_072, 40_960, "TR", 62, "2026-07-17", DEPRECATIONS, { limits: rates(60, 1000, 6000, 500_000) }],
  ["qwen/qwen3.6-27b", "qwen3.6-27b", "Qwen3.6 27B", "retired", 262_144, 65_536, "TVJR", 77, "2026-09-14", DEPRECATIONS, { limits: rates(30, 1000, 8000, 200_000) }],
  ["groq/compound", "groq-compound", "Groq Compound", "retired", 131_072, 8192, "", 70, "2026-09-21", DEPRECATIONS, { limits: rates(30, 250, 70_000, null) }],
  ["groq/compound-mini", "groq-compound-mini", "Groq Compound Mini", "retired", 131_072, 8192, "", 62, "2026-09-21", DEPRECATIONS, { limits: rates(30, 250, 70_000, null) }],
];

export const groq = openaiProvider({
  id: "groq",
  name: "Groq",
  status: "active",
  statusNote: null,
  signUpUrl: "https://console.groq.com/keys",
  docsUrl: "https://console.groq.com/docs",
  baseUrl: "https://api.groq.com/openai/v1",
  quirks: {
    maxTokensField: "max_completion_tokens",
    messageNames: "drop",
    jsonModeStreaming: "whole",
    // The first three are refused by name; the others are not in its API.
    refusedFields: [
      "logprobs",
      "top_logprobs",
      "logit_bias",
      "top_k",
      "min_p",
      "repetition_penalty",
      "verbosity",
      "prediction",
      "store",
      "metadata",
    ],
  },
  keyPattern: "^gsk_[A-Za-z0-9]{40,60}$",
  keyPrefixes: ["gsk_"],
  environment: ["GROQ_API_KEY"],
  headerFamily: "groq",
  probe: listProbe(),
  dataUse: "unknown",
  terms: "One account; use inside an application of one's own is allowed.",
  models: modelTable({ speed: "ultra", limits: [] }, MODELS),
  source: "https://console.groq.com/docs/rate-limits",
  asOf: "2026-10-05",
});
