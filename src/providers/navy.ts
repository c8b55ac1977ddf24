/** NavyAI: 150,000 tokens a day of one key. */
import { UTC } from "./model-table.ts";
import { listProbe, openaiProvider } from "./openai-provider.ts";

export const navy = openaiProvider({
  id: "navy",
  name: "NavyAI",
  status: "limited",
  statusNote:
    "150,000 tokens a day, of which some models take a multiple; `freellm models refresh navy` finds its models.",
  signUpUrl: "https://api.navy",
  docsUrl: null,
  baseUrl: "https://api.navy/v1",
  quirks: {
    // Refuses calls that do not say what sends them.
    headers: { "user-agent": "freellm" },
  },
  environment: ["NAVY_API_KEY", "NAVYAI_API_KEY"],
  probe: listProbe({ control: true }),
  usage: {
    path: "/usage",
    everyMs: 10 * 60_000,
    lagMs: 60_000,
    limits: [
      {
        ...{ metric: "tokens", window: "day", scope: "key", pool: "all", reset: UTC },
        cap: "limits.tokens_per_day",
        used: "usage.tokens_used_today",
        remaining: "usage.tokens_remaining_today",
        resetAt: "usage.resets_at_utc",
      },
      {
        ...{ metric: "requests", window: "minute", scope: "key", pool: "all", reset: "sliding" },
        cap: "limits.rpm",
        used: "rate_limits.per_minute.used",
      },
    ],
  },
  dataUse: "unknown",
  terms: null,
  models: [],
  source: "tashfeenahmed/freellmapi server/src/providers/index.ts",
  asOf: "2026-10-05",
});
