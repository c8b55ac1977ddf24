/** B.AI: one model at a time, as a promotion. */
import type { ProviderSpec } from "../core/provider.ts";
import { openaiQuirks } from "./quirks.ts";

export const bai: ProviderSpec = {
  id: "bai",
  name: "B.AI",
  status: "limited",
  statusNote: "Free only as a promotion of single models; `freellm models refresh bai` finds its models.",
  signUpUrl: "https://b.ai",
  docsUrl: null,
  baseUrl: "https://api.b.ai/v1",
  otherBaseUrls: [],
  dialect: "openai",
  quirks: openaiQuirks(),
  auth: "bearer",
  credential: "plain",
  keyPattern: null,
  keyPrefixes: [],
  environment: ["BAI_API_KEY", "B_AI_API_KEY"],
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
