/** Chutes: no free tier. */
import { UTC } from "./model-table.ts";
import { openaiProvider } from "./openai-provider.ts";

export const chutes = openaiProvider({
  id: "chutes",
  name: "Chutes",
  status: "paid",
  statusNote: "It has no free tier; with a paid key, `freellm models refresh chutes` finds its models.",
  signUpUrl: "https://chutes.ai/signup",
  docsUrl: "https://chutes.ai/docs",
  baseUrl: "https://llm.chutes.ai/v1",
  keyPattern: "^cpk_[A-Za-z0-9._-]{20,}$",
  keyPrefixes: ["cpk_"],
  environment: ["CHUTES_API_KEY", "CHUTES_API_TOKEN"],
  // The list is public, and a call with a bad key is only throttled.
  probe: { method: "GET", path: "/models", valid: [], invalid: [401], costsQuota: false },
  // Of those who subscribe: requests a day.
  usage: {
    path: "/users/me/quota_usage/me",
    fromRoot: true,
    host: "https://api.chutes.ai",
    everyMs: 10 * 60_000,
    lagMs: 60_000,
    limits: [
      {
        ...{ metric: "requests", window: "day", scope: "account", pool: "all", reset: UTC },
        cap: "quota",
        used: "used",
      },
    ],
  },
  dataUse: "unknown",
  terms: null,
  models: [],
  source: "https://chutes.ai/docs",
  asOf: "2026-10-05",
});
