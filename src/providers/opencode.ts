/** OpenCode Zen: promotions that change weekly, counted for an address whatever the key. */
import { limits, type ModelRow, modelTable, UTC } from "./model-table.ts";
import { openaiProvider } from "./openai-provider.ts";

const REPORTS = "mnfst/awesome-free-llm-apis#109";
const FIXTURE = "one public test fixture";
const DELISTED = "reports of ended promotions";

// The Muse Spark models answer on another wire than chat completions.
// biome-ignore format: a table, one model a line
const MODELS: readonly ModelRow[] = [
  ["big-pickle", "big-pickle", "Big Pickle (stealth)", "promo", 200_000, 32_000, "TJR", 72, "2026-09-25", REPORTS],
  ["mimo-v2.5-free", "mimo-v2.5", "MiMo V2.5", "promo", 200_000, 32_000, "TVR", 76, "2026-09-25", REPORTS],
  ["nemotron-3-ultra-free", "nemotron-3-ultra", "Nemotron 3 Ultra 550B A55B", "promo", 1_000_000, 128_000, "TR", 82, "2026-09-25", REPORTS],
  ["nemotron-3.5-lightning-free", "nemotron-3.5-lightning", "Nemotron 3.5 Lightning 30B A3B", "promo", 1_000_000, 65_536, "TR", 70, "2026-09-25", REPORTS],
  ["ling-3.0-flash-fin-free", "ling-3.0-flash", "Ling 3.0 Flash", "promo", 262_144, 32_768, "TR", 72, "2026-09-25", REPORTS],
  ["muse-spark-1.3-contributor-free", "muse-spark-1.3", "Muse Spark 1.3", "unverified", null, null, "TVR", 82, "2026-09-25", REPORTS],
  ["muse-spark-1.2-contributor-free", "muse-spark-1.2", "Muse Spark 1.2", "unverified", null, null, "TVR", 80, "2026-09-25", REPORTS],
  ["mimo-v2.6-flash-free", "mimo-v2.6-flash", "MiMo V2.6 Flash", "unverified", null, null, "TR", 77, "2026-10-01", FIXTURE],
  ["space-bunny-free", "space-bunny", "Space Bunny (stealth)", "unverified", null, null, "T", 70, "2026-10-01", FIXTURE],
  ["longcat-2.5-preview-free", "longcat-2.5", "LongCat 2.5 Preview", "unverified", null, null, "", 79, "2026-10-01", FIXTURE],
  ["deepseek-v4-flash-free", "deepseek-v4-flash", "DeepSeek V4 Flash", "retired", 200_000, 128_000, "TJR", 85, "2026-09-15", DELISTED],
  ["minimax-m3-free", "minimax-m3", "MiniMax M3", "retired", 200_000, 32_000, "TVJR", 86, "2026-07-08", DELISTED],
  ["nemotron-3-super-free", "nemotron-3-super", "Nemotron 3 Super 120B A12B", "retired", 204_800, 128_000, "TR", 74, "2026-07-02", DELISTED],
  ["hy3-free", "hy3", "Hunyuan Hy3", "retired", 262_144, 131_072, "TR", 79, "2026-08-31", DELISTED],
  ["laguna-s-2.1-free", "laguna-s-2.1", "Laguna S 2.1", "retired", 262_144, 32_768, "TR", 75, "2026-09-09", DELISTED],
  ["north-mini-code-free", "north-mini-code", "North Mini Code", "retired", 256_000, 64_000, "TJR", 64, "2026-08-12", DELISTED],
];

/** Unpublished: these are guesses of others. */
const LIMITS = limits("ip", "free", { requestsPerMinute: 20, requestsPerDay: [200, UTC] }, "guessed");

export const opencode = openaiProvider({
  id: "opencode",
  name: "OpenCode Zen",
  status: "limited",
  statusNote: "Promotions that change weekly; some free models answer only OpenCode's own client.",
  signUpUrl: "https://opencode.ai/auth",
  docsUrl: "https://opencode.ai/docs/zen",
  baseUrl: "https://opencode.ai/zen/v1",
  quirks: {
    // Some models refuse a history without it.
    reasoningHistory: "reasoning_content",
  },
  // Many others begin with sk-, too.
  keyPattern: "^sk-[A-Za-z0-9_-]{16,}$",
  environment: ["OPENCODE_API_KEY", "OPENCODE_ZEN_API_KEY"],
  anonymous: true,
  headerFamily: "none",
  // A 401 has many meanings, told apart by the type of the error; the limit of the address is looked at before the key.
  probe: {
    method: "POST",
    path: "/chat/completions",
    model: "big-pickle",
    valid: [200],
    invalid: [],
    costsQuota: true,
  },
  dataUse: "may_train",
  terms: "What is sent to free models may be used to improve them.",
  models: modelTable({ speed: "normal", limits: LIMITS }, MODELS),
  source: "https://opencode.ai/docs/zen",
  asOf: "2026-10-05",
});
