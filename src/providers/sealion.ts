/** SEA-LION: models for the languages of Southeast Asia. */
import { limits, type ModelRow, modelTable } from "./model-table.ts";
import { listProbe, openaiProvider } from "./openai-provider.ts";

const NOTES = "tashfeenahmed/freellmapi provider notes";

// biome-ignore format: a table, one model a line
const MODELS: readonly ModelRow[] = [
  ["aisingapore/Qwen-SEA-LION-v4.5-27B-IT", "sea-lion-qwen-v4.5-27b", "Qwen SEA-LION v4.5 27B", "active", null, null, "", 70, "2026-09-12", NOTES],
  ["aisingapore/Qwen-SEA-LION-v4-32B-IT", "sea-lion-qwen-v4-32b", "Qwen SEA-LION v4 32B", "active", null, null, "", 60, "2026-09-12", NOTES],
  ["aisingapore/Gemma-SEA-LION-v4-27B-IT", "sea-lion-gemma-v4-27b", "Gemma SEA-LION v4 27B", "active", 128_000, null, "", 48, "2026-09-12", NOTES],
  ["aisingapore/Llama-SEA-LION-v3.5-70B-R", "sea-lion-llama-v3.5-70b-r", "Llama SEA-LION v3.5 70B R", "active", 131_072, null, "R", 52, "2026-09-12", NOTES],
  ["aisingapore/Llama-SEA-LION-v3-70B-IT", "sea-lion-llama-v3-70b", "Llama SEA-LION v3 70B", "active", 131_072, null, "", 50, "2026-09-12", NOTES],
];

const LIMITS = limits("key", "all", { requestsPerMinute: 10 });

export const sealion = openaiProvider({
  id: "sealion",
  name: "SEA-LION",
  status: "active",
  statusNote: null,
  signUpUrl: "https://playground.sea-lion.ai/key-manager",
  docsUrl: null,
  baseUrl: "https://api.sea-lion.ai/v1",
  environment: ["SEALION_API_KEY", "SEA_LION_API_KEY"],
  probe: listProbe({ control: true }),
  dataUse: "unknown",
  terms: null,
  models: modelTable({ speed: "normal", limits: LIMITS }, MODELS),
  source: "tashfeenahmed/freellmapi server/src/providers/index.ts",
  asOf: "2026-10-05",
});
