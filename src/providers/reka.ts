/** Reka: a monthly credit whose size is not published. */
import { type ModelRow, modelTable } from "./model-table.ts";
import { listProbe, openaiProvider } from "./openai-provider.ts";

const NOTES = "tashfeenahmed/freellmapi provider notes";

// biome-ignore format: a table, one model a line
const MODELS: readonly ModelRow[] = [
  ["reka-flash-3", "reka-flash-3", "Reka Flash 3", "active", 65_536, null, "R", 46, "2026-09-12", NOTES],
  ["reka-edge-2603", "reka-edge", "Reka Edge (2603)", "active", null, null, "V", 36, "2026-09-12", NOTES],
];

export const reka = openaiProvider({
  id: "reka",
  name: "Reka",
  status: "limited",
  statusNote: "A monthly credit whose size only its dashboard shows.",
  signUpUrl: "https://platform.reka.ai",
  docsUrl: null,
  baseUrl: "https://api.reka.ai/v1",
  quirks: { responseFormat: "schema_only" },
  environment: ["REKA_API_KEY"],
  probe: listProbe({ control: true }),
  dataUse: "unknown",
  terms: null,
  models: modelTable({ speed: "normal", limits: [] }, MODELS),
  source: "tashfeenahmed/freellmapi server/src/providers/index.ts",
  asOf: "2026-10-05",
});
