/** Kilo: a gateway whose free models need no key, 200 calls an hour for an address. */
import { limits, type ModelRow, modelTable } from "./model-table.ts";
import { openaiProvider } from "./openai-provider.ts";

const LIST = "mnfst/awesome-free-llm-apis data.json";
const SEED = "tashfeenahmed/freellmapi seed";

// biome-ignore format: a table, one model a line
const MODELS: readonly ModelRow[] = [
  ["nvidia/nemotron-3-ultra-550b-a55b:free", "nemotron-3-ultra", "Nemotron 3 Ultra 550B A55B", "active", 1_000_000, 65_536, "TR", 82, "2026-10-05", LIST],
  ["tencent/hy3:free", "hy3", "Hunyuan Hy3", "active", 262_144, 131_072, "TR", 79, "2026-10-05", LIST],
  ["stepfun/step-3.7-flash:free", "step-3.7-flash", "Step 3.7 Flash", "active", 262_144, 256_000, "TVR", 77, "2026-10-05", LIST],
  ["nvidia/nemotron-3-super-120b-a12b:free", "nemotron-3-super", "Nemotron 3 Super 120B A12B", "active", 262_144, 262_144, "TR", 74, "2026-10-05", LIST],
  ["poolside/laguna-s-2.1:free", "laguna-s-2.1", "Laguna S 2.1", "active", 262_144, 32_768, "TR", 75, "2026-10-05", LIST],
  ["nvidia/nemotron-3.5-lightning:free", "nemotron-3.5-lightning", "Nemotron 3.5 Lightning 30B A3B", "active", 1_000_000, 65_536, "TR", 70, "2026-10-05", LIST],
  ["cohere/north-mini-code:free", "north-mini-code", "North Mini Code", "active", 256_000, 64_000, "TJR", 64, "2026-10-05", LIST],
  ["poolside/laguna-xs-2.1:free", "laguna-xs-2.1", "Laguna XS 2.1", "active", 262_144, 32_768, "TR", 64, "2026-10-05", LIST],
  ["nvidia/nemotron-3-nano-omni-30b-a3b-reasoning:free", "nemotron-3-nano-omni", "Nemotron 3 Nano Omni 30B A3B", "active", 256_000, 65_536, "TVR", 60, "2026-10-05", LIST],
  ["liquid/lfm-2.5-2.6b:free", "lfm-2.5-2.6b", "LFM2.5 2.6B", "active", 65_536, 8192, "", 30, "2026-10-05", LIST],
  ["kilo-auto/free", "router-auto", "Provider-side free auto-router", "active", 256_000, 32_768, "TR", 60, "2026-10-05", LIST],
  ["openrouter/free", "router-auto", "Provider-side free auto-router", "active", 200_000, 32_768, "TVR", 60, "2026-10-05", LIST],
  ["qwen/qwen3.8-27b:free", "qwen3.8-27b", "Qwen3.8 27B", "unverified", 262_144, null, "TVJR", 80, "2026-10-05", LIST],
  ["inclusionai/ling-3.1-flash", "ling-3.1-flash", "Ling 3.1 Flash", "unverified", 262_144, 32_768, "TR", 75, "2026-10-05", LIST],
  ["inclusionai/ling-3.0-flash-sante:free", "ling-3.0-flash", "Ling 3.0 Flash", "unverified", 262_144, 32_768, "TR", 72, "2026-10-05", LIST],
  ["dots-studio/dots-3-note-preview:free", "dots-3-note", "Dots 3 Note Preview", "unverified", 524_288, null, "TV", 70, "2026-10-05", LIST],
  ["apodex/apodex-1.1-mini:free", "apodex-1.1-mini", "Apodex 1.1 Mini", "unverified", 262_144, null, "TR", 66, "2026-10-05", LIST],
  ["poolside/laguna-m.1:free", "laguna-m.1", "Laguna M.1", "retired", 262_144, 32_768, "TR", 70, "2026-10-05", SEED],
  ["poolside/laguna-xs.2:free", "laguna-xs.2", "Laguna XS.2", "retired", 262_144, 32_768, "TR", 60, "2026-10-05", SEED],
];

const LIMITS = limits("ip", "free", { requestsPerHour: 200 });

export const kilo = openaiProvider({
  id: "kilo",
  name: "Kilo",
  status: "active",
  statusNote: null,
  signUpUrl: "https://app.kilo.ai",
  docsUrl: "https://kilo.ai/docs/gateway",
  baseUrl: "https://api.kilo.ai/api/gateway/v1",
  quirks: {
    reasoningHistory: "reasoning_details",
    responseFormat: "drop",
    // A leaked verdict of a filter.
    emptyAnswers: ["safe", "unsafe"],
  },
  keyPattern: "^eyJ[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+$",
  environment: ["KILO_API_KEY", "KILOCODE_API_KEY"],
  anonymous: true,
  headerFamily: "none",
  // A key that is not known counts as none on free models.
  probe: {
    method: "POST",
    path: "/chat/completions",
    model: "kilo-auto/free",
    valid: [200],
    invalid: [],
    costsQuota: true,
  },
  // Below /v1 it answers with 405.
  modelsPath: "/../models",
  dataUse: "may_train",
  terms: "What is sent to free models may be logged and used for training.",
  models: modelTable({ speed: "normal", limits: LIMITS }, MODELS),
  source: "https://kilo.ai/docs/gateway",
  asOf: "2026-10-05",
});
