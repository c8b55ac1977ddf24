/** Volcengine Ark: Doubao models, opened one by one in its console. */
import type { ProviderSpec } from "../core/provider.ts";
import { openaiQuirks } from "./quirks.ts";

export const volcengine: ProviderSpec = {
  id: "volcengine",
  name: "Volcengine Ark",
  status: "limited",
  statusNote:
    "Needs a real name in China, and each model must be opened in its console; `freellm models refresh volcengine` finds its models.",
  signUpUrl: "https://console.volcengine.com/ark",
  docsUrl: "https://www.volcengine.com/docs/82379",
  baseUrl: "https://ark.cn-beijing.volces.com/api/v3",
  otherBaseUrls: [],
  dialect: "openai",
  quirks: openaiQuirks({ reasoningEffort: "thinking_type" }),
  auth: "bearer",
  credential: "plain",
  // A bare UUID: other providers have the same.
  keyPattern: "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
  keyPrefixes: [],
  environment: ["ARK_API_KEY", "VOLCENGINE_API_KEY", "VOLC_API_KEY", "DOUBAO_API_KEY"],
  accountEnvironment: [],
  anonymous: false,
  headerFamily: "generic",
  failedCallsCount: "unknown",
  probe: { method: "GET", path: "/models", valid: [200, 402, 429], invalid: [401], costsQuota: false },
  firstContentMs: null,
  dataUse: "unknown",
  terms: null,
  models: [],
  source: "https://volcengine.com/docs/82379/1299023",
  asOf: "2026-10-05",
};
