/** Routeway: one pool over its `:free` models. */
import { limits, type ModelRow, modelTable } from "./model-table.ts";
import { listProbe, openaiProvider } from "./openai-provider.ts";

const CATALOG = "diegosouzapw/OmniRoute freeModelCatalog";

// biome-ignore format: a table, one model a line
const MODELS: readonly ModelRow[] = [
  ["step-3.7-flash:free", "step-3.7-flash", "Step 3.7 Flash", "unverified", 262_144, 256_000, "TVR", 77, "2026-09-12", CATALOG],
  ["laguna-m.1:free", "laguna-m.1", "Laguna M.1", "unverified", 262_144, 32_768, "TR", 70, "2026-09-12", CATALOG],
  ["step-3.5-flash:free", "step-3.5-flash", "Step 3.5 Flash", "unverified", null, null, "", 74, "2026-09-12", CATALOG],
  ["laguna-xs.2:free", "laguna-xs.2", "Laguna XS.2", "unverified", 262_144, 32_768, "TR", 60, "2026-09-12", CATALOG],
  ["nemotron-3-nano-30b-a3b:free", "nemotron-3-nano-30b", "Nemotron 3 Nano 30B A3B", "unverified", 262_144, 131_072, "TR", 60, "2026-09-12", CATALOG],
  ["nemotron-nano-9b-v2:free", "nemotron-nano-9b-v2", "Nemotron Nano 9B v2", "unverified", 131_072, null, "TR", 52, "2026-09-12", CATALOG],
  ["llama-3.3-70b-instruct:free", "llama-3.3-70b", "Llama 3.3 70B Instruct", "unverified", 131_072, 32_768, "TJ", 52, "2026-09-12", CATALOG],
  ["llama-3.2-3b-instruct:free", "llama-3.2-3b", "Llama 3.2 3B Instruct", "unverified", 131_072, null, "", 24, "2026-09-12", CATALOG],
];

/** 5 a minute as observed; 20 are published. */
const LIMITS = limits("account", ":free", { requestsPerMinute: 5, requestsPerDay: 200 });

export const routeway = openaiProvider({
  id: "routeway",
  name: "Routeway",
  status: "active",
  statusNote: null,
  signUpUrl: "https://routeway.ai",
  docsUrl: null,
  baseUrl: "https://api.routeway.ai/v1",
  quirks: {
    // Without a name that looks like a browser's, its firewall refuses the call.
    headers: { "user-agent": "Mozilla/5.0 (compatible; freellm)" },
  },
  environment: ["ROUTEWAY_API_KEY"],
  probe: listProbe({ control: true }),
  dataUse: "unknown",
  terms: null,
  models: modelTable({ speed: "normal", limits: LIMITS }, MODELS),
  source: "tashfeenahmed/freellmapi server/src/providers/index.ts",
  asOf: "2026-10-05",
});
