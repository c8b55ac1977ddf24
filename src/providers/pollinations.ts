/** Pollinations: an allowance of pollen that is filled again at each full hour. */
import { type ModelRow, modelTable, UTC } from "./model-table.ts";
import { openaiProvider } from "./openai-provider.ts";

const SEED = "tashfeenahmed/freellmapi seed";
const CATALOG = "diegosouzapw/OmniRoute freeModelCatalog";

// biome-ignore format: a table, one model a line
const MODELS: readonly ModelRow[] = [
  ["openai-fast", "gpt-oss-20b", "GPT-OSS 20B", "active", 131_072, 65_536, "JR", 63, "2026-08-22", SEED],
  ["openai", "pollinations-openai", "OpenAI (Pollinations alias)", "unverified", null, null, "", 60, "2026-09-12", CATALOG],
  ["mistral", "pollinations-mistral", "Mistral (Pollinations alias)", "unverified", null, null, "", 60, "2026-09-12", CATALOG],
  ["qwen-coder", "pollinations-qwen-coder", "Qwen Coder (Pollinations alias)", "unverified", null, null, "", 60, "2026-09-12", CATALOG],
  ["deepseek", "pollinations-deepseek", "DeepSeek (Pollinations alias)", "unverified", null, null, "", 60, "2026-09-12", CATALOG],
];

export const pollinations = openaiProvider({
  id: "pollinations",
  name: "Pollinations",
  status: "active",
  statusNote: null,
  signUpUrl: "https://enter.pollinations.ai",
  docsUrl: "https://gen.pollinations.ai/docs",
  baseUrl: "https://gen.pollinations.ai/v1",
  // Other services use these prefixes, with an underscore in what follows.
  keyPattern: "^[ps]k_[A-Za-z0-9]{16,}$",
  keyPrefixes: ["pk_", "sk_"],
  environment: ["POLLINATIONS_API_KEY", "POLLINATIONS_TOKEN"],
  probe: {
    method: "GET",
    path: "/account/key",
    fromRoot: true,
    valid: [200, 402],
    invalid: [401],
    costsQuota: false,
  },
  // The balance, in pollen; keys may lack the permission to see it.
  usage: {
    path: "/account/balance",
    fromRoot: true,
    everyMs: 15 * 60_000,
    lagMs: 60_000,
    limits: [
      {
        ...{ metric: "units", window: "hour", scope: "account", pool: "pollen", reset: UTC },
        ...{ cap: null, remaining: "balance" },
      },
    ],
  },
  dataUse: "unknown",
  terms: null,
  // What a call costs is not known: the 402 that ends the hour says so.
  models: modelTable({ speed: "slow", limits: [] }, MODELS),
  source: "https://gen.pollinations.ai/docs",
  asOf: "2026-10-05",
});
