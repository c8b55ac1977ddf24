/** Acme: a gateway. All free models of an account share one pool. */
import { limits, type ModelRow, modelTable, UTC } from "../../../src/providers/model-table.ts";
import { listProbe, openaiProvider } from "../../../src/providers/openai-provider.ts";

const PAGES = "Acme model pages";

// biome-ignore format: a table, one model a line
const MODELS: readonly ModelRow[] = [
  ["acme/gpt-oss-120b", "gpt-oss-120b", "GPT-OSS 120B", "active", 131_072, 32_768, "TJR", 74, "2026-11-20", PAGES],
  ["acme/anvil-1", "anvil-1", "Anvil 1", "promo", 65_536, null, "T", null, "2026-11-20", PAGES],
];

const LIMITS = limits("account", "free", { requestsPerMinute: 20, requestsPerDay: [100, UTC] });

export const acme = openaiProvider({
  id: "acme",
  name: "Acme",
  status: "active",
  statusNote: null,
  signUpUrl: "https://acme.example/keys",
  docsUrl: "https://acme.example/docs",
  baseUrl: "https://api.acme.example/v1",
  quirks: { maxTokensField: "max_completion_tokens", refusedFields: ["logit_bias"] },
  keyPattern: "^acme_[A-Za-z0-9]{32}$",
  keyPrefixes: ["acme_"],
  environment: ["ACME_API_KEY"],
  probe: listProbe(),
  dataUse: "unknown",
  terms: null,
  models: modelTable({ speed: "normal", limits: LIMITS }, MODELS),
  source: "https://acme.example/docs/limits",
  asOf: "2026-11-20",
});
