/** NavyAI: 150,000 tokens a day of one key. */
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
  dataUse: "unknown",
  terms: null,
  models: [],
  source: "tashfeenahmed/freellmapi server/src/providers/index.ts",
  asOf: "2026-10-05",
});
