/** Agnes AI: models of its own, free during a promotion. */
import { limits, type ModelRow, modelTable } from "./model-table.ts";
import { listProbe, openaiProvider } from "./openai-provider.ts";

const ATLAS = "happyyboxx/free-llm-atlas";

// biome-ignore format: a table, one model a line
const MODELS: readonly ModelRow[] = [
  ["agnes-3.0-flash", "agnes-3.0-flash", "Agnes 3.0 Flash", "promo", 512_000, 8192, "TVR", 72, "2026-09-16", ATLAS],
  ["agnes-2.5-flash", "agnes-2.5-flash", "Agnes 2.5 Flash", "promo", 512_000, 8192, "TVR", 70, "2026-09-16", ATLAS],
  ["agnes-2.0-flash", "agnes-2.0-flash", "Agnes 2.0 Flash", "promo", 512_000, 8192, "TVR", 66, "2026-09-16", ATLAS],
];

/** As measured; 30 requests a minute are published. */
const LIMITS = limits("account", "all", { requestsPerMinute: 20, tokensPerMinute: 500_000 });

export const agnes = openaiProvider({
  id: "agnes",
  name: "Agnes AI",
  status: "limited",
  statusNote: "Free during a promotion.",
  signUpUrl: "https://platform.agnes-ai.com",
  docsUrl: null,
  baseUrl: "https://apihub.agnes-ai.com/v1",
  environment: ["AGNES_API_KEY"],
  probe: listProbe({ control: true }),
  // Its models think before they answer.
  firstContentMs: 60_000,
  dataUse: "unknown",
  terms: null,
  models: modelTable({ speed: "slow", limits: LIMITS }, MODELS),
  source: "tashfeenahmed/freellmapi server/src/providers/index.ts",
  asOf: "2026-10-05",
});
