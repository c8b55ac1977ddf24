/** NavyAI: 150,000 tokens a day of one key. */
import type { ProviderSpec } from "../core/provider.ts";
import { openaiQuirks } from "./quirks.ts";

export const navy: ProviderSpec = {
  id: "navy",
  name: "NavyAI",
  status: "limited",
  statusNote:
    "150,000 tokens a day, of which some models take a multiple; `freellm models refresh navy` finds its models.",
  signUpUrl: "https://api.navy",
  docsUrl: null,
  baseUrl: "https://api.navy/v1",
  otherBaseUrls: [],
  dialect: "openai",
  quirks: openaiQuirks({
    // Refuses calls that do not say what sends them.
    headers: { "user-agent": "freellm" },
  }),
  auth: "bearer",
  credential: "plain",
  keyPattern: null,
  keyPrefixes: [],
  environment: ["NAVY_API_KEY", "NAVYAI_API_KEY"],
  accountEnvironment: [],
  anonymous: false,
  headerFamily: "generic",
  failedCallsCount: "unknown",
  probe: {
    method: "GET",
    path: "/models",
    control: true,
    valid: [200, 402, 429],
    invalid: [401],
    costsQuota: false,
  },
  firstContentMs: null,
  dataUse: "unknown",
  terms: null,
  models: [],
  source: "tashfeenahmed/freellmapi server/src/providers/index.ts",
  asOf: "2026-10-05",
};
