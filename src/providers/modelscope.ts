/** ModelScope: 2,000 calls a day of an account, at most 500 of them to one model. */
import { limits, type ModelRow, modelTable } from "./model-table.ts";
import { openaiProvider } from "./openai-provider.ts";

const LIST = "mnfst/awesome-free-llm-apis data.json";
const CATALOG = "diegosouzapw/OmniRoute freeModelCatalog";
const MODELS_DEV = "anomalyco/models.dev";

// biome-ignore format: a table, one model a line
const MODELS: readonly ModelRow[] = [
  ["Qwen/Qwen3.5-35B-A3B", "qwen3.5-35b-a3b", "Qwen3.5 35B A3B", "active", 262_144, 65_536, "TVJR", 72, "2026-10-05", LIST],
  ["Qwen/Qwen3.5-27B", "qwen3.5-27b", "Qwen3.5 27B", "active", 262_144, 65_536, "TVJR", 73, "2026-10-05", LIST],
  ["Qwen/Qwen3.5-397B-A17B", "qwen3.5-397b-a17b", "Qwen3.5 397B A17B", "active", 262_144, 65_536, "TVJR", 82, "2026-09-02", CATALOG],
  ["deepseek-ai/DeepSeek-V4-Pro", "deepseek-v4-pro", "DeepSeek V4 Pro", "active", 1_048_576, 393_216, "TJR", 91, "2026-09-02", CATALOG],
  ["Qwen/Qwen3-235B-A22B-Instruct-2507", "qwen3-235b-a22b-2507", "Qwen3 235B A22B Instruct 2507", "unverified", 262_144, 131_072, "T", 70, "2026-07-02", MODELS_DEV],
  ["Qwen/Qwen3-235B-A22B-Thinking-2507", "qwen3-235b-a22b-thinking-2507", "Qwen3 235B A22B Thinking 2507", "unverified", 262_144, 131_072, "TR", 72, "2026-07-02", MODELS_DEV],
  ["Qwen/Qwen3-30B-A3B-Instruct-2507", "qwen3-30b-a3b-2507", "Qwen3 30B A3B Instruct 2507", "unverified", 262_144, 16_384, "T", 62, "2026-07-02", MODELS_DEV],
  ["Qwen/Qwen3-30B-A3B-Thinking-2507", "qwen3-30b-a3b-thinking-2507", "Qwen3 30B A3B Thinking 2507", "unverified", 262_144, 32_768, "TR", 64, "2026-07-02", MODELS_DEV],
  ["Qwen/Qwen3-Coder-30B-A3B-Instruct", "qwen3-coder-30b", "Qwen3 Coder 30B A3B", "unverified", 262_144, 65_536, "TJ", 62, "2026-07-02", MODELS_DEV],
  ["ZhipuAI/GLM-4.6", "glm-4.6", "GLM-4.6", "unverified", 202_752, 98_304, "TR", 73, "2026-07-02", MODELS_DEV],
  ["ZhipuAI/GLM-4.5", "glm-4.5", "GLM-4.5", "unverified", 131_072, 98_304, "TR", 68, "2026-07-02", MODELS_DEV],
];

/** Caps of single models change; each reply states what is left. Where the day begins is not documented. */
const LIMITS = [
  ...limits("account", null, { requestsPerDay: 500 }),
  ...limits("account", "all", { requestsPerDay: 2000 }),
];

export const modelscope = openaiProvider({
  id: "modelscope",
  name: "ModelScope",
  status: "limited",
  statusNote: "Needs an account that is bound to Alibaba Cloud in China under a real name.",
  signUpUrl: "https://modelscope.cn/my/myaccesstoken",
  docsUrl: "https://modelscope.cn/docs/model-service/API-Inference/intro",
  baseUrl: "https://api-inference.modelscope.cn/v1",
  keyPattern: "^(?:ms-)?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
  keyPrefixes: ["ms-"],
  environment: ["MODELSCOPE_API_KEY", "MODELSCOPE_ACCESS_TOKEN"],
  headerFamily: "modelscope",
  // The list answers any key. A 401 may mean an account that is not bound: its text says so.
  probe: {
    method: "POST",
    path: "/chat/completions",
    model: "Qwen/Qwen3.5-27B",
    valid: [200, 400, 404, 429],
    invalid: [],
    costsQuota: true,
  },
  firstContentMs: 90_000,
  dataUse: "unknown",
  terms: null,
  models: modelTable({ speed: "normal", limits: LIMITS }, MODELS),
  source: "https://modelscope.cn/docs/model-service/API-Inference/intro",
  asOf: "2026-10-05",
});
