/** GitHub Models: shut down. Kept to say so when one of its keys is pasted. */
import { limits, type ModelRow, modelTable } from "./model-table.ts";
import { openaiProvider } from "./openai-provider.ts";

const CHANGELOG = "GitHub changelog";

// biome-ignore format: a table, one model a line
const MODELS: readonly ModelRow[] = [
  ["openai/gpt-4.1", "gpt-4.1", "GPT-4.1", "retired", 8000, 32_768, "TVJ", 66, "2026-07-30", CHANGELOG],
  ["gpt-4o", "gpt-4o", "GPT-4o", "retired", 8000, 16_384, "TVJ", 58, "2026-07-30", CHANGELOG],
];

const LIMITS = limits("account", "all", { requestsPerMinute: 10, requestsPerDay: 50 });

export const github = openaiProvider({
  id: "github",
  name: "GitHub Models",
  status: "retired",
  statusNote: "GitHub Models was shut down on 2026-07-30: every call is answered with 410 Gone.",
  signUpUrl: "https://github.com/settings/tokens",
  docsUrl: "https://docs.github.com/en/github-models",
  baseUrl: "https://models.github.ai/inference",
  quirks: { refusedFields: ["top_k", "min_p", "repetition_penalty"] },
  keyPattern: "^(github_pat_[A-Za-z0-9_]{50,}|gh[pousr]_[A-Za-z0-9]{36,})$",
  keyPrefixes: ["github_pat_", "ghp_", "gho_", "ghu_", "ghs_", "ghr_"],
  environment: ["GITHUB_TOKEN", "GITHUB_MODELS_TOKEN"],
  probe: { method: "GET", path: "/models", valid: [200], invalid: [401], costsQuota: false },
  dataUse: "unknown",
  terms: "Was for experiments and prototypes.",
  models: modelTable({ speed: "normal", limits: LIMITS }, MODELS),
  source: "https://github.blog/changelog/2026-07-01-github-models-is-being-fully-retired-on-july-30-2026/",
  asOf: "2026-07-30",
});
