/** SiliconFlow: two sites with keys of their own. Free models on the Chinese one, a small credit on the other. */
import { limits, type ModelRow, modelTable } from "./model-table.ts";
import { listProbe, openaiProvider } from "./openai-provider.ts";

const LIST = "mnfst/awesome-free-llm-apis data.json";
const MODELS_DEV = "anomalyco/models.dev";
const QUOTAS = "rockbenben/free-llm-intel quotas";

// biome-ignore format: a table, one model a line
const MODELS: readonly ModelRow[] = [
  ["Qwen/Qwen3-8B", "qwen3-8b", "Qwen3 8B", "active", 131_000, 131_000, "TJR", 50, "2026-10-05", LIST],
  ["Qwen/Qwen3.5-4B", "qwen3.5-4b", "Qwen3.5 4B", "unverified", 262_144, 65_536, "TVR", 54, "2026-07-02", MODELS_DEV],
  ["tencent/Hunyuan-MT-7B", "hunyuan-mt-7b", "Hunyuan MT 7B (translation)", "active", 32_768, null, "", 24, "2026-10-04", QUOTAS],
];

const LIMITS = limits("account", null, { requestsPerMinute: 1000, tokensPerMinute: 50_000 });

export const siliconflow = openaiProvider({
  id: "siliconflow",
  name: "SiliconFlow",
  status: "limited",
  statusNote:
    "Its Chinese site needs a mainland identity; the other one only gives a single credit of 1 dollar.",
  signUpUrl: "https://cloud.siliconflow.com/account/ak",
  docsUrl: "https://docs.siliconflow.com",
  baseUrl: "https://api.siliconflow.com/v1",
  otherBaseUrls: ["https://api.siliconflow.cn/v1"],
  quirks: { reasoningEffort: "enable_thinking", responseFormat: "object" },
  keyPattern: "^sk-[a-z]{40,60}$",
  environment: ["SILICONFLOW_API_KEY", "SILICONFLOW_CN_API_KEY"],
  probe: listProbe(),
  dataUse: "unknown",
  terms: null,
  models: modelTable({ speed: "normal", limits: LIMITS }, MODELS),
  source: "https://docs.siliconflow.com",
  asOf: "2026-10-05",
});
