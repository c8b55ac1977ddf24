/** Zhipu: bigmodel.cn in China and Z.ai abroad, with keys of their own. One call at a time on each free model. */
import { limits, type ModelRow, modelTable } from "./model-table.ts";
import { openaiProvider } from "./openai-provider.ts";

const LIST = "mnfst/awesome-free-llm-apis data.json";
const QUOTAS = "rockbenben/free-llm-intel quotas";

const ONE_AT_A_TIME = limits("account", null, { concurrency: 1 });

// biome-ignore format: a table, one model a line
const MODELS: readonly ModelRow[] = [
  ["glm-4.7-flash", "glm-4.7-flash", "GLM-4.7 Flash", "active", 200_000, 131_072, "TR", 65, "2026-10-05", LIST, { limits: ONE_AT_A_TIME }],
  ["glm-4.5-flash", "glm-4.5-flash", "GLM-4.5 Flash", "active", 131_072, 98_304, "TR", 54, "2026-10-05", LIST, { limits: ONE_AT_A_TIME }],
  ["glm-4.6v-flash", "glm-4.6v-flash", "GLM-4.6V Flash", "active", 131_072, 32_768, "TVR", 58, "2026-10-05", LIST, { limits: ONE_AT_A_TIME }],
  ["glm-4-flash-250414", "glm-4-flash-250414", "GLM-4 Flash (250414)", "unverified", 131_072, null, "T", 42, "2026-09-27", QUOTAS],
  ["glm-z1-flash", "glm-z1-flash", "GLM-Z1 Flash", "unverified", null, null, "R", 46, "2026-09-27", QUOTAS],
  ["glm-4v-flash", "glm-4v-flash", "GLM-4V Flash", "unverified", null, null, "V", 36, "2026-09-27", QUOTAS],
  ["glm-4.1v-thinking-flash", "glm-4.1v-thinking-flash", "GLM-4.1V Thinking Flash", "unverified", 65_536, null, "VR", 48, "2026-09-27", QUOTAS],
];

export const zhipu = openaiProvider({
  id: "zhipu",
  name: "Zhipu",
  status: "active",
  statusNote: null,
  signUpUrl: "https://z.ai/manage-apikey/apikey-list",
  docsUrl: "https://docs.z.ai",
  baseUrl: "https://open.bigmodel.cn/api/paas/v4",
  otherBaseUrls: ["https://api.z.ai/api/paas/v4"],
  quirks: {
    // Nothing but `auto` is documented.
    toolChoiceRequired: "auto",
    reasoningEffort: "thinking_type",
    // The whole answer may stand in the field for reasoning.
    reasoningOnly: "answer",
    // Idle connections are dropped without a word.
    freshConnections: true,
  },
  keyPattern: "^[0-9a-f]{32}\\.[A-Za-z0-9]{16}$",
  environment: ["ZHIPU_API_KEY", "ZHIPUAI_API_KEY", "ZAI_API_KEY", "Z_AI_API_KEY", "BIGMODEL_API_KEY"],
  probe: { method: "GET", path: "/models", valid: [200], invalid: [401, 403], costsQuota: false },
  // Reasoning is held back until it is complete.
  firstContentMs: 120_000,
  dataUse: "unknown",
  terms: "bigmodel.cn allows personal research; Z.ai forbids redirecting traffic.",
  models: modelTable({ speed: "normal", limits: [] }, MODELS),
  source: "https://docs.z.ai/api-reference/api-code",
  asOf: "2026-10-05",
});
