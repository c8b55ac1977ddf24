/** Reka: a monthly credit whose size is not published. */
import type { ProviderSpec } from "../core/provider.ts";
import { type ModelRow, modelTable } from "./model-table.ts";
import { openaiQuirks } from "./quirks.ts";

const NOTES = "tashfeenahmed/freellmapi provider notes";

// biome-ignore format: a table, one model a line
const MODELS: readonly ModelRow[] = [
  ["reka-flash-3", "reka-flash-3", "Reka Flash 3", "active", 65_536, null, "R", 46, "2026-09-12", NOTES],
  ["reka-edge-2603", "reka-edge", "Reka Edge (2603)", "active", null, null, "V", 36, "2026-09-12", NOTES],
];

export const reka: ProviderSpec = {
  id: "reka",
  name: "Reka",
  status: "limited",
  statusNote: "A monthly credit whose size only its dashboard shows.",
  signUpUrl: "https://platform.reka.ai",
  docsUrl: null,
  baseUrl: "https://api.reka.ai/v1",
  otherBaseUrls: [],
  dialect: "openai",
  quirks: openaiQuirks({ responseFormat: "schema_only" }),
  auth: "bearer",
  credential: "plain",
  keyPattern: null,
  keyPrefixes: [],
  environment: ["REKA_API_KEY"],
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
