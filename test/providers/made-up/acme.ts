/** Acme: a gateway. All free models of an account share one pool. */
import type { ProviderSpec } from "../../../src/core/provider.ts";
import { limits, type ModelRow, modelTable, UTC } from "../../../src/providers/model-table.ts";
import { openaiQuirks } from "../../../src/providers/quirks.ts";

const PAGES = "Acme model pages";

// biome-ignore format: a table, one model a line
const MODELS: readonly ModelRow[] = [
  ["acme/gpt-oss-120b", "gpt-oss-120b", "GPT-OSS 120B", "active", 131_072, 32_768, "TJR", 74, "2026-11-20", PAGES],
  ["acme/anvil-1", "anvil-1", "Anvil 1", "promo", 65_536, null, "T", null, "2026-11-20", PAGES],
];

const LIMITS = limits("account", "free", { requestsPerMinute: 20, requestsPerDay: [100, UTC] });

export const acme: ProviderSpec = {
  id: "acme",
  name: "Acme",
  status: "active",
  statusNote: null,
  signUpUrl: "https://acme.example/keys",
  docsUrl: "https://acme.example/docs",
  baseUrl: "https://api.acme.example/v1",
  otherBaseUrls: [],
  dialect: "openai",
  quirks: openaiQuirks({ maxTokensField: "max_completion_tokens", refusedFields: ["logit_bias"] }),
  auth: "bearer",
  credential: "plain",
  keyPattern: "^acme_[A-Za-z0-9]{32}$",
  keyPrefixes: ["acme_"],
  environment: ["ACME_API_KEY"],
  accountEnvironment: [],
  anonymous: false,
  headerFamily: "generic",
  failedCallsCount: "unknown",
  probe: { method: "GET", path: "/models", valid: [200, 402, 429], invalid: [401], costsQuota: false },
  firstContentMs: null,
  dataUse: "unknown",
  terms: null,
  models: modelTable({ speed: "normal", limits: LIMITS }, MODELS),
  source: "https://acme.example/docs/limits",
  asOf: "2026-11-20",
};
