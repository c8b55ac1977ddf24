/**
 * Google AI Studio: Gemini and Gemma. Each model has caps of its own, per cloud project. Google no longer publishes them,
 * so these are the lower ones of what lists and users report; the true ones are learned from refusals.
 */
import type { LimitSpec, ProviderSpec } from "../core/provider.ts";
import { limits, type ModelRow, modelTable } from "./model-table.ts";
import { openaiQuirks } from "./quirks.ts";

/** The day ends at midnight in California. Of tokens, those of the prompt are counted. */
function rates(perMinute: number, perDay: number, inputTokensPerMinute: number | null): LimitSpec[] {
  const caps = {
    requestsPerMinute: perMinute,
    requestsPerDay: [perDay, { zone: "America/Los_Angeles" }],
    ...(inputTokensPerMinute === null ? {} : { inputTokensPerMinute }),
  } as const;
  return limits("account", null, caps, "guessed");
}

const FLASH = { limits: rates(5, 20, 250_000) };
const LITE = { limits: rates(15, 500, 250_000) };
const GEMMA_4 = { limits: rates(30, 14_400, null) };
const GEMMA_3 = { limits: rates(30, 14_400, 15_000) };

const LIST = "mnfst/awesome-free-llm-apis data.json";
const DASHBOARD = "AI Studio quota page, as relayed in mnfst/awesome-free-llm-apis #90";
const RESOURCES = "cheahjs/free-llm-api-resources README";
const INTEL = "rockbenben/free-llm-intel";
const MODELS_DEV = "anomalyco/models.dev";

// biome-ignore format: a table, one model a line
const MODELS: readonly ModelRow[] = [
  ["gemini-3.8-flash", "gemini-3.8-flash", "Gemini 3.8 Flash", "unverified", 1_048_576, 65_536, "TVJR", 91, "2026-10-05", LIST, FLASH],
  ["gemini-3.7-flash", "gemini-3.7-flash", "Gemini 3.7 Flash", "active", 1_048_576, 65_536, "TVJR", 89, "2026-09-08", LIST, FLASH],
  ["gemini-3.6-flash", "gemini-3.6-flash", "Gemini 3.6 Flash", "active", 1_048_576, 65_536, "TVJR", 87, "2026-08-03", DASHBOARD, FLASH],
  ["gemini-3.5-flash", "gemini-3.5-flash", "Gemini 3.5 Flash", "active", 1_048_576, 65_536, "TVJR", 85, "2026-08-03", DASHBOARD, FLASH],
  ["gemini-3-flash-preview", "gemini-3-flash", "Gemini 3 Flash", "active", 1_048_576, 65_536, "TVJR", 81, "2026-07-18", RESOURCES, FLASH],
  ["gemini-3.5-flash-lite", "gemini-3.5-flash-lite", "Gemini 3.5 Flash-Lite", "active", 1_048_576, 65_536, "TVJR", 76, "2026-08-03", DASHBOARD, LITE],
  ["gemini-3.1-flash-lite", "gemini-3.1-flash-lite", "Gemini 3.1 Flash-Lite", "active", 1_048_576, 65_536, "TVJR", 69, "2026-08-03", DASHBOARD, LITE],
  ["gemini-2.5-flash", "gemini-2.5-flash", "Gemini 2.5 Flash", "active", 1_048_576, 65_536, "TVJR", 68, "2026-08-03", DASHBOARD, FLASH],
  ["gemini-2.5-flash-lite", "gemini-2.5-flash-lite", "Gemini 2.5 Flash-Lite", "active", 1_048_576, 65_536, "TVJR", 58, "2026-08-03", DASHBOARD, { limits: rates(10, 20, 250_000) }],
  ["gemma-4-31b-it", "gemma-4-31b", "Gemma 4 31B", "active", 262_144, 32_768, "VJR", 70, "2026-08-03", DASHBOARD, GEMMA_4],
  ["gemma-4-26b-a4b-it", "gemma-4-26b-a4b", "Gemma 4 26B A4B", "active", 262_144, 32_768, "VJR", 66, "2026-08-03", DASHBOARD, GEMMA_4],
  ["gemini-2.5-pro", "gemini-2.5-pro", "Gemini 2.5 Pro", "unverified", 1_048_576, 65_536, "TVJR", 80, "2026-08-03", LIST, { limits: rates(5, 50, 250_000) }],
  ["gemma-3-27b-it", "gemma-3-27b", "Gemma 3 27B", "unverified", 131_072, 8192, "V", 48, "2026-07-18", RESOURCES, GEMMA_3],
  ["gemma-3-12b-it", "gemma-3-12b", "Gemma 3 12B", "unverified", 131_072, 8192, "V", 40, "2026-07-18", RESOURCES, GEMMA_3],
  ["gemma-3-4b-it", "gemma-3-4b", "Gemma 3 4B", "unverified", 131_072, 8192, "V", 28, "2026-07-18", RESOURCES, GEMMA_3],
  ["gemma-3-1b-it", "gemma-3-1b", "Gemma 3 1B", "unverified", 32_768, 8192, "", 12, "2026-07-18", RESOURCES, GEMMA_3],
  ["gemini-3.1-pro-preview", "gemini-3.1-pro", "Gemini 3.1 Pro", "gated", 1_048_576, 65_536, "TVJR", 90, "2026-10-03", INTEL, FLASH],
  ["gemini-3.1-flash-lite-preview", "gemini-3.1-flash-lite", "Gemini 3.1 Flash-Lite", "retired", 1_048_576, 65_536, "TVJR", 69, "2026-07-02", MODELS_DEV, { limits: rates(15, 20, 250_000) }],
];

export const google: ProviderSpec = {
  id: "google",
  name: "Google AI Studio",
  status: "active",
  statusNote: null,
  signUpUrl: "https://aistudio.google.com/apikey",
  docsUrl: "https://ai.google.dev/gemini-api/docs",
  baseUrl: "https://generativelanguage.googleapis.com/v1beta",
  otherBaseUrls: [],
  dialect: "gemini",
  images: "inline",
  quirks: openaiQuirks(),
  auth: "x-goog-api-key",
  credential: "plain",
  // New keys begin with AQ.; those with AIza are being switched off.
  keyPattern: "^(?:AIza[A-Za-z0-9_-]{30,60}|AQ\\.[A-Za-z0-9_-]{20,})$",
  keyPrefixes: ["AIza", "AQ."],
  environment: ["GEMINI_API_KEY", "GOOGLE_API_KEY", "GOOGLE_GENERATIVE_AI_API_KEY"],
  accountEnvironment: [],
  anonymous: false,
  // Nothing but the body of a refusal tells anything.
  headerFamily: "none",
  failedCallsCount: "unknown",
  modelsPath: "/models?pageSize=1000",
  // A bad key is a 400, too, which only its body tells from a wrong request.
  probe: { method: "GET", path: "/models?pageSize=1", valid: [200], invalid: [401], costsQuota: false },
  firstContentMs: null,
  dataUse: "may_train",
  terms:
    "In the EEA, Switzerland and the UK prompts are not used for training, and a service for others needs a paid plan.",
  models: modelTable({ speed: "fast", limits: [] }, MODELS),
  source: "https://ai.google.dev/gemini-api/docs/rate-limits",
  asOf: "2026-10-05",
};
