/** Requesty: 200 calls a day over all free models. */
import { limits, type ModelRow, modelTable } from "./model-table.ts";
import { listProbe, openaiProvider } from "./openai-provider.ts";

const LIST = "mnfst/awesome-free-llm-apis data.json";
const CATALOG = "diegosouzapw/OmniRoute freeModelCatalog";

// biome-ignore format: a table, one model a line
const MODELS: readonly ModelRow[] = [
  ["nvidia/nemotron-3-ultra-550b-a55b", "nemotron-3-ultra", "Nemotron 3 Ultra 550B A55B", "active", 1_000_000, 65_536, "TR", 82, "2026-10-05", LIST],
  ["nvidia/nemotron-3-super-120b-a12b", "nemotron-3-super", "Nemotron 3 Super 120B A12B", "active", 1_000_000, 65_536, "TR", 74, "2026-10-05", LIST],
  ["google/gemma-4-31b-it", "gemma-4-31b", "Gemma 4 31B", "active", 262_144, 8192, "TVJR", 70, "2026-10-05", LIST],
  ["nvidia/nemotron-3.5-lightning-30b-a3b", "nemotron-3.5-lightning", "Nemotron 3.5 Lightning 30B A3B", "active", 1_000_000, 65_536, "TR", 70, "2026-10-05", LIST],
  ["nvidia/nemotron-3-nano-omni-30b-a3b-reasoning", "nemotron-3-nano-omni", "Nemotron 3 Nano Omni 30B A3B", "active", 131_072, 20_480, "TVR", 60, "2026-10-05", LIST],
  ["nvidia/muse-glimmer-30b", "muse-glimmer-30b", "Muse Glimmer 30B", "active", 131_072, 20_480, "TV", 60, "2026-10-05", LIST],
  ["mistral/leanstral-1-5", "leanstral", "Leanstral (Lean 4 prover)", "active", 262_144, 32_768, "TR", 60, "2026-10-05", LIST],
  ["openai/gpt-oss-120b", "gpt-oss-120b", "GPT-OSS 120B", "unverified", 131_072, 65_536, "TJR", 74, "2026-09-12", CATALOG],
];

const LIMITS = limits("account", "free", { requestsPerDay: 200 });

export const requesty = openaiProvider({
  id: "requesty",
  name: "Requesty",
  status: "active",
  statusNote: null,
  signUpUrl: "https://app.requesty.ai",
  docsUrl: null,
  baseUrl: "https://router.requesty.ai/v1",
  quirks: { refusesZeroTemperature: ["mistral/leanstral-1-5"] },
  environment: ["REQUESTY_API_KEY"],
  probe: listProbe({ control: true }),
  dataUse: "unknown",
  terms: null,
  models: modelTable({ speed: "normal", limits: LIMITS }, MODELS),
  source: "tashfeenahmed/freellmapi server/src/providers/index.ts",
  asOf: "2026-10-05",
});
