/** AnyAPI: promises 100,000 tokens a day. */
import type { ProviderSpec } from "../core/provider.ts";
import { openaiQuirks } from "./quirks.ts";

export const anyapi: ProviderSpec = {
  id: "anyapi",
  name: "AnyAPI",
  status: "limited",
  statusNote:
    "Whether its free tier answers at all is in doubt; `freellm models refresh anyapi` finds its models.",
  signUpUrl: "https://anyapi.ai",
  docsUrl: null,
  baseUrl: "https://api.anyapi.ai/v1",
  otherBaseUrls: [],
  dialect: "openai",
  quirks: openaiQuirks(),
  auth: "bearer",
  credential: "plain",
  keyPattern: null,
  keyPrefixes: [],
  environment: ["ANYAPI_API_KEY"],
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
