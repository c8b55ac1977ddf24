/** BazaarLink: one free model that chooses among others. */
import { type ModelRow, modelTable } from "./model-table.ts";
import { listProbe, openaiProvider } from "./openai-provider.ts";

const REPORTS = "tashfeenahmed/freellmapi#385";

// biome-ignore format: a table, one model a line
const MODELS: readonly ModelRow[] = [
  ["auto:free", "router-auto", "Provider-side free auto-router", "active", null, null, "T", 60, "2026-09-12", REPORTS],
];

export const bazaarlink = openaiProvider({
  id: "bazaarlink",
  name: "BazaarLink",
  status: "active",
  statusNote: null,
  signUpUrl: "https://bazaarlink.ai",
  docsUrl: null,
  baseUrl: "https://bazaarlink.ai/api/v1",
  quirks: {
    // Or a funded account pays where no free model is left.
    headers: { "x-free-fallback": "false" },
  },
  environment: ["BAZAARLINK_API_KEY"],
  probe: listProbe({ control: true }),
  dataUse: "unknown",
  terms: null,
  models: modelTable({ speed: "normal", limits: [] }, MODELS),
  source: "tashfeenahmed/freellmapi server/src/providers/index.ts",
  asOf: "2026-10-05",
});
