/** AINative Studio: claims 10 million tokens a month. */
import { limits, type ModelRow, modelTable } from "./model-table.ts";
import { listProbe, openaiProvider } from "./openai-provider.ts";

const CATALOG = "diegosouzapw/OmniRoute freeModelCatalog";

// biome-ignore format: a table, one model a line
const MODELS: readonly ModelRow[] = [
  ["qwen3-235b-cerebras", "qwen3-235b-a22b-2507", "Qwen3 235B A22B Instruct 2507", "unverified", 262_144, 131_072, "T", 70, "2026-09-12", CATALOG],
  ["deepseek-r1", "deepseek-r1", "DeepSeek R1", "unverified", 131_072, 32_768, "R", 72, "2026-09-12", CATALOG],
  ["qwen3-32b", "qwen3-32b", "Qwen3 32B", "unverified", 131_072, 40_960, "TR", 62, "2026-09-12", CATALOG],
  ["llama-4-maverick", "llama-4-maverick", "Llama 4 Maverick", "unverified", 1_000_000, null, "TV", 56, "2026-09-12", CATALOG],
  ["gemini-flash", "gemini-2.5-flash", "Gemini 2.5 Flash", "unverified", 1_048_576, 65_536, "TVJR", 68, "2026-09-12", CATALOG],
  ["qwen3-14b", "qwen3-14b", "Qwen3 14B", "unverified", 131_072, null, "TR", 54, "2026-09-12", CATALOG],
  ["qwen3-8b", "qwen3-8b", "Qwen3 8B", "unverified", 131_072, null, "TR", 50, "2026-09-12", CATALOG],
  ["nous-coder", "nous-coder", "Nous Coder", "unverified", null, null, "", 50, "2026-09-12", CATALOG],
  ["llama3.1-8b-cerebras", "llama-3.1-8b", "Llama 3.1 8B Instruct", "unverified", 131_072, null, "T", 32, "2026-09-12", CATALOG],
];

const LIMITS = limits("account", "all", { tokensPerMonth: 10_000_000 });

export const ainative = openaiProvider({
  id: "ainative",
  name: "AINative Studio",
  status: "limited",
  statusNote: "Its own pages disagree about what is free.",
  signUpUrl: "https://ainative.studio",
  docsUrl: null,
  baseUrl: "https://api.ainative.studio/api/v1",
  environment: ["AINATIVE_API_KEY"],
  probe: listProbe({ control: true }),
  dataUse: "unknown",
  terms: null,
  models: modelTable({ speed: "normal", limits: LIMITS }, MODELS),
  source: "tashfeenahmed/freellmapi server/src/providers/index.ts",
  asOf: "2026-10-05",
});
