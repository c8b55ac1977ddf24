/** Together AI: paid. */
import type { ProviderSpec } from "../core/provider.ts";
import { openaiQuirks } from "./quirks.ts";

export const together: ProviderSpec = {
  id: "together",
  name: "Together AI",
  status: "paid",
  statusNote:
    "It has no lasting free tier; with a paid key, `freellm models refresh together` finds its models.",
  signUpUrl: "https://api.together.ai/settings/api-keys",
  docsUrl: "https://docs.together.ai",
  baseUrl: "https://api.together.ai/v1",
  otherBaseUrls: [],
  dialect: "openai",
  quirks: openaiQuirks(),
  auth: "bearer",
  credential: "plain",
  keyPattern: "^(?:tgp_v1_[A-Za-z0-9_-]{30,}|[0-9a-f]{64})$",
  keyPrefixes: ["tgp_v1_"],
  environment: ["TOGETHER_API_KEY", "TOGETHERAI_API_KEY"],
  accountEnvironment: [],
  anonymous: false,
  headerFamily: "generic",
  failedCallsCount: "unknown",
  probe: { method: "GET", path: "/models", valid: [200, 402, 429], invalid: [401], costsQuota: false },
  firstContentMs: null,
  dataUse: "unknown",
  terms: null,
  models: [],
  source: "https://docs.together.ai/docs/serverless/rate-limits",
  asOf: "2026-10-05",
};
