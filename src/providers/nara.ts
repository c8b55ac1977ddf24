/** NaraRouter: 7 million tokens a day after a verification by Telegram. */
import { limits, type ModelRow, modelTable, UTC } from "./model-table.ts";
import { listProbe, openaiProvider } from "./openai-provider.ts";

const PLANS = "public plans endpoint of router.bynara.id";
const NOTES = "tashfeenahmed/freellmapi provider notes";

// biome-ignore format: a table, one model a line
const MODELS: readonly ModelRow[] = [
  ["minimax-m3-free", "minimax-m3", "MiniMax M3", "active", 524_288, 131_072, "TVJR", 86, "2026-09-02", PLANS],
  ["qwen3.8-27b", "qwen3.8-27b", "Qwen3.8 27B", "active", 262_144, null, "TVJR", 80, "2026-09-02", PLANS],
  ["mistral-medium-3-5", "mistral-medium-3.5", "Mistral Medium 3.5", "active", 262_144, 262_144, "TVJR", 77, "2026-09-02", PLANS],
  ["stepfun-3.7-flash", "step-3.7-flash", "Step 3.7 Flash", "active", 262_144, 256_000, "TVR", 77, "2026-09-02", PLANS],
  ["laguna-s-2.1", "laguna-s-2.1", "Laguna S 2.1", "active", 262_144, 32_768, "TR", 75, "2026-09-02", PLANS],
  ["mistral-large", "mistral-large-3", "Mistral Large 3 675B", "active", 262_144, 262_144, "TVJ", 73, "2026-09-02", PLANS],
  ["agnes-2.5-flash", "agnes-2.5-flash", "Agnes 2.5 Flash", "active", 512_000, 8192, "TVR", 70, "2026-09-02", PLANS],
  ["agnes-2.0-flash", "agnes-2.0-flash", "Agnes 2.0 Flash", "active", 512_000, 8192, "TVR", 66, "2026-09-02", PLANS],
  ["tencent-hy3", "hy3", "Hunyuan Hy3", "unverified", 262_144, 131_072, "TR", 79, "2026-07-09", NOTES],
];

const LIMITS = limits("account", "free", { requestsPerMinute: 15, tokensPerDay: [7_000_000, UTC] });

export const nara = openaiProvider({
  id: "nara",
  name: "NaraRouter",
  status: "active",
  statusNote: null,
  signUpUrl: "https://router.bynara.id",
  docsUrl: null,
  baseUrl: "https://router.bynara.id/v1",
  environment: ["NARA_API_KEY", "BYNARA_API_KEY", "NARAROUTER_API_KEY"],
  probe: listProbe({ control: true }),
  dataUse: "unknown",
  terms: null,
  models: modelTable({ speed: "normal", limits: LIMITS }, MODELS),
  source: "tashfeenahmed/freellmapi server/src/providers/index.ts",
  asOf: "2026-10-05",
});
