/** OrcaRouter: free aliases in one pool whose size is not published. */
import { type ModelRow, modelTable } from "./model-table.ts";
import { listProbe, openaiProvider } from "./openai-provider.ts";

const REPORTS = "tashfeenahmed/freellmapi#896";

// biome-ignore format: a table, one model a line
const MODELS: readonly ModelRow[] = [
  ["orcarouter/free", "router-auto", "Provider-side free auto-router", "active", null, null, "T", 60, "2026-09-25", REPORTS],
  ["deepseek/deepseek-v4-pro-free", "deepseek-v4-pro", "DeepSeek V4 Pro", "unverified", 1_048_576, 393_216, "TJR", 91, "2026-09-25", REPORTS],
  ["deepseek/deepseek-v4-flash-free", "deepseek-v4-flash", "DeepSeek V4 Flash", "active", 1_048_576, 393_216, "TJR", 85, "2026-09-25", REPORTS],
  ["z-ai/glm-5.3-flash-free", "glm-5.3-flash", "GLM-5.3 Flash", "unverified", 1_048_576, null, "TVJR", 85, "2026-09-25", REPORTS],
  ["tencent/hy3-free", "hy3", "Hunyuan Hy3", "active", 262_144, 131_072, "TR", 79, "2026-09-25", REPORTS],
];

export const orcarouter = openaiProvider({
  id: "orcarouter",
  name: "OrcaRouter",
  status: "active",
  statusNote: null,
  signUpUrl: "https://www.orcarouter.ai",
  docsUrl: null,
  baseUrl: "https://api.orcarouter.ai/v1",
  keyPattern: "^sk-orca-[A-Za-z0-9_-]+$",
  keyPrefixes: ["sk-orca-"],
  environment: ["ORCAROUTER_API_KEY", "ORCA_API_KEY"],
  probe: listProbe({ control: true }),
  dataUse: "unknown",
  terms: null,
  models: modelTable({ speed: "normal", limits: [] }, MODELS),
  source: "tashfeenahmed/freellmapi server/src/providers/index.ts",
  asOf: "2026-10-05",
});
