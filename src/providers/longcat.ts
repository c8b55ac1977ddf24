/** LongCat: whether its grant is daily or single is not clear. */
import { type ModelRow, modelTable } from "./model-table.ts";
import { openaiProvider } from "./openai-provider.ts";

const QUOTAS = "rockbenben/free-llm-intel quotas";

// biome-ignore format: a table, one model a line
const MODELS: readonly ModelRow[] = [
  ["LongCat-2.0", "longcat-2.0", "LongCat 2.0", "gated", 1_048_576, null, "TR", 79, "2026-10-04", QUOTAS],
];

export const longcat = openaiProvider({
  id: "longcat",
  name: "LongCat",
  status: "limited",
  statusNote: "Sources disagree on whether its grant of tokens is daily or given once.",
  signUpUrl: "https://longcat.chat/platform",
  docsUrl: "https://longcat.chat/platform/docs",
  baseUrl: "https://api.longcat.chat/openai/v1",
  keyPattern: "^ak_[A-Za-z0-9]{20,}$",
  environment: ["LONGCAT_API_KEY"],
  // It is reported to have no model list.
  probe: {
    method: "POST",
    path: "/chat/completions",
    model: "LongCat-2.0",
    valid: [200, 402, 429],
    invalid: [401],
    costsQuota: true,
  },
  modelsPath: null,
  dataUse: "unknown",
  terms: null,
  models: modelTable({ speed: "normal", limits: [] }, MODELS),
  source: "https://longcat.chat/platform/docs",
  asOf: "2026-10-05",
});
