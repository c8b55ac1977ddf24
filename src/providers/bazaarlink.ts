/** BazaarLink: one free model that chooses among others. */
import type { ProviderSpec } from "../core/provider.ts";
import { type ModelRow, modelTable } from "./model-table.ts";
import { openaiQuirks } from "./quirks.ts";

const REPORTS = "tashfeenahmed/freellmapi#385";

// biome-ignore format: a table, one model a line
const MODELS: readonly ModelRow[] = [
  ["auto:free", "router-auto", "Provider-side free auto-router", "active", null, null, "T", 60, "2026-09-12", REPORTS],
];

export const bazaarlink: ProviderSpec = {
  id: "bazaarlink",
  name: "BazaarLink",
  status: "active",
  statusNote: null,
  signUpUrl: "https://bazaarlink.ai",
  docsUrl: null,
  baseUrl: "https://bazaarlink.ai/api/v1",
  otherBaseUrls: [],
  dialect: "openai",
  quirks: openaiQuirks({
    // Or a funded account pays where no free model is left.
    headers: { "x-free-fallback": "false" },
  }),
  auth: "bearer",
  credential: "plain",
  keyPattern: null,
  keyPrefixes: [],
  environment: ["BAZAARLINK_API_KEY"],
  accountEnvironment: [],
  anonymous: false,
  headerFamily: "generic",
  failedCallsCount: "unknown",
  probe: {
    method: "GET",
    path: "/models",
    control: true,
    valid: [200, 402, 429],
    invalid: [401],
    costsQuota: false,
  },
  firstContentMs: null,
  dataUse: "unknown",
  terms: null,
  models: modelTable({ speed: "normal", limits: [] }, MODELS),
  source: "tashfeenahmed/freellmapi server/src/providers/index.ts",
  asOf: "2026-10-05",
};
